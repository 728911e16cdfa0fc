// What may have to be told after a run. A matter is something that lasts from run to run until it is over: it is
// told when it is new, when it changes, and now and then. What was done is told once, by the run that did it.

import { createHash } from 'node:crypto';
import { ERROR_CODES, isErrorCode } from '../../base/error-codes.ts';
import { changeLine } from '../../base/key-changes.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Occasion } from '../../config/tell-takes.ts';
import type { Retirement, RotatedKey, RotationReport } from '../../reports/rotation-report.ts';
import type { DueSoon } from '../sight/account-sight.ts';

export const MATTER_KINDS = [
  'rotation-failed',
  'rotation-blocked',
  'clean-up-failed',
  'run-failed',
  'hook-failed',
  'hook-vetoed',
  'watch-red',
  'key-due-soon',
  'deadline-ahead',
  'old-key-in-use',
  'hand-off-kept',
  'place-wrong',
] as const;
export type MatterKind = (typeof MATTER_KINDS)[number];

/** Whom and what something is about; null where it is about no one in particular. */
export interface About {
  readonly account: string | null;
  readonly user: string | null;
  readonly keyId: string | null;
}

export interface Matter extends About {
  /** The same from run to run, whatever becomes of it. */
  readonly id: string;
  readonly kind: MatterKind;
  readonly occasion: Occasion;
  /** How it stands: another stage is news. */
  readonly stage: string;
  /** In one line. */
  readonly text: string;
  /** What a person can do; a command has a line of its own. */
  readonly hint: string | null;
  /** When something happens by itself; undefined where nothing does. */
  readonly dueAt: Date | undefined;
}

/** Something that the run has done, or would do. */
export interface Deed extends About {
  readonly text: string;
}

export interface Happened {
  readonly report: RotationReport;
  readonly soon: ReadonlyMap<string, readonly DueSoon[]>;
  /** How many days before a deadline that is told. */
  readonly deadlineDays: number;
  readonly now: Date;
}

/** Another run is at work on the user, which passes by itself: that one tells what comes of it. */
export const BUSY = 'rotation-in-progress';

export function mattersOf(happened: Happened): readonly Matter[] {
  const { report, soon } = happened;
  return unique([
    ...report.rotated_keys
      .filter(({ success, error_code: code }) => !success && code !== BUSY)
      .map(failedRotation),
    ...report.cleanup_results.filter(({ success }) => !success).map(failedCleanUp),
    ...report.errors.filter(isFailure).map(failedRun),
    ...(report.hooks ?? []).flatMap(unhappyHook),
    ...report.retirements.flatMap((each) => waitingKey(each, happened)),
    ...report.kept_handoffs.map(keptHandoff),
    ...[...soon].flatMap(([account, keys]) => keys.map((key) => dueKey(account, key))),
  ]);
}

/** Of two matters of one name the first: the same was told in two places of the document. */
function unique(matters: readonly Matter[]): readonly Matter[] {
  return [
    ...new Map([...matters].reverse().map((matter) => [matter.id, matter])).values(),
  ].reverse();
}

function matter(
  kind: MatterKind,
  about: About,
  more: Omit<Matter, 'id' | 'kind' | keyof About>,
): Matter {
  const { account, user, keyId } = about;
  const name = user === null ? null : comparableUserName(user);
  return { id: digest([kind, account, name, keyId]), kind, ...about, ...more };
}

export function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

function kindOfCode(code: string | null) {
  return code !== null && isErrorCode(code) ? ERROR_CODES[code].kind : 'failure';
}

/** That somebody ended the run is no news to them. */
function isFailure({ code }: { readonly code: string }): boolean {
  return kindOfCode(code) !== 'stop' && code !== BUSY;
}

function failedRotation(key: RotatedKey): Matter {
  const { account_id: account, username: user, old_key_id: keyId, error_code: code } = key;
  const isBlocked = kindOfCode(code) === 'block';
  return matter(
    isBlocked ? 'rotation-blocked' : 'rotation-failed',
    { account, user, keyId },
    {
      occasion: 'needs-person',
      stage: code ?? 'unknown',
      text: `key ${keyId} cannot be rotated: ${key.error ?? 'nobody knows why'}`,
      hint: key.hint,
      dueAt: undefined,
    },
  );
}

function failedCleanUp(result: RotationReport['cleanup_results'][number]): Matter {
  const { account_id: account, username: user, error_code: code } = result;
  return matter(
    'clean-up-failed',
    { account, user, keyId: null },
    {
      occasion: 'needs-person',
      stage: code ?? 'unknown',
      text: `Inactive keys could not be cleaned up: ${result.error ?? 'nobody knows why'}`,
      hint: result.hint,
      dueAt: undefined,
    },
  );
}

function failedRun(issue: RotationReport['errors'][number]): Matter {
  const { account_id: account, username: user, code, message, hint } = issue;
  const failed = matter(
    'run-failed',
    { account, user, keyId: null },
    { occasion: 'needs-person', stage: code, text: message, hint, dueAt: undefined },
  );
  // Several things may stop parts of one run: each is a matter of its own.
  return { ...failed, id: digest(['run-failed', account, user, code]) };
}

function unhappyHook(hook: NonNullable<RotationReport['hooks']>[number]): readonly Matter[] {
  const { outcome, account_id: account, username: user, on, hook: label, reason } = hook;
  const kind =
    outcome === 'vetoed'
      ? 'hook-vetoed'
      : outcome === 'red'
        ? 'watch-red'
        : outcome === 'failed' || outcome === 'unknown'
          ? 'hook-failed'
          : undefined;
  if (kind === undefined) return [];
  const words = {
    'hook-vetoed': 'a hook keeps the old key Active',
    'watch-red':
      'something went wrong after the old key became Inactive, and the rotation is taken back',
    'hook-failed': 'a hook was not done',
  } as const;
  const text = `${words[kind]}: ${label}${reason === null ? '' : ` (${reason})`}`;
  const about = { account, user, keyId: null };
  const told = matter(kind, about, {
    ...{ occasion: 'needs-person', stage: outcome, text, hint: null, dueAt: undefined },
  });
  return [{ ...told, id: digest([kind, account, user, on, label]) }];
}

const DAY_MS = 86_400_000;

/** An old key that waits: its deadline, where one comes near; and that somebody uses it still. */
function waitingKey(retirement: Retirement, { deadlineDays, now }: Happened): readonly Matter[] {
  const { account_id: account, username: user, old_key_id: keyId, state, deadline } = retirement;
  if (state !== 'waiting') return [];
  const about = { account, user, keyId };
  const isInUse = retirement.waits_for === 'in-use' || retirement.waits_for === 'use-unknown';
  const use = lastUseWords(retirement);
  const readers = retirement.readers.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', ');
  const where = readers === '' ? '' : `; its successor is in ${readers}`;
  const dueAt = deadline === null ? undefined : new Date(deadline);
  const isNear = dueAt !== undefined && dueAt.getTime() - now.getTime() <= deadlineDays * DAY_MS;
  const told: Matter[] = [];
  if (isInUse && isNear) {
    const text = `key ${keyId} becomes Inactive on ${dayOf(dueAt)} whoever uses it, and ${use}${where}`;
    told.push(
      matter('deadline-ahead', about, {
        ...{ occasion: 'deadline', stage: 'ahead', text, dueAt },
        hint: 'let whatever uses it read the new key before that day',
      }),
    );
  }
  if (retirement.waits_for === 'in-use' && isUsedSince(retirement)) {
    const text = `key ${keyId} was replaced, and ${use}${where}`;
    told.push(
      matter('old-key-in-use', about, {
        ...{ occasion: 'in-use', stage: retirement.last_used_service ?? 'used', text },
        hint: 'let whatever uses it read the new key, for example by a restart',
        dueAt: undefined,
      }),
    );
  }
  return told;
}

function isUsedSince({ last_used: used, since }: Retirement): boolean {
  return used !== null && used !== 'never' && since !== null && used > since;
}

function lastUseWords(retirement: Retirement): string {
  const { last_used: used, last_used_service: service, last_used_region: region } = retirement;
  if (used === null) return 'nobody can tell whether it is in use';
  const what = service === null ? '' : ` for ${service}${region === null ? '' : ` in ${region}`}`;
  return used === 'never'
    ? 'it was never used'
    : `it was last used on ${used.slice(0, 16)}Z${what}`;
}

function keptHandoff({
  account_id: account,
  username: user,
  access_key_id: keyId,
  path,
  reason,
}: RotationReport['kept_handoffs'][number]): Matter {
  return matter(
    'hand-off-kept',
    { account, user, keyId },
    {
      occasion: 'needs-person',
      stage: 'kept',
      text: `the hand-off file ${path} was to go, and stays: ${reason}`,
      hint: null,
      dueAt: undefined,
    },
  );
}

function dueKey(account: string, { user, createdAt, keyId, dueAt }: DueSoon): Matter {
  const name = keyId === undefined ? `the key of ${dayOf(createdAt)}` : `key ${keyId}`;
  const due = matter(
    'key-due-soon',
    { account, user, keyId: keyId ?? null },
    {
      occasion: 'due-soon',
      stage: 'soon',
      text: `${name} is due on ${dayOf(dueAt)}, and will be replaced then`,
      hint: null,
      dueAt,
    },
  );
  // A report names no key, and the same key is named when its user is read: its date is the same in both.
  const name_ = comparableUserName(user);
  return { ...due, id: digest(['key-due-soon', account, name_, createdAt.toISOString()]) };
}

export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** What was done for each user; in a dry run what would be. */
export function deedsOf(report: RotationReport): readonly Deed[] {
  const rotated = report.rotated_keys.filter((key) => key.success && isNews(key, report));
  const told = new Set(rotated.map(({ username, account_id: id }) => `${id} ${username}`));
  const others = report.changes.filter(
    ({ account_id: id, username, by }) => by !== 'rotation' || !told.has(`${id} ${username}`),
  );
  const foretold = report.cleanup_results.filter(
    ({ dry_run: isDry, deleted_keys: keys }) => isDry && keys.length > 0,
  );
  return [
    ...rotated.map((key) => rotationDone(key)),
    ...others.map((change) => ({
      account: change.account_id,
      user: change.username,
      keyId: change.access_key_id,
      text: changeLine(change).replace(` of ${change.username}`, ''),
    })),
    ...foretold.map(({ account_id: account, username: user, deleted_keys: keys }) => ({
      ...{ account, user, keyId: keys[0] ?? null },
      text: `would delete ${keys.join(', ')}`,
    })),
  ];
}

/** A rotation whose old key waits is in every document until it is over. */
function isNews(key: RotatedKey, { changes }: RotationReport): boolean {
  if (key.dry_run) return !key.resumed;
  const ids = [key.old_key_id, key.new_key_id];
  return changes.some(({ access_key_id: id }) => ids.includes(id));
}

function rotationDone(key: RotatedKey): Deed {
  const { account_id: account, username: user, old_key_id: oldKeyId, new_key_id: newKeyId } = key;
  const about = { account, user, keyId: newKeyId ?? oldKeyId };
  const places = (key.would_deliver_to ?? key.delivered_to)
    .map(({ kind, place }) => `${kind} ${place}`.trim())
    .join(', ');
  const where = places === '' ? '' : `, in ${places}`;
  if (key.dry_run) return { ...about, text: `would replace key ${oldKeyId}${where}` };
  const old =
    key.old_key_status === 'Inactive'
      ? 'the old key is Inactive'
      : 'the old key stays Active until nothing uses it';
  return { ...about, text: `key ${newKeyId} takes the place of ${oldKeyId}${where}; ${old}` };
}
