// An old key that stays Active because it may be in use: told in every run, and its deadline journaled
// when it is told first.

import type { Grace } from '../lifecycle/decide-grace.ts';
import type { GateVerdict, Waiting } from '../lifecycle/quiet-gate.ts';
import type { OldKeyFate } from '../lifecycle/record.ts';
import type { Graced } from '../lifecycle/rotation.ts';
import { type ForetoldFate, oldKeyOf, type Retired, type RetirementOutcome } from './outcome.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/** The notice that a deadline is kept then, or is not, is durable before anybody reads it. */
export async function announce({ rotation, waiting }: Grace, work: UserWork): Promise<void> {
  const { announces, withdraws, deadline } = waiting;
  if (announces && deadline !== undefined) {
    const told = deadline.toISOString();
    await work.record(rotation.id, { type: 'deadline-announced', deadline: told });
  } else if (withdraws) {
    await work.record(rotation.id, { type: 'deadline-withdrawn' });
  }
}

/** Says so on the log: as a warning where somebody uses the key, or nobody can tell. */
export function tellGrace(
  grace: Grace,
  { user, account }: Pick<UserAtHand, 'user' | 'account'>,
): void {
  const { rotation, waiting, isNewKeyUsed } = grace;
  const { oldKeyId: keyId, newKeyId, since } = rotation;
  const { lastUse, why, quiet } = waiting;
  const used = lastUse !== 'unreadable' && lastUse.used === 'at' ? lastUse : undefined;
  const about = {
    ...{ user, keyId, newKeyId, why, quietDays: quiet.days },
    lastUsed: lastUse === 'unreadable' ? 'unknown' : (used?.at.toISOString() ?? 'never'),
    ...(used?.service !== undefined && { service: used.service }),
    ...(used?.region !== undefined && { region: used.region }),
    isNewKeyUsed: isNewKeyUsed ?? null,
    notBefore: waiting.notBefore?.toISOString() ?? null,
    deadline: waiting.deadline?.toISOString() ?? null,
  };
  const isUsedSince = used !== undefined && used.at > since;
  const isUnknown = why === 'use-unknown';
  account.emit({ code: isUsedSince || isUnknown ? 'old-key-in-use' : 'old-key-waits', ...about });
}

/** The old key of a rotation that was in grace before. */
export function waitingOutcome({
  rotation,
  oldKey,
  waiting,
  isNewKeyUsed,
}: Grace): RetirementOutcome {
  const { newKeyId, since, targets } = rotation;
  return { kind: 'waiting', oldKey, newKeyId, since, waiting, isNewKeyUsed, targets };
}

/** In a dry run: what would become of the old key of a rotation that comes to its cut-over. */
export function foretoldOutcome(
  gate: GateVerdict | undefined,
  about: Pick<RetirementOutcome, 'oldKey' | 'newKeyId' | 'targets'> &
    Partial<Pick<RetirementOutcome, 'since'>>,
): RetirementOutcome | undefined {
  if (gate?.kind !== 'wait') return undefined;
  return { since: undefined, ...about, kind: 'waiting', waiting: gate, isNewKeyUsed: false };
}

/** In a dry run: what the run would leave the old key as, and why. */
export function foretoldFate(fate: OldKeyFate, gate: GateVerdict | undefined): ForetoldFate {
  if (fate === 'keep') return { status: 'Active', why: 'it is left to a person' };
  if (gate?.kind === 'wait')
    return { status: 'Active', why: gate.heldBecause ?? WHY_WAITING[gate.why] };
  return { status: 'Inactive', why: gate?.why ?? 'as asked for' };
}

const WHY_WAITING = {
  'in-use': 'it may be in use',
  settling: 'its readers do not have the new key yet',
  'use-unknown': 'AWS does not tell when it was used',
  'signs-calls': 'it signs the calls of the run',
  'held-back': 'it is held back',
  'hooks-unknown': 'its rotation has hooks, and this run has no configuration that says them',
  vetoed: 'a hook says no',
} as const satisfies Record<Waiting['why'], string>;

/** The old key of a rotation that was in grace, and is Inactive now, or would be. */
export function retiredOutcome(
  rotation: Graced,
  status: 'Active' | 'Inactive',
  gate: GateVerdict | undefined,
): Retired {
  const { newKeyId, since, targets } = rotation;
  const oldKey = { ...oldKeyOf(rotation, []), status };
  return {
    kind: 'retired',
    oldKey,
    newKeyId,
    since,
    waiting: undefined,
    went: gate?.kind === 'wait' ? undefined : gate?.why,
    isNewKeyUsed: undefined,
    targets,
  };
}
