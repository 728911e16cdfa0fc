// Use case of `keyctl undo -t PROFILE`: the pair that was replaced goes back into the profile, and
// the pair it held into the previous profile, so that an undo can be undone. No key is touched but
// to make the old one Active again. The engine does it, as for keyturn undo.

import type { AccountGateway } from '../../aws/gateway.ts';
import { keyOwners } from '../../aws/whose-key.ts';
import { KeyturnError } from '../../base/errors.ts';
import { isSameUser } from '../../base/user-name.ts';
import { checkWritable } from '../../credentials-file/rehearse-write.ts';
import { previousProfileOf } from '../../destinations/credentials-file/pairs.ts';
import { targetOfProfiles } from '../../destinations/credentials-file/place.ts';
import { rehearseSwap } from '../../destinations/credentials-file/profile-edits.ts';
import { foreseeUndo, type SwappedPair, undoReplacement } from '../../engine/undo-rotation.ts';
import type { KeyOwner } from '../../lifecycle/keys.ts';
import { watchBackups } from './backups.ts';
import { findOwner } from './find-owner.ts';
import { previousKey } from './previous-key.ts';
import { openProfileFile, targetKey } from './profile-file.ts';
import { gatewayFor, workFor } from './session.ts';
import type { KeyctlContext, TargetOptions, UndoPlan, UndoResult } from './types.ts';

export async function undoProfile(
  options: TargetOptions,
  context: KeyctlContext,
  tell: (plan: UndoPlan) => void = () => {},
): Promise<UndoResult> {
  const file = await openProfileFile(options, context);
  const profile = options.targetProfile;
  const previousProfile = previousProfileOf(profile);
  const fromKeyId = targetKey(file, profile).keyId;
  const toKeyId = await previousKey(file, options, context);
  // Before any call: a key must not be made Active for a file that cannot be edited.
  const pair = { toKeyId, fromKeyId };
  const place = { path: file.path, profile, alsoProfiles: [] };
  if (file.bytes === undefined || !rehearseSwap(place, pair, file.bytes)) {
    throw halfPair(file.path, previousProfile);
  }
  const gateway = await gatewayForUndo(options, context);
  try {
    const { user, keys } = await findOwner(toKeyId, { user: options.user, profile }, gateway);
    if (!keys.some(({ id }) => id === fromKeyId)) {
      const whoseKey = keyOwners(gateway.reader, context.clock);
      refuseOtherOwner({ user, ...pair, profile }, await whoseKey(fromKeyId));
    }
    await checkWritable(file.save);
    const state = await context.state.open(gateway.caller.account, 'write');
    const backups = watchBackups(context);
    const target = targetOfProfiles(place);
    const foreseen = foreseeUndo({ user, ...pair }, target, await state.history(user));
    tell({ ...foreseen, user, profile, previousProfile });
    const work = workFor({ gateway, state, said: options }, backups.context, target);
    const undone = await undoReplacement({ user, ...pair }, work);
    return {
      kind: foreseen.kind,
      user,
      restoredKeyId: undone.toKeyId,
      replacedKeyId: undone.fromKeyId,
      reactivated: undone.reactivated,
      backupPath: backups.latest(),
      path: file.path,
      profile,
      previousProfile,
    };
  } finally {
    gateway.close();
  }
}

/** I6: two users never change places. Where nobody can tell whose the present key is, it may be dead. */
function refuseOtherOwner(
  { user, toKeyId, fromKeyId, profile }: SwappedPair & { readonly profile: string },
  owner: KeyOwner,
): void {
  if (owner.kind !== 'user' || isSameUser(owner.user, user)) return;
  const previous = previousProfileOf(profile);
  throw new KeyturnError(
    'key-changed',
    `profile ${profile} holds ${fromKeyId} of ${owner.user}, and ${previous} holds ${toKeyId} of ${user}, so the one never replaced the other`,
    {
      hint: `nothing was changed; whoever put a pair into ${previous} by hand can take it out again`,
    },
  );
}

/** The reason for an undo is often that the new pair does not work: then the old one signs. */
async function gatewayForUndo(
  options: TargetOptions,
  context: KeyctlContext,
): Promise<AccountGateway> {
  try {
    return await gatewayFor(options, context);
  } catch (thrown) {
    const isOwn = options.authProfile === options.targetProfile;
    const isRefused = thrown instanceof KeyturnError && thrown.code === 'invalid-credentials';
    if (!isOwn || !isRefused) throw thrown;
    const authProfile = previousProfileOf(options.targetProfile);
    return await gatewayFor({ ...options, authProfile }, context);
  }
}

function halfPair(path: string, profile: string): KeyturnError {
  return new KeyturnError('not-rotatable', `profile ${profile} in ${path} holds no whole pair`, {
    hint: 'a backup beside the file may hold it: credentials.backup.*',
  });
}
