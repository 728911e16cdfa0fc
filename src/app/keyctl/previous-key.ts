// The key that the last rotation of a profile replaced, or why there is none.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { flagWords } from '../../base/shell-words.ts';
import { previousProfileOf, targetOfProfiles } from '../../destinations/credentials-file/place.ts';
import { jointTarget } from '../../destinations/kinds.ts';
import { whyNotFinished } from '../../engine/undo-rotation.ts';
import type { DeliveryTarget } from '../../lifecycle/record.ts';
import type { StateStore } from '../../state/state-store.ts';
import { findOwner } from './find-owner.ts';
import { type OpenedProfileFile, targetKey } from './profile-file.ts';
import { gatewayFor, workFor } from './session.ts';
import type { KeyctlContext, TargetOptions } from './types.ts';

/**
 * Throws `unknown-profile` when no rotation has replaced a key yet, or says how far the one is that is
 * open: "rotate first" would be no advice while it waits.
 */
export async function previousKey(
  file: OpenedProfileFile,
  options: TargetOptions,
  context: KeyctlContext,
): Promise<AccessKeyId> {
  try {
    return previousKeyOf(file, options);
  } catch (thrown) {
    const open = await openRotation(file, options, context).catch(() => undefined);
    throw open ?? thrown;
  }
}

async function openRotation(
  file: OpenedProfileFile,
  options: TargetOptions,
  context: KeyctlContext,
): Promise<KeyturnError | undefined> {
  const { targetProfile: profile, user: named } = options;
  const place = targetOfProfiles({ path: file.path, profile, alsoProfiles: [] });
  // The state is asked first: for a profile that nothing was begun for, AWS is not called.
  if (!(await isOpenTo(place, context.state))) return undefined;
  const gateway = await gatewayFor(options, context);
  try {
    const { keyId } = targetKey(file, profile);
    const { user } = await findOwner(keyId, { user: named, profile }, gateway);
    const state = await context.state.open(gateway.caller.account, 'read');
    const account = workFor({ gateway, state, said: options }, context, place);
    return await whyNotFinished({ user, account, history: await state.history(user) });
  } finally {
    gateway.close();
  }
}

/** Whether a rotation to the place is open in any account. */
async function isOpenTo(place: DeliveryTarget, store: StateStore): Promise<boolean> {
  for (const account of await store.accounts()) {
    const users = await (await store.open(account, 'read')).openUsers();
    const targets = users.flatMap(({ history }) => history.open?.targets ?? []);
    if (targets.some((target) => jointTarget(place, target) !== undefined)) return true;
  }
  return false;
}

function previousKeyOf(
  file: OpenedProfileFile,
  { targetProfile: profile, wordCommand }: TargetOptions,
) {
  const previous = previousProfileOf(profile);
  const keyId = file.profiles.find(({ name }) => name === previous)?.keyId;
  if (keyId !== undefined) return accessKeyId(keyId);
  const words = flagWords('-t', profile, '--target-profile');
  const rotateCommand =
    wordCommand === undefined ? command('keyctl', ...words) : { command: wordCommand };
  throw new KeyturnError(
    'unknown-profile',
    `${file.path} has no profile ${previous} with the key that was replaced`,
    { hint: [`rotate ${profile} first:`, rotateCommand] },
  );
}
