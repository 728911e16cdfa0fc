// Use case of `keyctl undo -t PROFILE`: the pair that was replaced goes back into the profile, and
// the pair it held into the previous profile, so that an undo can be undone. No key is touched but
// to make the old one Active again. The engine does it, as for keyturn undo.

import type { AccountGateway } from '../../aws/gateway.ts';
import { keyOwners } from '../../aws/whose-key.ts';
import { KeyturnError } from '../../base/errors.ts';
import { flagWords, shellWords } from '../../base/shell-words.ts';
import { isSameUser } from '../../base/user-name.ts';
import { checkWritable } from '../../credentials-file/rehearse-write.ts';
import { previousProfileOf, targetOfProfiles } from '../../destinations/credentials-file/place.ts';
import { rehearseSwap } from '../../destinations/credentials-file/profile-edits.ts';
import { foretellReplacement } from '../../engine/foretell-undo.ts';
import { foreseeUndo, type SwappedPair, undoReplacement } from '../../engine/undo-rotation.ts';
import { ownersKnownTo } from '../known-owners.ts';
import { openedFor } from '../open-state.ts';
import { watchBackups } from './backups.ts';
import { findOwner, type OwnedKey } from './find-owner.ts';
import { previousKey } from './previous-key.ts';
import { openProfileFile, targetKey } from './profile-file.ts';
import { gatewayFor, workFor } from './session.ts';
import type { KeyctlContext, TargetOptions, UndoRequest, UndoResult } from './types.ts';

export async function undoProfile(
  options: TargetOptions,
  context: KeyctlContext,
  { dryRun, tell }: UndoRequest = { dryRun: false, tell: () => {} },
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
    const { user, keys } = await ownerOfFormer(pair, options, gateway);
    await checkWritable(file.save);
    if (!keys.some(({ id }) => id === fromKeyId)) {
      await refuseOtherOwner({ user, ...pair, profile, named: options.user }, gateway, context);
    }
    const state = await openedFor(gateway, context.state, dryRun ? 'read' : 'write');
    const backups = watchBackups(context);
    const target = targetOfProfiles(place);
    const foreseen = foreseeUndo({ user, ...pair }, target, await state.history(user));
    tell({ ...foreseen, user, profile, previousProfile });
    const work = workFor({ gateway, state, said: options }, backups.context, target);
    const undone = dryRun
      ? await foretellReplacement({ user, ...pair }, target, work)
      : await undoReplacement({ user, ...pair }, work);
    return {
      kind: foreseen.kind,
      account: gateway.caller.account,
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

/** Throws `key-changed` where the user of the present key has no such former one. */
async function ownerOfFormer(
  { toKeyId, fromKeyId }: Pick<SwappedPair, 'toKeyId' | 'fromKeyId'>,
  { user: named, targetProfile: profile }: TargetOptions,
  gateway: AccountGateway,
): Promise<OwnedKey> {
  const hints = { user: named, profile };
  try {
    return await findOwner(toKeyId, hints, gateway);
  } catch (thrown) {
    const present = await findOwner(fromKeyId, hints, gateway).catch(() => undefined);
    if (present === undefined) throw thrown;
    const { user } = present;
    throw new KeyturnError(
      'key-changed',
      `${previousProfileOf(profile)} holds ${toKeyId}, and ${user}, whose key ${profile} holds, has no such key`,
      {
        hint: `nothing was changed: a deleted key cannot come back, and the key of another user never replaced one of ${user}`,
      },
    );
  }
}

interface OwnedPair extends SwappedPair {
  readonly profile: string;
  /** The user whom the person named: then both keys are meant to be theirs. */
  readonly named: string | undefined;
}

/**
 * I6: two users never change places. A key that the user does not have may be dead, which is what an undo is
 * for; it counts as one of theirs when the journal says so, or when nobody has it.
 */
async function refuseOtherOwner(
  { user, toKeyId, fromKeyId, profile, named }: OwnedPair,
  { reader, caller: { account } }: AccountGateway,
  { clock, state: store }: KeyctlContext,
): Promise<void> {
  const state = await store.open(account, 'read');
  const ask = keyOwners(reader, clock, account);
  const owner = await ownersKnownTo({ user }, { ask, reader, state })(fromKeyId);
  if (owner.kind === 'nobody') return;
  if (owner.kind === 'user' && isSameUser(owner.user, user)) return;
  if (owner.kind === 'unknown' && named !== undefined) return;
  const previous = previousProfileOf(profile);
  const there = `${previous} holds ${toKeyId} of ${user}`;
  if (owner.kind === 'unknown') {
    throw new KeyturnError(
      'key-changed',
      `profile ${profile} holds ${fromKeyId}, ${there}, and whether the one replaced the other could not be found out: ${owner.error.message}`,
      {
        hint: [
          ...owner.error.hintParts,
          `nothing was changed; if both are keys of ${user}, say so with ${shellWords(flagWords('--user', user))}`,
        ],
      },
    );
  }
  const whose = owner.kind === 'user' ? owner.user : `account ${owner.account}`;
  throw new KeyturnError(
    'key-changed',
    `profile ${profile} holds ${fromKeyId} of ${whose}, and ${there}, so the one never replaced the other`,
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
    return await gatewayFor({ ...options, authProfile, signsWithPair: true }, context);
  }
}

function halfPair(path: string, profile: string): KeyturnError {
  return new KeyturnError('not-rotatable', `profile ${profile} in ${path} holds no whole pair`, {
    hint: 'a backup beside the file may hold it: credentials.backup.*',
  });
}
