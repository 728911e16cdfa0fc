// Fewer records, which decide the same, for one user after the other under the user's claim. What is dropped
// goes in transactions that each leave a journal which can be read: a rotation goes whole or not at all.

import type { TableWrite } from '../../base/aws-tables.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { neededRecords } from '../../lifecycle/compact.ts';
import { UserHistory } from '../../lifecycle/history.ts';
import { type Actor, COMPACTED, decided } from '../../lifecycle/trail/fact.ts';
import type { Compacted } from '../state-store.ts';
import { busy, Claim, isHeld, lost } from './claim.ts';
import { heldItems } from './custody.ts';
import { type Head, readHead } from './head.ts';
import { hasRecords, readHeads } from './heads.ts';
import { type Numbered, readRecords } from './journal.ts';
import { headKey, recordKey, SECRETS } from './keys.ts';
import type { Doing, Table } from './table.ts';
import type { TableTrail } from './trail.ts';

/** AWS takes a hundred writes in a transaction, and one is of the head. */
const DROPPED_AT_ONCE_MAX = 99;
/** More than decisions need of one user. */
const LONG_RECORDS = 200;

export interface CompactionParts {
  readonly table: Table;
  readonly account: string;
  /** Who works here, for people. */
  readonly owner: string;
  readonly clock: Clock;
  readonly by: Actor;
  readonly trail: TableTrail;
}

/** Throws as StateStore.compact does. */
export async function compactAccount(parts: CompactionParts): Promise<Compacted> {
  const heads = await readHeads(parts.table, parts.account);
  const atWork = heads.find(({ claim }) => isHeld(claim, parts.table));
  if (atWork !== undefined) throw busy(atWork.user, atWork.claim);
  return await compactUsers(heads, parts);
}

/** As AccountState.tidy: of each user who has many records, and whom nobody works on. */
export async function compactLongUsers(parts: CompactionParts): Promise<Compacted | undefined> {
  const heads = await readHeads(parts.table, parts.account);
  await tellLeft(heads, parts);
  const isLong = ({ count, claim }: Head) => count >= LONG_RECORDS && !isHeld(claim, parts.table);
  const long = heads.filter(isLong);
  if (long.length === 0) return undefined;
  try {
    return await compactUsers(long, parts);
  } catch (thrown) {
    if (thrown instanceof KeyturnError && thrown.code === 'rotation-in-progress') return undefined;
    throw thrown;
  }
}

/** What dead processes recorded and did not tell, of whoever is not worked on. */
async function tellLeft(heads: readonly Head[], { trail, by }: CompactionParts): Promise<void> {
  await trail.noteLeft(heads);
  if (trail.isBehind) await trail.write([], by);
}

async function compactUsers(heads: readonly Head[], parts: CompactionParts): Promise<Compacted> {
  // I8, I11: only its rotation tells what became of a secret that is still kept.
  const held = new Set((await heldItems(SECRETS, parts)).keys());
  let [before, after] = [0, 0];
  for (const { user } of heads.filter(hasRecords)) {
    const claim = await Claim.take({ ...parts, user });
    try {
      const records = await readRecords(parts.table, parts.account, user);
      const needed = new Set(
        neededRecords(
          records.map(({ record }) => record),
          held,
        ),
      );
      const dropped = records.filter(({ record }) => !needed.has(record));
      // What is dropped must be told before.
      const told = await parts.trail.toldOf(user, claim.head.toldFrom);
      const untold = records.filter(({ seq }) => seq > told);
      parts.trail.note(untold, new UserHistory(records.map(({ record }) => record)));
      if (dropped.length > 0 && parts.trail.isBehind) await parts.trail.write([], parts.by);
      let gone = 0;
      for (const some of wholeRotations(dropped)) gone += await drop(some, claim);
      before += records.length;
      after += records.length - gone;
    } finally {
      await claim.release();
    }
  }
  if (after < before) await tellCompacted({ before, after }, parts);
  return { before, after };
}

async function tellCompacted(
  { before, after }: Compacted,
  { trail, by, clock }: CompactionParts,
): Promise<void> {
  if (!(await trail.isThere())) return;
  const compacted = {
    ...{ step: COMPACTED, at: clock.now() },
    reason: 'no decision needs the records that were dropped',
    detail: { records_before: before, records_after: after },
  };
  await trail.write([decided(compacted, by)], by);
}

/** Rotations first: until they are gone, the records of their keys tell what became of these. */
function* wholeRotations(dropped: readonly Numbered[]): Generator<readonly Numbered[]> {
  const byRotation = new Map<string, Numbered[]>();
  const ofKeys: Numbered[] = [];
  for (const each of dropped) {
    const { rotation } = each.record;
    if (rotation === null) ofKeys.push(each);
    else byRotation.set(rotation, [...(byRotation.get(rotation) ?? []), each]);
  }
  let some: Numbered[] = [];
  for (const records of byRotation.values()) {
    // One with more steps than a transaction takes stays.
    if (records.length > DROPPED_AT_ONCE_MAX) continue;
    if (some.length + records.length > DROPPED_AT_ONCE_MAX) {
      yield some;
      some = [];
    }
    some.push(...records);
  }
  if (some.length > 0) yield some;
  for (let start = 0; start < ofKeys.length; start += DROPPED_AT_ONCE_MAX) {
    yield ofKeys.slice(start, start + DROPPED_AT_ONCE_MAX);
  }
}

/** Resolves with how many are gone. */
async function drop(some: readonly Numbered[], claim: Claim): Promise<number> {
  const { table, account, user } = claim.of;
  const { count, seq } = claim.head;
  const untilMs = claim.nextUntilMs();
  const doing: Doing = {
    code: 'journal-write',
    what: `the journal of user ${user} cannot be shortened`,
  };
  const left = count - some.length;
  const head: TableWrite = {
    kind: 'update',
    table: table.name,
    key: headKey(account, user),
    update: 'SET #count = :left, #until = :until',
    condition: '#nonce = :me AND #seq = :seq AND #count = :count',
    values: { me: claim.nonce, seq, count, left, until: untilMs },
  };
  const deletes = some.map(
    (each): TableWrite => ({
      kind: 'delete',
      table: table.name,
      key: recordKey(account, user, each.seq),
      condition: 'attribute_exists(#pk)',
    }),
  );
  const written = await table.write([head, ...deletes], doing);
  if (written.kind === 'refused') {
    const now = readHead(written.failed[0]?.found, table.name);
    if (now !== undefined && now.claim?.nonce !== claim.nonce) throw lost(user);
    const isDone = now?.seq === seq && now.count === left;
    if (!isDone) throw new KeyturnError(doing.code, `${doing.what}: somebody changed its items`);
  }
  claim.advance({ count: left }, untilMs);
  return some.length;
}
