// One journal record as one line of JSON, and back, for every store. Only the fields declared here are written, so
// that nothing a caller attached to a record by accident reaches the disk (I8).

import { z } from 'zod';
import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';

/** The newest record format that this version writes and reads. */
const FORMAT_VERSION = 6;

type FieldsOf<Step extends { type: string }> = {
  readonly [Type in Step['type']]: z.ZodType<Omit<Extract<Step, { type: Type }>, 'type'>>;
};

const keyId = z.custom<AccessKeyId>((value) => typeof value === 'string' && isAccessKeyId(value));
const request = z.string().optional();
const receipt = z.object({
  kind: z.string(),
  reference: z.string(),
  version: z.string().optional(),
  form: z.string().optional(),
  mark: z.string().optional(),
  settle: z
    .union([
      z.enum(['at-once', 'next-start', 'when-queued', 'unknown']),
      z.object({ minutes: z.number().min(0) }),
    ])
    .optional(),
  proof: z.enum(['value', 'marker', 'timestamp', 'status']).optional(),
});
const target = z.object({
  kind: z.string(),
  place: z.string(),
  since: z.literal(3).optional(),
  form: z.string().optional(),
  alsoProfiles: z.array(z.string()).optional(),
});
const fate = z.enum(['when-quiet', 'deactivate', 'keep']);
const hookMoment = z.enum(['after-deliver', 'before-retire', 'after-retire']);
const foundState = z.enum(['fine', 'overwritten', 'dead', 'half-written', 'gone']);
const closeReason = z.enum([
  'no-key-was-made',
  'never-sent',
  'discarded',
  'new-key-gone',
  'old-key-gone',
  'user-gone',
  'undone',
]);

// Typed so that a step or a field added to record.ts does not compile until it is added here.
const ROTATION_FIELDS: FieldsOf<RotationStep> = {
  intended: z.object({
    oldKeyId: keyId,
    knownKeyIds: z.array(keyId),
    wasInactive: z.literal(true).optional(),
    oldKeyFate: fate,
    target,
    alsoTargets: z.array(target).optional(),
    hooks: z.array(hookMoment).optional(),
  }),
  'create-refused': z.object({ code: z.string() }),
  'create-unknown': z.object({ reason: z.string() }),
  'orphan-found': z.object({ keyId }),
  'orphan-named': z.object({ keyId }),
  created: z.object({ newKeyId: keyId, request }),
  placed: z.object({ target, receipt }),
  'place-found': z.object({ target, state: foundState }),
  delivered: z.object({ receipts: z.array(receipt) }),
  proved: z.object({ checks: z.number(), pairMark: z.string().optional() }),
  adopted: z.object({ newKeyId: keyId }),
  verified: z.object({ checks: z.number() }),
  deactivating: z.object({
    reason: z.string().optional(),
    althoughInUse: z.boolean().optional(),
    by: z.enum(['operator', 'finish']).optional(),
    watchMinutes: z.number().positive().optional(),
  }),
  'hook-begun': z.object({ on: hookMoment, mark: z.string(), label: z.string() }),
  'hook-ended': z.object({
    mark: z.string(),
    end: z.enum(['done', 'failed', 'unknown']),
    reason: z.string().optional(),
    by: z.literal('operator').optional(),
  }),
  told: z.object({}),
  vetoed: z.object({ label: z.string(), reason: z.string() }),
  watched: z.object({
    saw: z.enum(['green', 'red', 'dropped']),
    reason: z.string().optional(),
  }),
  deactivated: z.object({ request }),
  'in-grace': z.object({ notBefore: z.iso.datetime().optional() }),
  'deadline-announced': z.object({ deadline: z.iso.datetime().optional() }),
  'deadline-withdrawn': z.object({}),
  completed: z.object({}),
  discarding: z.object({ keyId, reason: z.string() }),
  discarded: z.object({ keyId, request }),
  found: z.object({ oldKeyId: keyId, newKeyId: keyId, target }),
  undoing: z.object({
    toKeyId: keyId,
    fromKeyId: keyId,
    fromKeyFate: fate.exclude(['when-quiet']),
  }),
  'undo-given-up': z.object({ reason: z.string() }),
  undone: z.object({ notPutBack: z.array(receipt) }),
  closed: z.object({ reason: closeReason }),
};

const KEY_FIELDS: FieldsOf<KeyStep> = {
  deleting: z.object({ keyId, reason: z.string() }),
  deleted: z.object({ keyId, request }),
  retiring: z.object({ keyId, reason: z.string() }),
  retired: z.object({ keyId, request }),
  reactivating: z.object({ keyId, reason: z.string() }),
  reactivated: z.object({ keyId, request }),
  lapsed: z.object({ keyId }),
};

const anyStep = z.looseObject({ type: z.string() });

const envelope = z.object({
  v: z.literal([1, 2, 3, 4, 5, FORMAT_VERSION]),
  at: z.iso.datetime(),
  run: z.string(),
  who: z.string().optional(),
  plan: z.string().optional(),
  account: z.string(),
  user: z.string().min(1),
  rotation: z.string().min(1).nullable(),
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
  const line = encodeRecord(given);
  // What was written was checked.
  const record = asRecord(JSON.parse(line));
  lines.set(record, line);
  return { record, line };
}

/** The record as one line without its newline. */
export function encodeRecord(record: JournalRecord): string {
  const known = lines.get(record);
  if (known !== undefined) return known;
  const checked = checkLine({ ...record, at: record.at.toISOString() });
  assert(checked.ok, `a journal record is not valid: ${checked.ok ? '' : checked.problem}`);
  return JSON.stringify(checked.line);
}

/** The step was checked against the fields of its own type, which the compiler cannot follow. */
function asRecord(line: z.infer<typeof envelope>): JournalRecord {
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
  | { readonly ok: true; readonly line: z.infer<typeof envelope> }
  | { readonly ok: false; readonly problem: string };

function checkLine(value: unknown): CheckedLine {
  const outer = envelope.safeParse(value);
  if (!outer.success) return { ok: false, problem: firstProblem(outer.error) };
  const { type, ...fields } = outer.data.step;
  const schemas = outer.data.rotation === null ? KEY_FIELDS : ROTATION_FIELDS;
  const schema = Object.hasOwn(schemas, type)
    ? (schemas as Record<string, z.ZodType<object>>)[type]
    : undefined;
  if (schema === undefined) return { ok: false, problem: `step ${JSON.stringify(type)}` };
  const inner = schema.safeParse(fields);
  if (!inner.success) return { ok: false, problem: `${type}: ${firstProblem(inner.error)}` };
  const step = { type, ...inner.data };
  const isOfFormat = formatOf(step as RotationStep | KeyStep) <= outer.data.v;
  if (!isOfFormat) return { ok: false, problem: `step "${type}" in format ${outer.data.v}` };
  return { ok: true, line: { ...outer.data, step } };
}

/** Which field is wrong. Values are left out: they may be anything. */
function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  const field = issue === undefined || issue.path.length === 0 ? 'record' : issue.path.join('.');
  return `${field} is not valid`;
}
