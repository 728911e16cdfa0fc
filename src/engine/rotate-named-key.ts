// Rotates the one key that the operator named (a profile's key), whatever its age.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { UserDecision } from '../lifecycle/decide-user.ts';
import { type FoundChange, foundIn } from '../lifecycle/found-changes.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { settledBy, withSettled } from '../lifecycle/unsettled.ts';
import type { AccountWork } from './account-work.ts';
import { decide } from './decide.ts';
import type { RetirementOutcome, RotationOutcome } from './outcome.ts';
import { refusalOf } from './refusal.ts';
import { type Turn, turn } from './rotate-user.ts';
import { whileAlone } from './user-work.ts';

/** What became of the key, and of the one that it replaced. */
export interface NamedOutcome {
  readonly rotation: RotationOutcome;
  readonly retirement: RetirementOutcome | undefined;
}

export interface NamedKey {
  readonly user: string;
  /** The key that the profile holds now. */
  readonly keyId: AccessKeyId;
  /** The key that the operator allows to be deleted to make room (I6). */
  readonly mayRemove: AccessKeyId | undefined;
}

/**
 * Finishes what an earlier run left of this key's rotation, or begins a fresh one. Throws
 * `rotation-in-progress`, `key-changed`, `undo-finished` before anything is changed for this key; a
 * rotation that is refused or fails is an outcome.
 */
export async function rotateNamedKey(
  { user, keyId, mayRemove }: NamedKey,
  account: AccountWork,
): Promise<NamedOutcome> {
  return await whileAlone(user, account, async (work) => {
    const result = await turn({ kind: 'named-key', keyId, mayRemove }, work);
    const { retirement } = result;
    const rotation = result.recovered ?? result.rotation;
    if (rotation !== undefined) return { rotation, retirement };
    if (retirement?.kind === 'retired') throw onlyRetired(retirement, user);
    const { decision } = result;
    if (decision?.next.kind === 'not-theirs') throw refusalOf(decision.next, work);
    throw undoFinished(result, user);
  });
}

/** The end of the last rotation was due, and is all that was done. */
function onlyRetired({ oldKey }: RetirementOutcome, user: string): KeyturnError {
  return new KeyturnError(
    'in-grace',
    `${oldKey.id} of ${user}, which nobody uses any more, was made Inactive; no key was rotated`,
    {
      hint: 'it is held as the way back, and has the second place; finish with --delete ends that',
    },
  );
}

export interface Examined extends UserDecision {
  /** What earlier runs did and could not tell any more, so that a run would. */
  readonly found: readonly FoundChange[];
}

/** What would be done, by reads alone (I12). */
export async function examineNamedKey(
  { user, keyId }: Omit<NamedKey, 'mayRemove'>,
  keys: readonly AccessKey[],
  account: AccountWork,
): Promise<Examined> {
  const recorded = await account.state.foretell(user);
  const now = account.clock.now();
  const settled = settledBy(recorded, keys, now);
  const history = withSettled(recorded, settled, now);
  const wanted = { kind: 'named-key', keyId, mayRemove: undefined } as const;
  const decision = await decide({ user, account, history }, keys, wanted);
  const { recover } = decision;
  const found = settled.flatMap((each) => each.found ?? []);
  return { ...decision, found: [...found, ...(recover === undefined ? [] : foundIn(recover))] };
}

/** The profile holds another key now than the one that the operator was shown. */
function undoFinished({ decision }: Turn, user: string): KeyturnError {
  const keyId = decision?.recover?.rotation.oldKeyId ?? 'the former key';
  return new KeyturnError(
    'undo-finished',
    `an undo that an earlier run left open was finished first, so no key of ${user} was rotated`,
    {
      hint: `look at the profile: ${keyId} may be in it again; then run again if you still want to`,
    },
  );
}
