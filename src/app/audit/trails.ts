// The audit trails of a place of state, read one line after the other. No AWS call but those of a table.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { inState } from '../../base/key-command.ts';
import { isSameUser } from '../../base/user-name.ts';
import { soundLine, type TrailLine, trailOf } from '../../lifecycle/trail/line.ts';
import { type SeenTrail, type TrailVerdict, TrailVerifier } from '../../lifecycle/trail/verify.ts';
import type { ExportedLine } from '../../reports/audit-export.ts';
import type { AuditAnchor, AuditVerifyReport } from '../../reports/audit-report.ts';
import type { StateStore } from '../../state/state-store.ts';

/** What was seen of trails before, by account. */
export type SeenTrails = ReadonlyMap<string, readonly SeenTrail[]>;

/** Throws `state-dir`. */
export async function verifyTrails(
  store: StateStore,
  account: string | undefined,
  seen: SeenTrails,
): Promise<AuditVerifyReport> {
  const accounts = [];
  for (const id of await accountsOrSeen(store, account, seen)) {
    const seenOfIt = seen.get(id) ?? [];
    accounts.push(entryOf(await verifyTrail(store, id, seenOfIt), seenOfIt));
  }
  return { state_dir: store.where, whole: accounts.every(({ whole }) => whole), accounts };
}

export async function verifyTrail(
  store: StateStore,
  account: string,
  seen: readonly SeenTrail[],
): Promise<TrailVerdict> {
  const { trail } = await store.open(account, 'read');
  const verifier = new TrailVerifier(account, seen);
  for await (const line of trail.lines()) verifier.take(line);
  return verifier.verdict();
}

/** With those that were seen and of which nothing is kept any more: they are not forgotten. */
export async function accountsOrSeen(
  store: StateStore,
  only: string | undefined,
  seen: SeenTrails,
): Promise<readonly string[]> {
  const there = await accountsIn(store, only);
  const gone = only === undefined ? [...seen.keys()].filter((id) => !there.includes(id)) : [];
  return [...there, ...gone].toSorted();
}

/** An account that is named counts whether anything is kept of it or not. */
export async function accountsIn(
  store: StateStore,
  only: string | undefined,
): Promise<readonly string[]> {
  return only === undefined ? await store.accounts() : [only];
}

function entryOf(
  verdict: TrailVerdict,
  seen: readonly SeenTrail[],
): AuditVerifyReport['accounts'][number] {
  const { account, trail, lines, torn, isUnended, first, last, root, faults } = verdict;
  return {
    ...{ account_id: account, trail: trail ?? null, whole: faults.length === 0, lines, torn },
    ...{ first_at: first?.time ?? null, last_at: last?.time ?? null },
    ...{ root: lines === 0 ? null : root, head: last?.hash ?? null, unended: isUnended },
    seen_by: seen.map(({ by }) => by),
    faults: faults.map(({ kind, line, text }) => ({ kind, line: line ?? null, text })),
  };
}

/** Where the trail stands. Undefined where there is none. Throws `trail-damaged`. */
export async function anchorOf(
  store: StateStore,
  account: string,
  seen: readonly SeenTrail[],
): Promise<AuditAnchor | undefined> {
  const verdict = await verifyTrail(store, account, seen);
  const [fault] = verdict.faults;
  if (fault !== undefined) throw damaged(account, fault.text, store);
  const { trail, lines: size, root, last } = verdict;
  if (trail === undefined || last === undefined) return undefined;
  return { account_id: account, trail, size, root, head: last.hash };
}

function damaged(account: string, what: string, { where }: StateStore): KeyturnError {
  return new KeyturnError('trail-damaged', `the audit trail of account ${account}: ${what}`, {
    hint: ['all that is wrong with it:', inState(where, 'audit', 'verify', '--account', account)],
  });
}

export interface Shown {
  readonly account: string | undefined;
  readonly user: string | undefined;
  /** With all lines of the rotations that replaced or made it. */
  readonly keyId: AccessKeyId | undefined;
  /** As a run is named, or the beginning of that. */
  readonly run: string | undefined;
  readonly since: Date | undefined;
}

/** The lines that are asked for, the oldest first within an account. What is no sound line is left out. */
export async function* shownLines(store: StateStore, asked: Shown): AsyncGenerator<ExportedLine> {
  for (const account of await accountsIn(store, asked.account)) {
    const { trail } = await store.open(account, 'read');
    const rotations = new Set<string>();
    if (asked.keyId !== undefined) {
      for await (const { text } of trail.lines()) {
        const line = soundLine(text);
        if (line?.rotation && line.keys.includes(asked.keyId)) rotations.add(line.rotation);
      }
    }
    let name = '';
    for await (const { text } of trail.lines()) {
      const line = soundLine(text);
      if (line === undefined) continue;
      name = trailOf(line) ?? name;
      if (isAsked(line, asked, rotations)) yield { line, text, trail: name };
    }
  }
}

function isAsked(line: TrailLine, asked: Shown, rotations: ReadonlySet<string>): boolean {
  const { user, keyId, run, since } = asked;
  if (user !== undefined && (line.user === null || !isSameUser(line.user, user))) return false;
  if (run !== undefined && !line.run.startsWith(run)) return false;
  if (since !== undefined && Date.parse(line.time) < since.getTime()) return false;
  if (keyId === undefined) return true;
  return line.keys.includes(keyId) || (line.rotation !== null && rotations.has(line.rotation));
}

/** Once what can be read was exported. Throws `trail-damaged` where that is not all. */
export async function demandWhole(store: StateStore, only: string | undefined): Promise<void> {
  for (const account of await accountsIn(store, only)) await anchorOf(store, account, []);
}
