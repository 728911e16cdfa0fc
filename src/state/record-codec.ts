// One journal record as one line of JSON, and back, for every store. Only the fields declared here are written, so
// that nothing a caller attached to a record by accident reaches the disk (I8).

import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import {
  type DeliveryReceipt,
  formatOf,
  type JournaledTarget,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';
import {
  type Field,
  type FieldsOf,
  flag,
  isObject,
  list,
  nonEmptyText,
  number,
  object,
  oneOf,
  optional,
  text,
  time,
  WrongField,
  where,
} from './record-fields.ts';

/** The newest record format that this version writes and reads. */
const FORMAT_VERSION = 6;

type StepsFields<Step extends { type: string }> = {
  readonly [Type in Step['type']]: FieldsOf<Omit<Extract<Step, { type: Type }>, 'type'>>;
};

const keyId = where(text, (value): value is AccessKeyId => isAccessKeyId(value));
const request = optional(text);
const settled = oneOf('at-once', 'next-start', 'when-queued', 'unknown');
const settledWithin = object<{ readonly minutes: number }>({
  minutes: where(number, (minutes) => minutes >= 0),
});
const receipt = object<DeliveryReceipt>({
  kind: text,
  reference: text,
  version: optional(text),
  form: optional(text),
  mark: optional(text),
  settle: optional((value) => (isObject(value) ? settledWithin(value) : settled(value))),
  proof: optional(oneOf('value', 'marker', 'timestamp', 'status')),
});
const target = object<JournaledTarget>({
  kind: text,
  place: text,
  since: optional(oneOf(3)),
  form: optional(text),
  alsoProfiles: optional(list(text)),
});
const hookMoment = oneOf('after-deliver', 'before-retire', 'after-retire');

// Typed so that a step or a field added to record.ts does not compile until it is added here.
const ROTATION_STEPS: StepsFields<RotationStep> = {
  intended: {
    oldKeyId: keyId,
    knownKeyIds: list(keyId),
    wasInactive: optional(oneOf(true)),
    oldKeyFate: oneOf('when-quiet', 'deactivate', 'keep'),
    target,
    alsoTargets: optional(list(target)),
    hooks: optional(list(hookMoment)),
  },
  'create-refused': { code: text },
  'create-unknown': { reason: text },
  'orphan-found': { keyId },
  'orphan-named': { keyId },
  created: { newKeyId: keyId, request },
  placed: { target, receipt },
  'place-found': {
    target,
    state: oneOf('fine', 'overwritten', 'dead', 'half-written', 'gone'),
  },
  delivered: { receipts: list(receipt) },
  proved: { checks: number, pairMark: optional(text) },
  adopted: { newKeyId: keyId },
  verified: { checks: number },
  deactivating: {
    reason: optional(text),
    althoughInUse: optional(flag),
    by: optional(oneOf('operator', 'finish')),
    watchMinutes: optional(where(number, (minutes) => minutes > 0)),
  },
  'hook-begun': { on: hookMoment, mark: text, label: text },
  'hook-ended': {
    mark: text,
    end: oneOf('done', 'failed', 'unknown'),
    reason: optional(text),
    by: optional(oneOf('operator')),
  },
  told: {},
  vetoed: { label: text, reason: text },
  watched: { saw: oneOf('green', 'red', 'dropped'), reason: optional(text) },
  deactivated: { request },
  'in-grace': { notBefore: optional(time) },
  'deadline-announced': { deadline: optional(time) },
  'deadline-withdrawn': {},
  completed: {},
  discarding: { keyId, reason: text },
  discarded: { keyId, request },
  found: { oldKeyId: keyId, newKeyId: keyId, target },
  undoing: { toKeyId: keyId, fromKeyId: keyId, fromKeyFate: oneOf('deactivate', 'keep') },
  'undo-given-up': { reason: text },
  undone: { notPutBack: list(receipt) },
  closed: {
    reason: oneOf(
      'no-key-was-made',
      'never-sent',
      'discarded',
      'new-key-gone',
      'old-key-gone',
      'user-gone',
      'undone',
    ),
  },
};

const KEY_STEPS: StepsFields<KeyStep> = {
  deleting: { keyId, reason: text },
  deleted: { keyId, request },
  retiring: { keyId, reason: text },
  retired: { keyId, request },
  reactivating: { keyId, reason: text },
  reactivated: { keyId, request },
  lapsed: { keyId },
};

const ROTATION_FIELDS = fieldsByStep(ROTATION_STEPS);
const KEY_FIELDS = fieldsByStep(KEY_STEPS);

function fieldsByStep(steps: object): ReadonlyMap<string, Field<object>> {
  return new Map(Object.entries(steps).map(([type, fields]) => [type, object<object>(fields)]));
}

/** A record as its line has it. */
interface Line extends Omit<JournalRecord, 'at' | 'rotation' | 'step'> {
  readonly at: string;
  readonly rotation: string | null;
  readonly step: { readonly type: string };
}

/** Which fields the step has besides depends on its type. */
const typed = object<Line['step']>({ type: text });
const anyStep: Field<Line['step']> = (value) => {
  typed(value);
  return value as Line['step'];
};

const envelope = object<Line>({
  v: oneOf(1, 2, 3, 4, 5, FORMAT_VERSION),
  at: time,
  run: text,
  who: optional(text),
  plan: optional(text),
  account: text,
  user: nonEmptyText,
  rotation: (value) => (value === null ? null : nonEmptyText(value)),
  step: anyStep,
});

/** A record that was checked, and its line without the newline. */
export interface Recorded {
  readonly record: JournalRecord;
  readonly line: string;
}

/** Of the records that were made here: a record goes through several hands, and each needs its line. */
const lines = new WeakMap<JournalRecord, string>();

/** The record as it will be read back, without whatever hangs on it by accident (I8). */
export function asRecorded(given: JournalRecord): Recorded {
  const known = lines.get(given);
  if (known !== undefined) return { record: given, line: known };
  const checked = checkLine({ ...given, at: given.at.toISOString() });
  assert(checked.ok, `a journal record is not valid: ${checked.ok ? '' : checked.problem}`);
  // What was taken of it is what JSON keeps of it.
  const record = asRecord(checked.line);
  const line = JSON.stringify(checked.line);
  lines.set(record, line);
  return { record, line };
}

/** The record as one line without its newline. */
export function encodeRecord(record: JournalRecord): string {
  return asRecorded(record).line;
}

/** The step was checked against the fields of its own type, which the compiler cannot follow. */
function asRecord(line: Line): JournalRecord {
  return { ...line, at: new Date(line.at) } as unknown as JournalRecord;
}

/** Reads a line that encodeRecord wrote, or that decodeRecord has read before. */
export function readRecord(line: string): JournalRecord {
  return decodeRecord(JSON.parse(line), 'a journal record');
}

/**
 * Reads what JSON.parse made of a line. `where` names file and line for the reader of the error.
 * Throws `journal-newer` or `journal-damaged`.
 */
export function decodeRecord(parsed: unknown, where: string): JournalRecord {
  const version = versionOf(parsed);
  if (version > FORMAT_VERSION) {
    throw new KeyturnError(
      'journal-newer',
      `${where} has format version ${version}, and this version knows ${FORMAT_VERSION}`,
      { hint: 'use the newer keyturn that wrote the journal' },
    );
  }
  const checked = checkLine(parsed);
  if (!checked.ok) throw damagedLine(where, checked.problem);
  return asRecord(checked.line);
}

/** The format version of any JSON; 0 where it has none. */
function versionOf(parsed: unknown): number {
  if (typeof parsed !== 'object' || parsed === null || !('v' in parsed)) return 0;
  return typeof parsed.v === 'number' && Number.isFinite(parsed.v) ? parsed.v : 0;
}

export function damagedLine(where: string, problem: string): KeyturnError {
  return new KeyturnError('journal-damaged', `${where} cannot be read: ${problem}`, {
    hint: 'restore the file from a backup, or remove that line after reading it',
  });
}

type CheckedLine =
  | { readonly ok: true; readonly line: Line }
  | { readonly ok: false; readonly problem: string };

function checkLine(value: unknown): CheckedLine {
  const outer = taken(envelope, value);
  if (outer instanceof WrongField) return { ok: false, problem: problemOf(outer) };
  const { type } = outer.step;
  const fields = (outer.rotation === null ? KEY_FIELDS : ROTATION_FIELDS).get(type);
  if (fields === undefined) return { ok: false, problem: `step ${JSON.stringify(type)}` };
  const inner = taken(fields, outer.step);
  if (inner instanceof WrongField) return { ok: false, problem: `${type}: ${problemOf(inner)}` };
  const step = { type, ...inner };
  const isOfFormat = formatOf(step as RotationStep | KeyStep) <= outer.v;
  if (!isOfFormat) return { ok: false, problem: `step "${type}" in format ${outer.v}` };
  return { ok: true, line: { ...outer, step } };
}

function taken<T>(field: Field<T>, value: unknown): T | WrongField {
  try {
    return field(value);
  } catch (thrown) {
    if (thrown instanceof WrongField) return thrown;
    throw thrown;
  }
}

/** Which field is wrong. Values are left out: they may be anything. */
function problemOf({ place }: WrongField): string {
  return `${place} is not valid`;
}
