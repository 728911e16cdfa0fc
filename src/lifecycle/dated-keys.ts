// Keys as a credential report has them, by their dates, joined with what the journal knows: their IDs, and
// what was done to them since the report was made. For lists that people read; nothing is acted on by it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import type { KeyStatus, LastUse } from './keys.ts';
import type { JournalRecord } from './record.ts';
import { hasNewKey, isOpen, type Rotation } from './rotation.ts';

export interface DatedKey {
  /** Undefined where nobody knows it without asking AWS. */
  readonly id: AccessKeyId | undefined;
  readonly status: KeyStatus;
  readonly createdAt: Date;
  readonly lastUse: LastUse | 'unreadable';
}

/** As far as this clock and AWS's may differ before AWS refuses every call. */
const CLOCK_TOLERANCE_MS = 15 * 60_000;

/** The keys of one user, from a report and the journal. */
export interface JoinedKeys {
  readonly keys: readonly DatedKey[];
  /**
   * Whether the journal's later records were all joined with a key. Where they were not, one of these keys may
   * be gone, or be in another state than is told here: only AWS's list of the user says which.
   */
  readonly isCertain: boolean;
}

/** The keys of one user as of now, as far as a report of that time and the journal tell. */
export function withJournal(
  reported: readonly DatedKey[],
  history: UserHistory,
  generatedAt: Date,
): JoinedKeys {
  const since = new Date(generatedAt.getTime() - CLOCK_TOLERANCE_MS);
  const known = withIds(reported, history, since);
  const made = madeSince(since, known, history);
  const keys = [...known, ...made.keys].flatMap((key) => {
    if (key.id === undefined) return [key];
    if (history.hasDeleted(key.id)) return [];
    return [{ ...key, status: statusSince(since, key.id, history) ?? key.status }];
  });
  return { keys, isCertain: made.isCertain && isCertain(known, history, since) };
}

/** A key without an ID may be any key that something happened to since, unless that one was made since. */
function isCertain(known: readonly DatedKey[], history: UserHistory, since: Date): boolean {
  if (known.every(({ id }) => id !== undefined)) return true;
  const madeLater = new Set(
    madeKeys(history).flatMap(({ id, from }) => (from > since ? [id] : [])),
  );
  const isJoined = (id: AccessKeyId) => madeLater.has(id) || known.some((key) => key.id === id);
  return keysThatMatter(history, since).every(isJoined);
}

/** The keys of which something is told that a list without their IDs would get wrong. */
function keysThatMatter(history: UserHistory, since: Date): AccessKeyId[] {
  const gone = deletedBefore(since, history);
  const last = history.latest((each) => isOpen(each) || each.phase === 'undone');
  const changed = history.records
    .filter(({ at }) => at > since)
    .flatMap((record) => changedBy(record, history) ?? []);
  return [...changed, ...(last === undefined ? [] : keysOf(last))].filter((id) => !gone.has(id));
}

function keysOf(rotation: Rotation): AccessKeyId[] {
  return [rotation.oldKeyId, ...(hasNewKey(rotation) ? [rotation.newKeyId] : [])];
}

/** The key whose status or existence the record tells of. */
function changedBy({ rotation, step }: JournalRecord, history: UserHistory) {
  if (step.type === 'deactivated') {
    return rotation === null ? undefined : history.rotation(rotation).oldKeyId;
  }
  const changes = ['retired', 'reactivated', 'deleted', 'discarded'];
  return changes.includes(step.type) && 'keyId' in step ? step.keyId : undefined;
}

interface Made {
  readonly id: AccessKeyId;
  /** By our clock it was made between these. */
  readonly from: Date;
  readonly to: Date;
}

/**
 * The keys with the IDs that their dates tell. A key that a rotation made was made between two of its records;
 * what is older than the last rotation was listed by it. What could be another key's stays unknown.
 */
function withIds(reported: readonly DatedKey[], history: UserHistory, since: Date): DatedKey[] {
  const gone = deletedBefore(since, history);
  // Of two keys of one second the one that is gone may be the one that is remembered.
  const given = reported.map(({ id }) => (id !== undefined && gone.has(id) ? undefined : id));
  const dates = reported.map(({ createdAt }) => createdAt);
  const made = madeKeys(history).filter(({ id }) => !gone.has(id) && !given.includes(id));
  const ids = dates.map((date, index) => {
    if (given[index] !== undefined) return given[index];
    const [only, second] = made.filter((key) => isWithin(date, key));
    if (only === undefined || second !== undefined) return undefined;
    const isClear = dates.filter((each) => isWithin(each, only)).length === 1;
    return isClear ? only.id : undefined;
  });
  const last = history.records.findLast(({ step }) => step.type === 'intended');
  if (last?.step.type === 'intended') {
    const listed = last.step.knownKeyIds.filter((id) => !gone.has(id) && !ids.includes(id));
    const beforeMs = last.at.getTime() - CLOCK_TOLERANCE_MS;
    const older = dates.flatMap((date, index) =>
      ids[index] === undefined && date.getTime() < beforeMs ? [index] : [],
    );
    const [index] = older;
    if (index !== undefined && older.length === 1 && listed.length === 1) ids[index] = listed[0];
  }
  return reported.map((key, index) => ({ ...key, id: ids[index] }));
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
    if (step.type !== 'created' && step.type !== 'adopted') continue;
    made.push({ id: step.newKeyId, from: begun.get(rotation) ?? at, to: at });
  }
  return made;
}

/** Keys that the report cannot have yet; one of about its time may be a key that it has. */
function madeSince(since: Date, known: readonly DatedKey[], history: UserHistory): JoinedKeys {
  const unlisted = madeKeys(history).filter(
    (key) => key.to > since && known.every(({ id }) => id !== key.id),
  );
  const isApart = (key: Made) =>
    known.every(({ id, createdAt }) => id !== undefined || !isWithin(createdAt, key));
  return {
    keys: unlisted
      .filter(isApart)
      .map(({ id, to }) => ({ id, status: 'Active', createdAt: to, lastUse: 'unreadable' })),
    isCertain: unlisted.every(isApart),
  };
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
