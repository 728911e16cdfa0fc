// The key that the last rotation of a profile replaced, or why there is none.

import { type AccessKeyId, accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { keyCommand } from '../../base/key-command.ts';
import { flagWords, shellWords } from '../../base/shell-words.ts';
import { previousProfileOf, targetOfProfiles } from '../../destinations/credentials-file/place.ts';
import { jointTarget } from '../../destinations/kinds.ts';
import { whyNotFinished } from '../../engine/undo-rotation.ts';
import type { DeliveryTarget } from '../../lifecycle/record.ts';
import type { StateStore } from '../../state/state-store.ts';
import { whoHolds } from './dead-key.ts';
import { findOwner } from './find-owner.ts';
import { type OpenedProfileFile, targetKey } from './profile-file.ts';
import { isNeeded, readHistories, recordOf } from './recorded-keys.ts';
import { gatewayFor, workFor } from './session.ts';
import type { KeyctlContext, TargetOptions } from './types.ts';

/**
 * Throws `unknown-profile` when no rotation has replaced a key yet, or says how far the one is that is
 * open: "rotate first" would be no advice while it waits, and none where one is done and the file was
 * changed since.
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
    throw open ?? (await changedSince(file, options, context).catch(() => undefined)) ?? thrown;
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

/** What the journal says that the file does not: undefined where it knows of no rotation of the key. */
async function changedSince(
  file: OpenedProfileFile,
  { targetProfile: profile, reach }: TargetOptions,
  { state }: KeyctlContext,
): Promise<KeyturnError | undefined> {
  if (formerOf(file, profile) !== undefined) return undefined;
  const { keyId } = targetKey(file, profile);
  const histories = await readHistories(state);
  const made = histories.map((history) => history.rotationThatMade(keyId)).find((each) => each);
  if (made !== undefined && made.phase !== 'undone' && isNeeded(made.oldKeyId, histories)) {
    const { oldKeyId } = made;
    const previous = previousProfileOf(profile);
    const holder = await holderOf(oldKeyId, profile, file);
    return new KeyturnError(
      'unknown-profile',
      `${file.path} has no profile ${previous} with ${oldKeyId}, which ${keyId} replaced`,
      {
        hint: [
          `${holder}; as [${previous}] it is what this looks for`,
          'to make the key Inactive by its ID:',
          keyCommand('deactivate', oldKeyId, reach),
        ],
      },
    );
  }
  const successor = recordOf(keyId, histories)?.successor;
  if (successor === undefined || !isNeeded(successor, histories)) return undefined;
  const holder = await holderOf(successor, profile, file);
  return new KeyturnError(
    'key-changed',
    `profile ${profile} of ${file.path} holds ${keyId} again, which a rotation had replaced with ${successor}`,
    {
      hint: [
        `an older copy of the file may have been put back; ${holder}`,
        `to stay with ${keyId}, make the other one Inactive:`,
        keyCommand('deactivate', successor, reach),
      ],
    },
  );
}

async function holderOf(...key: Parameters<typeof whoHolds>): Promise<string> {
  return (await whoHolds(...key)) ?? `nothing here holds the pair of ${key[0]} any more`;
}

function previousKeyOf(
  file: OpenedProfileFile,
  { targetProfile: profile, wordCommand }: TargetOptions,
) {
  const previous = previousProfileOf(profile);
  const keyId = file.profiles.find(({ name }) => name === previous)?.keyId;
  if (keyId !== undefined) return accessKeyId(keyId);
  const base = formerOf(file, profile);
  if (base !== undefined) {
    const named = shellWords(flagWords('-t', base, '--target-profile'));
    throw new KeyturnError(
      'unknown-profile',
      `${file.path} has no profile ${previous}: ${profile} itself is what a rotation of ${base} kept`,
      { hint: `name the profile whose key was replaced: ${named}` },
    );
  }
  const words = flagWords('-t', profile, '--target-profile');
  const rotateCommand =
    wordCommand === undefined ? command('keyctl', ...words) : { command: wordCommand };
  throw new KeyturnError(
    'unknown-profile',
    `${file.path} has no profile ${previous} with the key that was replaced`,
    { hint: [`rotate ${profile} first:`, rotateCommand] },
  );
}

/** The profile whose former pair this one is, by its name. */
function formerOf({ profiles }: OpenedProfileFile, profile: string): string | undefined {
  return profiles.find(
    ({ name, keyId }) => keyId !== undefined && previousProfileOf(name) === profile,
  )?.name;
}
