// Use case of `keyctl undo -t PROFILE`: the pair that was replaced goes back into the profile, and
// the pair it held into the previous profile, so that an undo can be undone. No key is touched but
// to make the old one Active again.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { type Document, parseDocument } from '../../credentials-file/document.ts';
import type { KeyPair } from '../../credentials-file/edit.ts';
import { applyEdit, checkWritable, saveEdit } from '../../credentials-file/save.ts';
import {
  pairOf,
  previousProfileOf,
  profileDestination,
  swapPairs,
} from '../../destinations/credentials-file/index.ts';
import { destinationsOf, type ExecutorContext } from '../../executor/context.ts';
import { reactivateKey } from '../../executor/retire-key.ts';
import type { UserSession } from '../../executor/runtime.ts';
import { removeSpentHandoffs } from '../../executor/spent-handoffs.ts';
import { verifyKey } from '../../executor/verify-key.ts';
import type { AccountGateway } from '../../iam/gateway.ts';
import { foldRotations, isOpen, type Rotation } from '../../lifecycle/rotation.ts';
import { findOwner } from './find-owner.ts';
import { previousKeyOf } from './finish-profile.ts';
import { openProfileFile, targetKey } from './profile-file.ts';
import { executorFor, gatewayFor, stateFor } from './session.ts';
import type { KeyctlContext, TargetOptions, UndoResult } from './types.ts';

export async function undoProfile(
  options: TargetOptions,
  context: KeyctlContext,
): Promise<UndoResult> {
  const file = await openProfileFile(options, context);
  const profile = options.targetProfile;
  const previousProfile = previousProfileOf(profile);
  const { keyId: replacedKeyId } = targetKey(file, profile);
  const restoredKeyId = previousKeyOf(file, profile);
  const previous = file.bytes && pairOf(parseDocument(file.bytes), previousProfile);
  if (file.bytes === undefined || previous === undefined) {
    throw halfPair(file.path, previousProfile);
  }
  const request = {
    profiles: [profile, previousProfile],
    edit: (document: Document) => swapPairs(document, profile, restoredKeyId),
  };
  // Before any call: a key must not be made Active for a file that can not be edited.
  applyEdit(file.path, file.bytes, request);
  const gateway = await gatewayForUndo(options, context);
  try {
    const { user } = await findOwner(restoredKeyId, { user: options.user, profile }, gateway);
    await checkWritable(file.save);
    const state = await stateFor('write', gateway.caller.account, options, context);
    const place = { profile, alsoProfiles: [], oldKeyId: replacedKeyId, save: file.save };
    const executor = executorFor(gateway, state, context, profileDestination(place));
    const done = await executor.runtime.exclusively(user, async (session) => {
      const open = undoableRotation(options, session, executor);
      await removeSpentHandoffs(session, executor);
      const was = await reactivateKey(user, restoredKeyId, session, executor);
      await verifyPair(user, restoredKeyId, previous, executor);
      if (open !== undefined) await session.record(open.id, { type: 'closed', reason: 'undone' });
      // Inside the claim (I9): finish must not retire the key that is about to be the profile's.
      const { backupPath } = await saveEdit(request, file.save);
      // Its secret is in the previous profile now, and recovery will not come by any more.
      if (open !== undefined) await executor.handoff.remove(open.newKeyId);
      return { reactivated: was === 'reactivated', backupPath };
    });
    const keys = { restoredKeyId, replacedKeyId };
    return { user, ...keys, ...done, path: file.path, profile, previousProfile };
  } finally {
    gateway.close();
  }
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

/**
 * A rotation that wrote the file and then stopped is over with the undo. Before the file was
 * written there is nothing to undo, and the rotation's own recovery knows what to do. So it does
 * with one to another place.
 */
function undoableRotation(
  options: TargetOptions,
  session: UserSession,
  executor: ExecutorContext,
): Extract<Rotation, { phase: 'delivered' | 'verified' }> | undefined {
  const open = foldRotations(session.records()).find(isOpen);
  if (open === undefined) return undefined;
  destinationsOf(open, executor);
  if (open.phase === 'delivered' || open.phase === 'verified') return open;
  throw new KeyturnError(
    'needs-operator',
    `a rotation of ${open.user} is not finished (${open.phase}), so there is nothing to undo yet`,
    { hint: `let it finish first: keyctl -t ${options.targetProfile}` },
  );
}

/** The old pair must work before the profile depends on it again. */
async function verifyPair(
  user: string,
  keyId: AccessKeyId,
  pair: KeyPair,
  executor: ExecutorContext,
): Promise<void> {
  const key = { id: keyId, secret: pair.secret, createdAt: executor.clock.now() };
  await verifyKey(user, key, executor);
}

function halfPair(path: string, profile: string): KeyturnError {
  return new KeyturnError('not-rotatable', `profile ${profile} in ${path} holds no whole pair`, {
    hint: 'a backup beside the file may hold it: credentials.backup.*',
  });
}
