// The journal read with eyes of its own, as a power cut would leave it or as processes see it. What it is
// read from is the affair of whatever keeps it.

import type { JournalRecord, RotationStep } from '../../src/lifecycle/record.ts';

/** Where the records come from. */
export interface JournalSource {
  /** Those that were added since it was asked last. */
  added(): readonly JournalRecord[];
  /** What was read does not count any more: the next answer begins anew. */
  forget(): void;
}

export class JournalView {
  readonly #source: JournalSource;
  #records: JournalRecord[] = [];
  readonly #byUser = new Map<string, JournalRecord[]>();

  constructor(source: JournalSource) {
    this.#source = source;
  }

  recordsOf(user: string): readonly JournalRecord[] {
    this.#catchUp();
    return this.#byUser.get(user) ?? [];
  }

  all(): readonly JournalRecord[] {
    this.#catchUp();
    return this.#records;
  }

  forget(): void {
    this.#source.forget();
    this.#records = [];
    this.#byUser.clear();
  }

  latest(user: string, type: RotationStep['type']): JournalRecord | undefined {
    return this.recordsOf(user).findLast(({ step }) => step.type === type);
  }

  /** What the rotation of a record set out to do. */
  intentOf(record: JournalRecord | undefined) {
    const intent = this.recordsOf(record?.user ?? '').find(
      ({ rotation, step }) => rotation === record?.rotation && step.type === 'intended',
    );
    return intent?.step.type === 'intended' ? intent.step : undefined;
  }

  /** Whether a rotation that began after that one has made the key Inactive. */
  isCutAnew(keyId: string, since: string): boolean {
    const records = this.all();
    const begun = records.findIndex(({ rotation }) => rotation === since);
    const anew = records
      .slice(begun)
      .filter((each) => each.rotation !== since && isIntent(each, keyId));
    return anew.some(({ rotation }) =>
      records.some((each) => each.rotation === rotation && each.step.type === 'deactivating'),
    );
  }

  newKeyOf(rotation: string | null): string {
    for (const { rotation: of, step } of this.all()) {
      const isMade = step.type === 'created' || step.type === 'adopted';
      if (of === rotation && isMade) return step.newKeyId;
    }
    return '';
  }

  #catchUp(): void {
    for (const record of this.#source.added()) {
      this.#records.push(record);
      const ofUser = this.#byUser.get(record.user) ?? [];
      ofUser.push(record);
      this.#byUser.set(record.user, ofUser);
    }
  }
}

function isIntent({ step }: JournalRecord, keyId: string): boolean {
  return step.type === 'intended' && step.oldKeyId === keyId;
}

/** A file of lines, which grows. */
export function linesOf(read: () => Buffer | undefined): JournalSource {
  let readBytes = 0;
  return {
    forget: () => {
      readBytes = 0;
    },
    added: () => {
      const content = read();
      if (content === undefined || content.length <= readBytes) return [];
      const lines = content.toString('utf8', readBytes).split('\n');
      const unended = lines.at(-1) ?? '';
      // A whole record counts before its line is ended: the next writer ends it. Part of one is read
      // again.
      const isWhole = unended === '' || recordIn(unended) !== undefined;
      readBytes = content.length - (isWhole ? 0 : Buffer.byteLength(unended));
      return lines.map(recordIn).filter((record) => record !== undefined);
    },
  };
}

/** Lines that a dying writer cut short were never relied on. */
export function recordIn(line: string): JournalRecord | undefined {
  try {
    const record = JSON.parse(line) as JournalRecord;
    return typeof record.user === 'string' ? { ...record, at: new Date(record.at) } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a record says that the key is ours, or nobody's. */
export function isNamed(records: readonly JournalRecord[], keyId: string): boolean {
  return records.some(
    ({ step }) =>
      (step.type === 'created' && step.newKeyId === keyId) ||
      (step.type === 'orphan-found' && step.keyId === keyId),
  );
}
