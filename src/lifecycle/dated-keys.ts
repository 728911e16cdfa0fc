// Keys as a credential report has them, by their dates, joined with what the journal knows: their IDs, and
// what was done to them since the report was made. For lists that people read; nothing is acted on by it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import type { KeyStatus, LastUse } from './keys.ts';
import type { JournalRecord } from './record.ts';

export interface DatedKey {
  /** Undefined where nobody knows it without asking AWS. */
  readonly id: AccessKeyId | undefined;
  readonly status: KeyStatus;
  readonly createdAt: Date;
  readonly lastUse: LastUse | 'unreadable';
}

/** As far as this clock and AWS's may differ before AWS refuses every call. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** The keys of one user as of now, as far as a report of that time and the journal tell. */
export function withJournal(
  reported: readonly DatedKey[],
  history: UserHistory,
  generatedAt: Date,
): DatedKey[] {
  const since = new Date(generatedAt.getTime() - CLOCK_TOLERANCE_MS);
  const dates = reported.map(({ createdAt }) => createdAt);
  const ids = idsOf(dates, history, since);
  const known = reported.map((key, index) => ({ ...key, id: key.id ?? ids[index] }));
  const keys = [...known, ...madeSince(since, known, history)];
  return keys.flatMap((key) => {
    if (key.id === undefined) return [key];
    if (history.hasDeleted(key.id)) return [];
    return [{ ...key, status: statusSince(since, key.id, history) ?? key.status }];
  });
}

interface Made {
  readonly id: AccessKeyId;
  /** By our clock it was made between these. */
  readonly from: Date;
  readonly to: Date;
}

/**
 * The IDs of keys of these dates. A key that a rotation made was made between two of its records; what is
 * older than the last rotation was listed by it. What could be another key's stays unknown.
 */
function idsOf(
  dates: readonly Date[],
  history: UserHistory,
  since: Date,
): (AccessKeyId | undefined)[] {
  const gone = deletedBefore(since, history);
  const made = madeKeys(history).filter(({ id }) => !gone.has(id));
  const ids = dates.map((date) => {
    const [only, second] = made.filter((key) => isWithin(date, key));
    if (only === undefined || second !== undefined) return undefined;
    const isClear = dates.filter((each) => isWithin(each, only)).length === 1;
    return isClear ? only.id : undefined;
  });
  const last = history.records.findLast(({ step }) => step.type === 'intended');
  if (last?.step.type !== 'intended') return ids;
  const listed = last.step.knownKeyIds.filter((id) => !gone.has(id) && !ids.includes(id));
  const beforeMs = last.at.getTime() - CLOCK_TOLERANCE_MS;
  const older = dates.flatMap((date, index) =>
    ids[index] === undefined && date.getTime() < beforeMs ? [index] : [],
  );
  const [index] = older;
  if (index !== undefined && older.length === 1 && listed.length === 1) ids[index] = listed[0];
  return ids;
}

/** Keys that a report of that time or a later one does not have. */
function deletedBefore(since: Date, history: UserHistory): ReadonlySet<AccessKeyId> {
  return new Set(
    history.records.flatMap(({ step, at }) =>
      at <= since && (step.type === 'deleted' || step.type === 'discarded') ? [step.keyId] : [],
    ),
  );
}

function isWithin(date: Date, { from, to }: Made): boolean {
  return (
    date.getTime() >= from.getTime() - CLOCK_TOLERANCE_MS &&
    date.getTime() <= to.getTime() + CLOCK_TOLERANCE_MS
  );
}

/** Every key that a rotation made. */
function madeKeys(history: UserHistory): Made[] {
  const begun = new Map<string, Date>();
  const made: Made[] = [];
  for (const { rotation, step, at } of history.records) {
    if (rotation === null) continue;
    if (step.type === 'intended') begun.set(rotation, at);
    if (step.type !== 'created') continue;
    made.push({ id: step.newKeyId, from: begun.get(rotation) ?? at, to: at });
  }
  return made;
}

/** Keys that the report cannot have yet. */
function madeSince(since: Date, known: readonly DatedKey[], history: UserHistory): DatedKey[] {
  return madeKeys(history)
    .filter((key) => key.to > since && known.every(({ id }) => id !== key.id))
    .filter((key) =>
      known.every(({ id, createdAt }) => id !== undefined || !isWithin(createdAt, key)),
    )
    .map(({ id, to }) => ({ id, status: 'Active', createdAt: to, lastUse: 'unreadable' }));
}

/** What we made of the key since then; undefined when we changed nothing. */
function statusSince(
  since: Date,
  keyId: AccessKeyId,
  history: UserHistory,
): 'Active' | 'Inactive' | undefined {
  const record = history.records.findLast(
    (each) => each.at > since && statusAfter(each, history, keyId) !== undefined,
  );
  return record && statusAfter(record, history, keyId);
}

function statusAfter(
  { rotation, step }: JournalRecord,
  history: UserHistory,
  keyId: AccessKeyId,
): 'Active' | 'Inactive' | undefined {
  switch (step.type) {
    case 'deactivated':
      return rotation !== null && history.rotation(rotation).oldKeyId === keyId
        ? 'Inactive'
        : undefined;
    case 'retired':
      return step.keyId === keyId ? 'Inactive' : undefined;
    case 'reactivated':
      return step.keyId === keyId ? 'Active' : undefined;
    default:
      return undefined;
  }
}
