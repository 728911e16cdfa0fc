// What becomes of the old key of a rotation that is in every place (I15): asked by the decision about a
// user, and once more just before the key is made Inactive.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import { isUntold, type KnownHooks, waitsForHooks } from './hooks.ts';
import type { AccessKey, LastUse } from './keys.ts';
import { type Asking, askLastUse } from './questions.ts';
import {
  type GateVerdict,
  judgeAsked,
  judgeGate,
  judgeHooksUnknown,
  judgeSettled,
  type OldKeyFacts,
  type Waiting,
} from './quiet-gate.ts';
import { isUsedByReaders } from './reader-use.ts';
import type { JournaledTarget, OldKeyFate } from './record.ts';
import type { RetirePolicy } from './retire-policy.ts';
import { hasNewKey, type InGrace, isGraced, type Rotation } from './rotation.ts';
import { settledAt } from './served-late.ts';
import {
  followsByItself,
  isReadBack,
  mayBeginLate,
  type ReaderTerms,
  settleMinutes,
} from './settle.ts';
import type { Signer } from './signer.ts';
import type { Look, UseHistory } from './use-history.ts';

/** What the end of an old key depends on, besides its rotation. */
export interface GraceFacts {
  readonly keys: readonly AccessKey[];
  readonly history: UserHistory;
  readonly now: Date;
  readonly signer: Signer;
  readonly retire: RetirePolicy;
  readonly usesOf: (key: AccessKey) => UseHistory;
  /** What this run has seen of the last use of a key already, in a credential report. */
  readonly lastLook: (key: AccessKey) => Look | undefined;
  /** What readers of a place that has no receipt yet can count on. */
  readonly termsAt?: (target: JournaledTarget) => ReaderTerms;
  readonly hooks?: KnownHooks;
}

/** A rotation whose old key stays Active for now. */
export interface Grace {
  readonly rotation: InGrace;
  readonly oldKey: AccessKey;
  readonly waiting: Waiting;
  /** Whether its readers have used the new key, as far as AWS tells. */
  readonly isNewKeyUsed: boolean | undefined;
}

/** The old key of a rotation that begins, is on its way, or is in grace. */
export interface Leaving {
  readonly oldKey: AccessKey;
  /** Undefined for one that has not begun. */
  readonly rotation: Rotation | undefined;
  /** Of one that has not begun: what is to become of the old key, and where the new one is to go. */
  readonly intent?: Pick<Rotation, 'oldKeyFate' | 'targets'>;
}

/** A report is up to four hours old, and uses are further apart than this where it makes a difference. */
const LOOK_LASTS_MS = 6 * 60 * 60_000;

/**
 * I15: before a key goes AWS is always asked. A key that was in use by the report of this run stays, without a
 * call: whatever happened since can only make it stay longer.
 */
export function* gateOf(leaving: Leaving, facts: GraceFacts): Asking<GateVerdict> {
  const isActive = leaving.oldKey.status === 'Active';
  // Somebody has a word in it, or has to be told, and this run does not know who.
  const { rotation } = leaving;
  if (isActive && rotation !== undefined && waitsForHooks(rotation, facts.hooks)) {
    return judgeHooksUnknown();
  }
  if (fateOf(leaving) === 'deactivate') {
    const settledAt = isActive ? servedFrom(leaving, facts) : undefined;
    return judgeAsked(judgeSettled(settledAt, facts.now), isActive ? facts.retire : undefined);
  }
  const look = leaving.rotation?.phase === 'in-grace' ? undefined : facts.lastLook(leaving.oldKey);
  if (look !== undefined && facts.now.getTime() - look.at.getTime() <= LOOK_LASTS_MS) {
    const verdict = gateFor(leaving, { lastUse: look.lastUse }, facts);
    if (verdict.kind === 'wait' && verdict.why === 'in-use') return verdict;
  }
  const lastUse = yield* askLastUse(leaving.oldKey.id);
  const verdict = gateFor(leaving, { lastUse }, facts);
  const isDoubted = verdict.kind === 'wait' && verdict.isNewKeyUsed === false;
  if (!isDoubted || rotation === undefined || !isGraced(rotation)) return verdict;
  const { newKeyId } = rotation;
  const isNewKeyUsed = isUsedByReaders(newKeyId, yield* askLastUse(newKeyId), facts.history);
  const known = gateFor(leaving, { lastUse, isNewKeyUsed }, facts);
  return known.kind === 'wait' ? { ...known, isNewKeyUsed } : known;
}

function fateOf({ rotation, intent }: Leaving): OldKeyFate | undefined {
  return (rotation ?? intent)?.oldKeyFate;
}

/** What is known of the use of both keys. */
export interface KnownUses {
  readonly lastUse: LastUse | 'unreadable';
  /** Whether the readers of the new key have used it; undefined where AWS does not tell, or nobody asked. */
  readonly isNewKeyUsed?: boolean | undefined;
}

/**
 * The same once the last use of the old key is known. Where it would go but for a doubt that a use of the new
 * key takes away, the verdict says that none is known.
 */
export function gateFor(
  leaving: Leaving,
  { lastUse, isNewKeyUsed = false }: KnownUses,
  facts: Omit<GraceFacts, 'keys' | 'lastLook'>,
): GateVerdict {
  const verdict = gateWith(leaving, { lastUse, doubt: undefined }, facts);
  const doubt = doubtOf(leaving, isNewKeyUsed, facts);
  if (verdict.kind !== 'quiet' || doubt === undefined) return verdict;
  const doubted = gateWith(leaving, { lastUse, doubt }, facts);
  return doubted.kind === 'wait' ? { ...doubted, isNewKeyUsed } : doubted;
}

/** What its places promise to the readers of the new key. */
function termsOf(
  { rotation, intent }: Leaving,
  { termsAt }: Pick<GraceFacts, 'termsAt'>,
): readonly Partial<ReaderTerms>[] {
  if (rotation !== undefined && 'receipts' in rotation) return rotation.receipts;
  const { targets = [] } = rotation ?? intent ?? {};
  return termsAt === undefined ? [] : targets.map(termsAt);
}

/** When the readers that follow by themselves have the new key, where that is later than its delivery. */
function servedFrom(
  leaving: Leaving,
  facts: Pick<GraceFacts, 'termsAt' | 'now' | 'hooks'>,
): Date | undefined {
  const minutes = settleMinutes(termsOf(leaving, facts));
  if (minutes === 0) return undefined;
  const { rotation } = leaving;
  const isTold = rotation !== undefined && !isUntold(rotation, facts.hooks);
  const delivered = isTold ? settledAt(rotation) : undefined;
  return delivered ?? new Date(facts.now.getTime() + minutes * 60_000);
}

/** A use of the new key shows that a reader has followed. Of what waits in a queue it shows nothing. */
function doubtOf(
  leaving: Leaving,
  isNewKeyUsed: boolean,
  facts: Pick<GraceFacts, 'termsAt'>,
): OldKeyFacts['doubt'] {
  const terms = termsOf(leaving, facts);
  if (!isNewKeyUsed && !isReadBack(terms)) return 'not-read-back';
  if (mayBeginLate(terms)) return 'in-queue';
  return isNewKeyUsed || followsByItself(terms) ? undefined : 'not-followed';
}

function gateWith(
  leaving: Leaving,
  { lastUse, doubt }: Pick<OldKeyFacts, 'lastUse' | 'doubt'>,
  facts: Omit<GraceFacts, 'keys' | 'lastLook'>,
): GateVerdict {
  const { oldKey, rotation } = leaving;
  const { history, now, retire, signer, usesOf } = facts;
  if (oldKey.status !== 'Active') return { kind: 'quiet', why: 'it was not Active' };
  const graced = rotation !== undefined && isGraced(rotation) ? rotation : undefined;
  // Its readers are told by this run, and have it from then on.
  const isTold = rotation === undefined || !isUntold(rotation, facts.hooks);
  const about = {
    createdAt: oldKey.createdAt,
    lastUse,
    cutOverAt: isTold ? graced?.since : undefined,
    settledAt: servedFrom(leaving, facts),
    doubt,
    announcedDeadline: graced?.announcedDeadline,
    begunAt: rotation?.intendedAt ?? now,
    checkedAt: provedAt(oldKey.id, history),
    uses: usesOf(oldKey),
    isSigning: signer.dependsOn(oldKey.id) && !signer.isReplaceable,
  };
  return judgeGate(about, retire, now);
}

/** Undefined when the rotation is to be taken up: its old key may go, or somebody changed its keys. */
export function* graceOf(rotation: Rotation, facts: GraceFacts): Asking<Grace | undefined> {
  if (rotation.phase !== 'in-grace') return undefined;
  // This run can tell its readers.
  if (facts.hooks !== undefined && isUntold(rotation, facts.hooks)) return undefined;
  const active = (id: AccessKeyId) =>
    facts.keys.find((key) => key.id === id && key.status === 'Active');
  const oldKey = active(rotation.oldKeyId);
  if (oldKey === undefined || active(rotation.newKeyId) === undefined) return undefined;
  const waiting = yield* gateOf({ oldKey, rotation }, facts);
  if (waiting.kind !== 'wait') return undefined;
  if ('isNewKeyUsed' in waiting) {
    return { rotation, oldKey, waiting, isNewKeyUsed: waiting.isNewKeyUsed };
  }
  const { newKeyId } = rotation;
  const isNewKeyUsed = isUsedByReaders(newKeyId, yield* askLastUse(newKeyId), facts.history);
  return { rotation, oldKey, waiting, isNewKeyUsed };
}

/** When AWS had accepted the key for the last time before anybody but us could have it. */
export function provedAt(keyId: AccessKeyId, history: UserHistory): Date | undefined {
  const made = history.rotationThatMade(keyId);
  if (made === undefined || !hasNewKey(made)) return undefined;
  return history.recordsOf(made.id).findLast(({ step }) => step.type === 'proved')?.at;
}
