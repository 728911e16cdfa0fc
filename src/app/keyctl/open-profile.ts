// Use case of `keyctl -t PROFILE`: look at a profile's key, then rotate it.
//
//   file checked -> gateway -> owner, checked against its keys -> exam -> [rotate] -> result

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { warningsOf } from '../../credentials-file/disagreements.ts';
import { checkWritable } from '../../credentials-file/save.ts';
import {
  type ProfileDestination,
  previousProfileOf,
  profileDestination,
  rehearseDelivery,
} from '../../destinations/credentials-file/index.ts';
import { keyDetails } from '../../executor/key-details.ts';
import { examineSlot, rotateNamedKey } from '../../executor/rotate-named-key.ts';
import type { AccountGateway } from '../../iam/gateway.ts';
import { foldRotations, isOpen } from '../../lifecycle/rotation.ts';
import type { SlotVerdict } from '../../lifecycle/slot.ts';
import { findOwner } from './find-owner.ts';
import {
  type OpenedProfileFile,
  openProfileFile,
  type TargetKey,
  targetKey,
} from './profile-file.ts';
import { executorFor, gatewayFor, stateFor } from './session.ts';
import type {
  KeyctlContext,
  ProfileExam,
  ProfileRotation,
  ProfileSession,
  RotateRequest,
  TargetOptions,
} from './types.ts';

/**
 * Reads the file, asks AWS whose key it is, and looks at the user's keys. Nothing is changed. Throws
 * a KeyturnError: what the file is wrong in comes before any call.
 */
export async function openProfileSession(
  options: TargetOptions,
  context: KeyctlContext,
): Promise<ProfileSession> {
  const file = await openProfileFile(options, context);
  const target = targetKey(file, options.targetProfile);
  rehearse(file, options.targetProfile, target, []);
  const gateway = await gatewayFor(options, context);
  try {
    const exam = await examine(options, context, file, target, gateway);
    return {
      exam,
      rotate: (request) => rotate(request, exam, options, context, file, target, gateway),
      close: () => gateway.close(),
    };
  } catch (thrown) {
    gateway.close();
    throw thrown;
  }
}

async function examine(
  options: TargetOptions,
  context: KeyctlContext,
  file: OpenedProfileFile,
  target: TargetKey,
  gateway: AccountGateway,
): Promise<ProfileExam> {
  const { account } = gateway.caller;
  const profile = options.targetProfile;
  const { user, keys } = await findOwner(target.keyId, { user: options.user, profile }, gateway);
  const state = await stateFor('read', account, options, context);
  const records = await state.journal.recordsOf(user);
  const executor = executorFor(gateway, state, context);
  return {
    account,
    user,
    profile,
    path: file.path,
    currentKeyId: target.keyId,
    keys: await keyDetails(gateway.reader, keys),
    slot: heldElsewhere(await examineSlot(target.keyId, keys, records, executor), profile, file),
    sameKeyProfiles: target.sameKeyProfiles,
    openPhase: foldRotations(records).find(isOpen)?.phase,
    warnings: await warningsAbout(file, profile),
  };
}

/** A key that another profile of the files holds is not quiet, whatever AWS says of its last use. */
function heldElsewhere(slot: SlotVerdict, profile: string, file: OpenedProfileFile): SlotVerdict {
  if (slot.kind !== 'removable') return slot;
  const holder = file.profiles.find(
    ({ keyId, name }) => keyId === slot.key.id && name !== previousProfileOf(profile),
  );
  if (holder === undefined) return slot;
  return {
    ...slot,
    isQuiet: false,
    because: `${slot.because}, but held by profile ${holder.name}`,
  };
}

async function warningsAbout(
  { path, bytes }: OpenedProfileFile,
  profile: string,
): Promise<string[]> {
  const { mode } = await nodeFileSystem.stat(path);
  const open = `others can read ${path} (mode ${mode.toString(8)}); chmod 600 closes it`;
  const others = bytes && warningsOf(bytes, [profile, previousProfileOf(profile)]);
  return [
    ...((mode & 0o077) === 0 ? [] : [open]),
    ...(others ?? []).map(({ line, explanation }) => `${path}, line ${line}: it ${explanation}`),
  ];
}

async function rotate(
  request: RotateRequest,
  exam: ProfileExam,
  options: TargetOptions,
  context: KeyctlContext,
  file: OpenedProfileFile,
  target: TargetKey,
  gateway: AccountGateway,
): Promise<ProfileRotation> {
  const alsoProfiles = request.allProfiles ? target.sameKeyProfiles : [];
  // Before anything is created: a file that can not be written must not cost a key.
  rehearse(file, exam.profile, target, alsoProfiles);
  await checkWritable(file.save);
  const state = await stateFor('write', exam.account, options, context);
  // Before too: a rotation that is done must not be reported as failed because of these (I5).
  state.sightings.seenActive(activeKeys(exam), context.clock.now());
  await state.sightings.save();
  const destination = profileDestination({
    profile: exam.profile,
    alsoProfiles,
    oldKeyId: target.keyId,
    save: file.save,
  });
  const executor = executorFor(gateway, state, context, destination);
  const outcome = await rotateNamedKey(
    { user: exam.user, currentKeyId: target.keyId, mayRemove: request.mayRemove },
    executor,
  );
  if (outcome.kind === 'failed') throw withWayBack(outcome.error, destination, exam.profile);
  return result(outcome, request, exam, destination);
}

/** Once the file was written, the person may want the old pair back while the new one settles. */
function withWayBack(
  error: KeyturnError,
  destination: ProfileDestination,
  profile: string,
): KeyturnError {
  if (destination.backupPath() === undefined) return error;
  const wayBack = `the profile holds the new key already; to go back: keyctl undo -t ${profile}`;
  const hint = error.hint === undefined ? wayBack : `${error.hint}; ${wayBack}`;
  return new KeyturnError(error.code, error.message, { hint, cause: error.cause });
}

function rehearse(
  file: OpenedProfileFile,
  profile: string,
  { keyId: oldKeyId }: TargetKey,
  alsoProfiles: readonly string[],
): void {
  if (file.bytes === undefined) return;
  rehearseDelivery({ profile, alsoProfiles, oldKeyId, save: file.save }, file.bytes);
}

function activeKeys({ keys }: ProfileExam): AccessKeyId[] {
  return keys.filter(({ status }) => status === 'Active').map(({ id }) => id);
}

function result(
  outcome: Exclude<Awaited<ReturnType<typeof rotateNamedKey>>, { kind: 'failed' }>,
  request: RotateRequest,
  exam: ProfileExam,
  destination: ProfileDestination,
): ProfileRotation {
  const newKeyId = outcome.kind === 'rotated' ? outcome.newKeyId : exam.currentKeyId;
  return {
    user: exam.user,
    oldKeyId: outcome.oldKey.id,
    newKeyId,
    resumed: outcome.resumed,
    path: exam.path,
    backupPath: destination.backupPath(),
    updatedProfiles: [
      exam.profile,
      ...destination.holders().filter((name) => name !== exam.profile),
    ],
    previousProfile: previousProfileOf(exam.profile),
    deletedKeyId: outcome.resumed ? undefined : request.mayRemove,
  };
}
