// What keyturn makes of each key of a user, for lists that people read: what it waits for, what blocks it,
// and how urgent it is. Built from the questions that decisions ask, and nothing is acted on by it.

import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import type { DatedKey } from './dated-keys.ts';
import { gateFor } from './decide-grace.ts';
import { retiringKey, type UserFacts } from './decide-user.ts';
import { type BlockReason, isDue, judgeUser } from './due.ts';
import { handedOffState } from './handed-off.ts';
import type { UserHistory } from './history.ts';
import { judgeUse, namedUse } from './in-use.ts';
import { type AccessKey, LAST_USE_LAG_MS, type LastUse } from './keys.ts';
import { isUsedByReaders } from './reader-use.ts';
import { PATIENT, QUIET_DAYS } from './retire-policy.ts';
import { HOLD_DAYS, judgeHold, type RetiringKey } from './retirement.ts';
import type { InGrace, Rotation } from './rotation.ts';

export type KeyState =
  /** A rotation that is not finished replaces it, or has made it. */
  | { readonly kind: 'open'; readonly rotation: Rotation; readonly part: 'old' | 'new' }
  /** Left Active by an undo: its readers go back to the key that it had replaced. */
  | {
      readonly kind: 'undone';
      readonly since: Date;
      readonly backTo: AccessKeyId;
      readonly silence: Silence;
    }
  /** Replaced, and Active until nothing uses it. */
  | {
      readonly kind: 'in-grace';
      readonly since: Date;
      /** The open rotation whose next run makes it Inactive then; undefined where a person has to. */
      readonly rotation: InGrace | undefined;
      readonly silence: Silence;
    }
  /** Due, and a person has to do something first. */
  | {
      readonly kind: 'blocked';
      readonly by: BlockReason;
      /** When the hold of the Inactive key is over that takes the room; undefined where that is not known. */
      readonly freeFrom: Date | undefined;
    }
  /** It is rotated next, or once the other key of its user is, which is in grace yet. */
  | { readonly kind: 'due'; readonly waitsFor: AccessKeyId | undefined }
  | { readonly kind: 'not-due'; readonly dueAt: Date }
  /** Inactive, and not to be deleted yet. */
  | { readonly kind: 'held'; readonly until: Date | undefined; readonly reason: string }
  | { readonly kind: 'deletable'; readonly reason: string };

/** Whether a replaced key is quiet, by the rule of whoever is to make it Inactive (I15). */
export type Silence =
  | { readonly kind: 'quiet' }
  | { readonly kind: 'use-unknown' }
  | { readonly kind: 'signs-calls' }
  /** `until` is when it counts as quiet if nothing uses it any more. */
  | { readonly kind: 'in-use'; readonly until: Date | undefined };

/** Something that a person should look at. A hint and no proof: AWS shows uses late, and not all of them. */
export type KeyWarning =
  /** Nobody seems to use the newer of two Active keys, and somebody the older one. */
  { readonly kind: 'newer-unused'; readonly older: DatedKey };

export interface KeyView {
  readonly key: DatedKey;
  readonly state: KeyState;
  readonly isDue: boolean;
  /** Whether its secret waits in custody for somebody. */
  readonly isSecretWaiting: boolean;
  readonly warning: KeyWarning | undefined;
  /** The lower, the sooner somebody should look at it. */
  readonly urgency: number;
}

/** What is known of the user beside the keys. */
export interface ViewFacts
  extends Pick<
    UserFacts,
    'history' | 'signer' | 'now' | 'lastSeenActive' | 'inactiveSince' | 'usesOf'
  > {
  /** As of when the last uses were told: a report is some hours old. */
  readonly usesAsOf: Date;
  readonly daysThreshold: number;
  /** Keys whose secrets are in custody. */
  readonly waiting: ReadonlySet<AccessKeyId>;
}

/** The keys of one user as keyturn sees them, the most urgent first. */
export function viewKeys(listed: readonly DatedKey[], facts: ViewFacts): KeyView[] {
  const keys = listed.map(withStandIn);
  const all = { ...facts, keys, orphans: new Set<AccessKeyId>() };
  const verdict = judgeUser(keys, facts, facts.now);
  const views = listed.map((key, index): KeyView => {
    const identified = keys[index] as AccessKey;
    const others = listed.filter((other) => other !== key);
    const about = withUses(retiringKey(identified, all), listed, keys);
    const grace = graceOf(facts.history.open, keys);
    const isReplaced = grace?.oldKeyId === identified.id;
    const isKeyDue = !isReplaced && isDue(identified, facts.daysThreshold, facts.now);
    const by = verdict.kind === 'blocked' && isKeyDue ? verdict.code : undefined;
    const block = by && { by, freeFrom: freeAt(keys, listed, all) };
    const state = stateOf({ about, grace, isDue: isKeyDue, block }, facts);
    const isSecretWaiting = isWaiting(identified.id, facts);
    // Whoever went back uses the older key again, as is meant.
    const warning = state.kind === 'undone' ? undefined : warningOf(key, others, facts);
    const view = { key, state, isDue: isKeyDue, isSecretWaiting, warning };
    return { ...view, urgency: urgencyOf(view) };
  });
  return views.toSorted(byUrgency);
}

/** The most urgent first, and of those the oldest. */
export function byUrgency(a: KeyView, b: KeyView): number {
  return a.urgency - b.urgency || a.key.createdAt.getTime() - b.key.createdAt.getTime();
}

/** Decisions tell keys apart by their IDs; one that nobody knows is in no record. */
function withStandIn({ id, status, createdAt }: DatedKey, index: number): AccessKey {
  return { id: id ?? accessKeyId(`ID_THAT_NOBODY_KNOWS_${index}`), status, createdAt };
}

/** A list has read the last use of every key already. */
function withUses(
  about: RetiringKey,
  listed: readonly DatedKey[],
  keys: readonly AccessKey[],
): RetiringKey {
  const useOf = ({ id }: AccessKey) =>
    listed[keys.findIndex((key) => key.id === id)]?.lastUse ?? 'unreadable';
  const others = about.others.map((other) => ({ ...other, lastUse: useOf(other.key) }));
  return { ...about, others, lastUse: useOf(about.key) };
}

/** Whether its secret is kept for somebody: nobody is to be given one of a key that is over. */
function isWaiting(keyId: AccessKeyId, { waiting, history }: ViewFacts): boolean {
  if (!waiting.has(keyId)) return false;
  const state = handedOffState(keyId, history);
  return state === 'waits' || state === 'needed';
}

/** When the hold of the user's Inactive key is over. */
function freeAt(
  keys: readonly AccessKey[],
  listed: readonly DatedKey[],
  facts: ViewFacts & { readonly keys: readonly AccessKey[] },
): Date | undefined {
  const inactive = keys.find(({ status }) => status !== 'Active');
  if (inactive === undefined) return undefined;
  const state = heldState(withUses(retiringKey(inactive, facts), listed, keys), facts.now);
  return state.kind === 'held' ? state.until : facts.now;
}

/** An open rotation whose old key waits; one whose new key somebody changed is to be taken up. */
function graceOf(open: Rotation | undefined, keys: readonly AccessKey[]): InGrace | undefined {
  if (open?.phase !== 'in-grace') return undefined;
  // Where nobody knows the ID of the new key, the other one is taken for it.
  const made = keys.find(({ id }) => id === open.newKeyId);
  const successor = made ?? keys.find(({ id }) => id !== open.oldKeyId);
  return successor?.status === 'Active' ? open : undefined;
}

interface Judged {
  readonly about: RetiringKey;
  readonly grace: InGrace | undefined;
  readonly isDue: boolean;
  readonly block: Omit<Extract<KeyState, { kind: 'blocked' }>, 'kind'> | undefined;
}

function stateOf({ about, grace, isDue, block }: Judged, facts: ViewFacts): KeyState {
  const { key, cutOverAt, others } = about;
  const { history, now, daysThreshold } = facts;
  const takenUp = grace === undefined ? history.open : undefined;
  const part = takenUp && partOf(takenUp, key.id);
  if (part !== undefined) return part;
  if (key.status !== 'Active') return heldState(about, now);
  if (grace?.oldKeyId === key.id) return waiting(about, grace, facts);
  const isReplaced = others.some((other) => other.key.status === 'Active');
  const undone = isReplaced ? undoneWith(key.id, history) : undefined;
  if (undone !== undefined) {
    const silence = silenceOf(about, facts);
    return { kind: 'undone', since: undone.undoneAt, backTo: undone.undo.toKeyId, silence };
  }
  if (cutOverAt !== undefined && isReplaced) return kept(about, cutOverAt, facts);
  // The key that waits has the second place, and a due key waits with it: nobody has to do anything.
  if (isDue && grace !== undefined) return { kind: 'due', waitsFor: grace.oldKeyId };
  if (block !== undefined) return { kind: 'blocked', ...block };
  if (isDue) return { kind: 'due', waitsFor: undefined };
  return {
    kind: 'not-due',
    dueAt: new Date(key.createdAt.getTime() + daysThreshold * MS_PER_DAY),
  };
}

/** Judged as the next run judges it, but for a deadline, which only the run is told. */
function waiting(about: RetiringKey, rotation: InGrace, facts: ViewFacts): KeyState {
  const { key: oldKey } = about;
  const judging = { ...facts, retire: PATIENT, now: facts.usesAsOf };
  const newKey = about.others.find(({ key }) => key.id === rotation.newKeyId);
  const isNewKeyUsed = newKey && isUsedByReaders(rotation.newKeyId, useOf(newKey), facts.history);
  const known = { lastUse: useOf(about), isNewKeyUsed };
  const verdict = gateFor({ oldKey, rotation }, known, judging);
  const grace = { kind: 'in-grace', since: rotation.since, rotation } as const;
  if (verdict.kind !== 'wait') return { ...grace, silence: { kind: 'quiet' } };
  const { why, notBefore: until } = verdict;
  // Nothing is held back where nothing is to be changed.
  const isForRuns = why === 'held-back' || why === 'vetoed' || why === 'hooks-unknown';
  if (isForRuns) return { ...grace, silence: { kind: 'quiet' } };
  if (why === 'in-use' || why === 'settling')
    return { ...grace, silence: { kind: 'in-use', until } };
  return { ...grace, silence: { kind: why } };
}

type Undone = Extract<Rotation, { readonly phase: 'undone' }>;

/** The undo that left the key Active, if it is the last thing that keyturn did with it. */
function undoneWith(keyId: AccessKeyId, history: UserHistory): Undone | undefined {
  const last = history.latest(
    (each) => each.oldKeyId === keyId || ('newKeyId' in each && each.newKeyId === keyId),
  );
  return last?.phase === 'undone' && last.undo.fromKeyId === keyId ? last : undefined;
}

/** Its rotation has left it to a person. */
function kept(about: RetiringKey, since: Date, facts: ViewFacts): KeyState {
  return { kind: 'in-grace', since, rotation: undefined, silence: silenceOf(about, facts) };
}

/** Judged as the command is that a person has for the key. */
function silenceOf(about: RetiringKey, facts: ViewFacts): Silence {
  const { key } = about;
  const verdict = judgeUse(namedUse(key, useOf(about), facts), QUIET_DAYS, facts.usesAsOf);
  switch (verdict.kind) {
    case 'unused':
      return { kind: 'quiet' };
    case 'use-unknown':
      return { kind: 'use-unknown' };
    case 'too-young':
    case 'in-use':
      return { kind: 'in-use', until: verdict.notBefore };
  }
}

/** A list has read the last use of every key. */
function useOf({ lastUse }: Pick<RetiringKey, 'lastUse'>): LastUse | 'unreadable' {
  return lastUse === 'unread' ? 'unreadable' : lastUse;
}

/** The part that the key has in a rotation; undefined when it has none. */
function partOf(rotation: Rotation, keyId: AccessKeyId): KeyState | undefined {
  if (rotation.oldKeyId === keyId) return { kind: 'open', rotation, part: 'old' };
  const made = 'newKeyId' in rotation ? rotation.newKeyId : undefined;
  return made === keyId ? { kind: 'open', rotation, part: 'new' } : undefined;
}

function heldState(about: RetiringKey, now: Date): KeyState {
  const verdict = judgeHold(about, HOLD_DAYS, now);
  if (verdict.kind === 'delete') return { kind: 'deletable', reason: verdict.reason };
  return verdict.kind === 'keep'
    ? { kind: 'held', until: verdict.notBefore, reason: verdict.reason }
    : { kind: 'held', until: undefined, reason: 'its last use is not known' };
}

function warningOf(
  key: DatedKey,
  others: readonly DatedKey[],
  facts: ViewFacts,
): KeyWarning | undefined {
  const { now } = facts;
  // A key that was made a moment ago has had no time to be used, or to be seen used.
  const isSettled = now.getTime() - key.createdAt.getTime() >= LAST_USE_LAG_MS;
  if (key.status !== 'Active' || !isSettled || !isUnused(key, facts)) return undefined;
  const older = others.find(
    (other) =>
      other.status === 'Active' && other.createdAt < key.createdAt && wasUsedSince(other, key),
  );
  return older && { kind: 'newer-unused', older };
}

function isUnused({ id, lastUse }: DatedKey, { history }: ViewFacts): boolean {
  return isUsedByReaders(id, lastUse, history) === false;
}

function wasUsedSince({ lastUse }: DatedKey, { createdAt }: DatedKey): boolean {
  return isUse(lastUse) && lastUse.at > createdAt;
}

function isUse(lastUse: LastUse | 'unreadable'): lastUse is Extract<LastUse, { used: 'at' }> {
  return lastUse !== 'unreadable' && lastUse.used === 'at';
}

/** In this order; each is one of `URGENCIES`. */
const URGENCIES = [
  'blocked',
  'open',
  'due',
  'warning',
  'in-grace',
  'undone',
  'waiting',
  'deletable',
  'held',
  'not-due',
] as const;

/** Up to here somebody should do something. */
export const URGENT_MAX = URGENCIES.indexOf('undone');

function urgencyOf({ state, warning, isSecretWaiting }: Omit<KeyView, 'urgency'>): number {
  const isWaiting = state.kind === 'due' && state.waitsFor !== undefined;
  const reasons = [
    isWaiting ? 'in-grace' : state.kind,
    ...(warning === undefined ? [] : ['warning' as const]),
    ...(isSecretWaiting ? ['waiting' as const] : []),
  ];
  return Math.min(...reasons.map((reason) => URGENCIES.indexOf(reason)));
}
