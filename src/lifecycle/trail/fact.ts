// What a line of the audit trail tells of a record of the journal: the one place that makes the one from the other.

import type { UserHistory } from '../history.ts';
import type { JournalRecord, KeyStep, RotationStep } from '../record.ts';
import { hasNewKey } from '../rotation.ts';
import { sha256, type TrailFact, type TrailValue } from './line.ts';

/** What a run decided, and no record tells. */
export interface Decision {
  readonly step: string;
  readonly at: Date;
  readonly user?: string | undefined;
  readonly keys?: readonly string[] | undefined;
  readonly reason?: string | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
  /** Where the journal stood then, as the hash of its last record, for a store that needs to know. */
  readonly record?: string | undefined;
}

/** What a first line says of the records that are older. */
export function whyBegun(recordsBefore: number): string {
  if (recordsBefore === 0) return 'nothing was recorded before';
  const records = recordsBefore === 1 ? '1 record' : `${recordsBefore} records`;
  return `${records} of the journal are older than the trail, and not in it`;
}

/** Records were dropped from the journal; their lines stay. */
export const COMPACTED = 'journal-compacted';
/** The state was copied to another place, where the trail goes on. */
export const COPIED = 'state-copied';

/** Who works, for what they decide. */
export interface Actor {
  readonly run: string;
  /** An ARN; undefined where AWS is not asked. */
  readonly who: string | undefined;
}

/** The steps that announce what is about to be done: a run acts on none whose line is not kept. */
const INTENTS: ReadonlySet<string> = new Set<(RotationStep | KeyStep)['type']>([
  'intended',
  'deactivating',
  'discarding',
  'undoing',
  'deleting',
  'retiring',
  'reactivating',
]);

export function isIntent({ type }: RotationStep | KeyStep): boolean {
  return isIntentWord(type);
}

/** The same of the step of a line. */
export function isIntentWord(step: string): boolean {
  return INTENTS.has(step);
}

/** Until then a rotation has no new key, whenever the line is made. */
const BEFORE_NEW_KEY: ReadonlySet<string> = new Set<RotationStep['type']>([
  ...(['intended', 'create-refused', 'create-unknown'] as const),
  ...(['orphan-found', 'orphan-named'] as const),
]);

/** The keys of a rotation, as far as they are known. */
export interface RotationKeys {
  readonly old: string;
  readonly made: string | undefined;
}

/** The record, the text that it is kept as, and the keys of its rotation, where it has one. */
export function factOf(
  record: JournalRecord,
  text: string,
  keys: RotationKeys | undefined,
): TrailFact {
  const { at, run, who, user, rotation, plan, step } = record;
  const { type, request, reason, ...rest } = step as { readonly type: string } & Fields;
  return {
    ...{ time: at.toISOString(), run, who: textOf(who), user, rotation, plan: textOf(plan) },
    ...{ step: type, reason: textOf(reason), request: textOf(request) },
    keys: keysOf(step, keys),
    detail: detailOf(rest),
    record: recordHash(text),
  };
}

/** As whoever has the journal can work it out too. */
export function recordHash(text: string): string {
  return sha256(text);
}

export function decided({ step, at, ...one }: Decision, { run, who }: Actor): TrailFact {
  return {
    ...{ time: at.toISOString(), run, who: textOf(who), step },
    ...{ user: textOf(one.user), keys: one.keys ?? [], rotation: null, plan: null },
    ...{ reason: textOf(one.reason), request: null, record: one.record ?? null },
    detail: detailOf(one.detail ?? {}),
  };
}

type Fields = Readonly<Record<string, unknown>>;

const KEY_FIELDS = ['oldKeyId', 'newKeyId', 'toKeyId', 'fromKeyId', 'keyId'] as const;
/** What tells something of a secret, be it only whether two are the same (I8). */
const LEFT_OUT: ReadonlySet<string> = new Set(['pairMark', 'mark']);

function keysOf(step: RotationStep | KeyStep, known: RotationKeys | undefined): readonly string[] {
  const keys = new Set<string>();
  if (known !== undefined) {
    keys.add(known.old);
    if (known.made !== undefined && !BEFORE_NEW_KEY.has(step.type)) keys.add(known.made);
  }
  for (const name of KEY_FIELDS) {
    const value = (step as unknown as Fields)[name];
    if (typeof value === 'string') keys.add(value);
  }
  return [...keys];
}

/** The keys of rotations, learned from their records or from the history of a user. */
export class RotationsKeys {
  readonly #known = new Map<string, RotationKeys>();

  /** The next record of a rotation. */
  learn({ rotation, step }: JournalRecord): void {
    if (rotation === null) return;
    if (step.type === 'intended') this.#set(rotation, step.oldKeyId, undefined);
    if (step.type === 'found') this.#set(rotation, step.oldKeyId, step.newKeyId);
    const known = this.#known.get(rotation);
    const isMade = step.type === 'created' || step.type === 'adopted';
    if (isMade && known !== undefined) this.#set(rotation, known.old, step.newKeyId);
  }

  /** A history in an order that nobody understands keeps no line from being made. */
  learnFrom(rotation: string, history: UserHistory): void {
    try {
      const found = history.find(rotation);
      if (found === undefined) return;
      this.#set(rotation, found.oldKeyId, hasNewKey(found) ? found.newKeyId : undefined);
    } catch {
      // Its keys are not known then.
    }
  }

  of(rotation: string | null): RotationKeys | undefined {
    return rotation === null ? undefined : this.#known.get(rotation);
  }

  #set(rotation: string, old: string, made: string | undefined): void {
    this.#known.set(rotation, { old, made });
  }
}

function detailOf(fields: Fields): TrailFact['detail'] {
  const entries = Object.entries(fields).filter(
    ([name, value]) =>
      value !== undefined && !LEFT_OUT.has(name) && !KEY_FIELDS.some((known) => known === name),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, plain(value)]));
}

/** As every implementation of RFC 8785 writes it: no fractions, no half characters. */
function plain(value: unknown): TrailValue {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return null;
  if (value instanceof Date) return value.toISOString();
  const entries = Object.entries(value).filter(
    ([name, inner]) => inner !== undefined && !LEFT_OUT.has(name),
  );
  return Object.fromEntries(entries.map(([name, inner]) => [name, plain(inner)]));
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? wellFormed(value) : null;
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
