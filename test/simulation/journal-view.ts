// The journal as a power cut would leave it, or as processes see it, read with eyes of its own.

import type { JournalRecord, RotationStep } from '../../src/lifecycle/record.ts';

export class JournalView {
  readonly #read: () => Buffer | undefined;
  #readBytes = 0;
  #records: JournalRecord[] = [];
  readonly #byUser = new Map<string, JournalRecord[]>();

  constructor(read: () => Buffer | undefined) {
    this.#read = read;
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
    this.#readBytes = 0;
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

  /** Whether a rotation that began after a red watch has made the key Inactive. */
  isCutAnew(keyId: string): boolean {
    const records = this.all();
    const red = records.findLastIndex(({ rotation, step }) => {
      if (step.type !== 'watched' || step.saw !== 'red') return false;
      return records.some((each) => each.rotation === rotation && isIntent(each, keyId));
    });
    const anew = records.slice(red + 1).filter((each) => isIntent(each, keyId));
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
    const content = this.#read();
    if (content === undefined || content.length <= this.#readBytes) return;
    const lines = content.toString('utf8', this.#readBytes).split('\n');
    const unended = lines.at(-1) ?? '';
    // A whole record counts before its line is ended: the next writer ends it. Part of one is read
    // again.
    const isWhole = unended === '' || parsed(unended) !== undefined;
    this.#readBytes = content.length - (isWhole ? 0 : Buffer.byteLength(unended));
    for (const line of lines) {
      const record = parsed(line);
      if (record === undefined) continue;
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

/** Lines that a dying writer cut short were never relied on. */
function parsed(line: string): JournalRecord | undefined {
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
