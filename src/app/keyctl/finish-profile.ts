// Use case of `keyctl finish -t PROFILE`: the next step towards the end of the key that a rotation
// replaced. Active -> Inactive -> deleted, one step a run (I5).

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { shownKeyId } from '../../base/key-id-text.ts';
import { type Document, parseDocument } from '../../credentials-file/document.ts';
import { type KeyPair, removeSection } from '../../credentials-file/edit.ts';
import { checkWritable } from '../../credentials-file/rehearse-write.ts';
import { applyEdit, saveEdit } from '../../credentials-file/save.ts';
import { pairOf } from '../../destinations/credentials-file/pairs.ts';
import { previousProfileOf } from '../../destinations/credentials-file/place.ts';
import { type FinishOutcome, finishKey, foretellFinish } from '../../engine/finish-key.ts';
import { proveKey } from '../../engine/prove-key.ts';
import { openedFor } from '../open-state.ts';
import { gatewayForKey, ownerOfKey } from './dead-key.ts';
import { previousKey } from './previous-key.ts';
import {
  type OpenedProfileFile,
  openProfileFile,
  type ProfileFile,
  targetKey,
} from './profile-file.ts';
import { workFor } from './session.ts';
import type { FinishRequest, FinishResult, KeyctlContext, TargetOptions } from './types.ts';

export async function finishProfile(
  options: TargetOptions,
  { dryRun = false, ...request }: FinishRequest & { readonly dryRun?: boolean },
  context: KeyctlContext,
): Promise<FinishResult> {
  const file = await openProfileFile(options, context);
  const profile = options.targetProfile;
  const target = targetKey(file, profile);
  const keyId = await previousKey(file, options, context);
  refuseOtherHolders(file, profile, keyId);
  // The profile of a key that is gone is taken out: a key must not go for a file that keeps it.
  rehearseForgetting(file, profile);
  await checkWritable(file.save);
  const current = { profile, file, keyId: target.keyId };
  const gateway = await gatewayForKey(current, options, context);
  try {
    const { user } = await ownerOfKey(current, gateway, { options, context });
    const state = await openedFor(gateway, context.state, dryRun ? 'read' : 'write');
    const account = workFor({ gateway, state, said: options }, context);
    const confirm = async () => {
      const pair = await pairInPlace(options, context, { keyId, currentKeyId: target.keyId });
      const key = { id: target.keyId, secret: pair.secret, createdAt: context.clock.now() };
      await proveKey(key, 'cut-over', { user, account });
      await pairInPlace(options, context, { keyId, currentKeyId: target.keyId });
    };
    const asked = { user, keyId, currentKeyId: target.keyId, ...request, confirm };
    const outcome = await (dryRun ? foretellFinish : finishKey)(asked, account);
    const found = { account: gateway.caller.account, user, keyId, outcome };
    if (dryRun) {
      const removedProfile = isEnded(outcome) ? previousProfileOf(profile) : undefined;
      return { ...found, removedProfile, backupPath: undefined };
    }
    return { ...found, ...(await forget(outcome, profile, keyId, file)) };
  } finally {
    gateway.close();
  }
}

/** Whatever AWS says of its last use: a profile that holds the key is about to use it. */
function refuseOtherHolders(file: ProfileFile, profile: string, keyId: AccessKeyId): void {
  const others = file.profiles
    .filter((other) => other.keyId === keyId && other.name !== previousProfileOf(profile))
    .map(({ name }) => name);
  if (others.length === 0) return;
  throw new KeyturnError(
    'still-in-use',
    `${keyId} is still held by profile ${others.join(', ')} in the files of profiles`,
    { hint: 'give that profile the new pair, or take the old one out of it, then run again' },
  );
}

/**
 * The profile's pair, read again: an undo, a rotation or an editor may have changed the file since
 * the start of the run (I13). Throws `key-changed`.
 */
async function pairInPlace(
  options: TargetOptions,
  context: KeyctlContext,
  { keyId, currentKeyId }: { keyId: AccessKeyId; currentKeyId: AccessKeyId },
): Promise<KeyPair> {
  const file = await openProfileFile(options, context);
  const profile = options.targetProfile;
  const document = file.bytes && parseDocument(file.bytes);
  const pair = document && pairOf(document, profile);
  const previous = document && pairOf(document, previousProfileOf(profile));
  if (pair?.id === currentKeyId && previous?.id === keyId) {
    refuseOtherHolders(file, profile, keyId);
    return pair;
  }
  throw new KeyturnError(
    'key-changed',
    `profile ${profile} in ${file.path} was changed meanwhile: it holds ${pair === undefined ? 'no key' : shownKeyId(pair.id)}`,
    { hint: 'nothing was changed; look at the file, then run again' },
  );
}

/** Throws `file-not-understood` with the line. */
function rehearseForgetting({ path, bytes }: OpenedProfileFile, profile: string): void {
  if (bytes === undefined) return;
  const previous = previousProfileOf(profile);
  const edit = (document: Document) => removeSection(document, previous);
  applyEdit(path, bytes, { profiles: [previous], edit });
}

function isEnded({ kind }: FinishOutcome): boolean {
  return kind === 'deleted' || kind === 'gone';
}

/** A pair whose key is gone is only a trap: its profile is taken out, with a backup. */
async function forget(
  outcome: FinishOutcome,
  profile: string,
  keyId: AccessKeyId,
  file: ProfileFile,
): Promise<Pick<FinishResult, 'removedProfile' | 'backupPath'>> {
  if (!isEnded(outcome)) {
    return { removedProfile: undefined, backupPath: undefined };
  }
  const previous = previousProfileOf(profile);
  const { backupPath } = await saveEdit(
    {
      profiles: [previous],
      // Another rotation may have put another pair there meanwhile.
      edit: (document) =>
        pairOf(document, previous)?.id === keyId ? removeSection(document, previous) : document,
    },
    file.save,
  );
  return { removedProfile: backupPath === undefined ? undefined : previous, backupPath };
}
