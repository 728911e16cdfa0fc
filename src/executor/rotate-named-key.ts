// Rotates the one key that the operator named (a profile's key), whatever its age.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import {
  foldRotations,
  isOpen,
  type Rotation,
  recordedDeactivation,
} from '../lifecycle/rotation.ts';
import { judgeSlot, type SlotVerdict } from '../lifecycle/slot.ts';
import { journaledDeleter } from './cleanup-user.ts';
import type { ExecutorContext } from './context.ts';
import { keyDetails } from './key-details.ts';
import type { RotationOutcome } from './outcome.ts';
import { reopenForLateKey } from './recover-rotation.ts';
import { recover, rotateKey, wasUndone } from './rotate-user.ts';
import type { UserSession } from './runtime.ts';
import { removeSpentHandoffs } from './spent-handoffs.ts';

export interface NamedRotation {
  readonly user: string;
  /** The key that the profile holds now. */
  readonly currentKeyId: AccessKeyId;
  /** The key that the operator allows to be deleted to make room (I6). */
  readonly mayRemove: AccessKeyId | undefined;
}

/**
 * Finishes what an earlier run left of this key's rotation, or begins a fresh one. Throws
 * `rotation-in-progress`, `key-changed`, `two-active-keys`, `no-free-slot` before anything is
 * changed; a rotation that fails later is an outcome.
 */
export async function rotateNamedKey(
  request: NamedRotation,
  context: ExecutorContext,
): Promise<RotationOutcome> {
  const { user } = request;
  return await context.runtime.exclusively(user, async (session) => {
    await removeSpentHandoffs(session, context);
    let keys = await context.gateway.reader.listAccessKeys(user);
    const open =
      foldRotations(session.records()).find(isOpen) ??
      (await reopenForLateKey(keys, session, context));
    if (open !== undefined) {
      const recovered = await recover(open, keys, session, context);
      if (recovered !== undefined) return recovered;
      if (wasUndone(open, session)) throw undoFinished(open);
      keys = await context.gateway.reader.listAccessKeys(user);
    }
    const current = keys.find(({ id }) => id === request.currentKeyId);
    if (current === undefined) throw notTheirs(request);
    keys = await makeRoom(request, keys, session, context);
    return await rotateKey(user, current, keys, session, context);
  });
}

/** Whether there is room for a new key of the user, and which key could make room: reads only. */
export async function examineSlot(
  currentKeyId: AccessKeyId,
  keys: readonly AccessKey[],
  records: Parameters<typeof recordedDeactivation>[0],
  context: ExecutorContext,
): Promise<SlotVerdict> {
  const { gateway, clock } = context;
  const facts = {
    keys: await keyDetails(gateway.reader, keys),
    currentKeyId,
    signingKeyId: gateway.caller.accessKeyId,
    recordedDeactivation: (keyId: AccessKeyId) => recordedDeactivation(records, keyId),
  };
  return judgeSlot(facts, clock.now());
}

async function makeRoom(
  request: NamedRotation,
  keys: readonly AccessKey[],
  session: UserSession,
  context: ExecutorContext,
): Promise<AccessKey[]> {
  const { user, currentKeyId, mayRemove } = request;
  const verdict = await examineSlot(currentKeyId, keys, session.records(), context);
  if (verdict.kind === 'free') return [...keys];
  if (verdict.kind === 'full') {
    throw new KeyturnError(
      'no-free-slot',
      `there is no room for a new key of ${user}: ${verdict.because}`,
      { hint: verdict.hint },
    );
  }
  const { key, because } = verdict;
  // I6: only the key that the operator was shown and named, not another that came since.
  if (mayRemove !== key.id) {
    throw new KeyturnError(
      key.status === 'Active' ? 'two-active-keys' : 'no-free-slot',
      `${user} has two keys, and ${key.id} (${because}) would have to go to make room`,
      { hint: 'run in a terminal to be asked, or delete that key in IAM' },
    );
  }
  await journaledDeleter(user, session, context)(key, `to make room: ${because}`);
  return keys.filter(({ id }) => id !== key.id);
}

/** The profile holds another key now than the one that the operator was shown. */
function undoFinished({ user, oldKeyId }: Rotation): KeyturnError {
  return new KeyturnError(
    'undo-finished',
    `an undo that an earlier run left open was finished first, so no key of ${user} was rotated`,
    {
      hint: `look at the profile: ${oldKeyId} may be in it again; then run again if you still want to`,
    },
  );
}

function notTheirs({ user, currentKeyId }: NamedRotation): KeyturnError {
  return new KeyturnError('key-changed', `${currentKeyId} is not a key of ${user} any more`, {
    hint: 'look at the user’s keys with keyctl -k, then at the profile',
  });
}
