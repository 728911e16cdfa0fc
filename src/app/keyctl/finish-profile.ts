// Use case of `keyctl finish -t PROFILE`: the next step towards the end of the key that a rotation
// replaced. Active -> Inactive -> deleted, one step a run (I5).

import { accessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { removeSection } from '../../credentials-file/edit.ts';
import { saveEdit } from '../../credentials-file/save.ts';
import { previousProfileOf } from '../../destinations/credentials-file/index.ts';
import { type RetireOutcome, retireKey } from '../../executor/retire-key.ts';
import { findOwner } from './find-owner.ts';
import { openProfileFile, type ProfileFile, targetKey } from './profile-file.ts';
import { executorFor, gatewayFor, stateFor } from './session.ts';
import type { FinishRequest, FinishResult, KeyctlContext, TargetOptions } from './types.ts';

export async function finishProfile(
  options: TargetOptions,
  request: FinishRequest,
  context: KeyctlContext,
): Promise<FinishResult> {
  const file = await openProfileFile(options, context);
  const profile = options.targetProfile;
  const target = targetKey(file, profile);
  const keyId = previousKeyOf(file, profile);
  const gateway = await gatewayFor(options, context);
  try {
    const { user } = await findOwner(target.keyId, { user: options.user, profile }, gateway);
    const state = await stateFor('write', gateway.caller.account, options, context);
    const executor = executorFor(gateway, state, context);
    const outcome = await retireKey(
      { user, keyId, currentKeyId: target.keyId, ...request },
      executor,
    );
    return { user, keyId, outcome, ...(await forget(outcome, profile, file)) };
  } finally {
    gateway.close();
  }
}

/** The key that the last rotation replaced. Throws `unknown-profile` when there was none. */
export function previousKeyOf(file: ProfileFile, profile: string) {
  const previous = previousProfileOf(profile);
  const keyId = file.profiles.find(({ name }) => name === previous)?.keyId;
  if (keyId !== undefined) return accessKeyId(keyId);
  throw new KeyturnError(
    'unknown-profile',
    `${file.path} has no profile ${previous} with the key that was replaced`,
    { hint: `rotate ${profile} first: keyctl -t ${profile}` },
  );
}

/** A pair whose key is gone is only a trap: its profile is taken out, with a backup. */
async function forget(
  outcome: RetireOutcome,
  profile: string,
  file: ProfileFile,
): Promise<Pick<FinishResult, 'removedProfile' | 'backupPath'>> {
  if (outcome.kind !== 'deleted' && outcome.kind !== 'gone') {
    return { removedProfile: undefined, backupPath: undefined };
  }
  const previous = previousProfileOf(profile);
  const { backupPath } = await saveEdit(
    { profiles: [previous], edit: (document) => removeSection(document, previous) },
    file.save,
  );
  return { removedProfile: previous, backupPath };
}
