// Use case of `keyctl -t PROFILE`: look at a profile's key, then rotate it.
//
//   file checked -> gateway -> owner, checked against its keys -> exam -> [rotate] -> result

import type { AccountGateway } from '../../aws/gateway.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { command, hintText, partsOf } from '../../base/hint.ts';
import { warningsOf } from '../../credentials-file/disagreements.ts';
import { placeOf } from '../../credentials-file/refuse-problems.ts';
import { readFileBytes } from '../../credentials-file/regular-file.ts';
import { checkWritable, type WriteWay } from '../../credentials-file/rehearse-write.ts';
import { holdersOf } from '../../destinations/credentials-file/holders.ts';
import { previousProfileOf, targetOfProfiles } from '../../destinations/credentials-file/place.ts';
import { rehearseDelivery } from '../../destinations/credentials-file/profile-edits.ts';
import { jointTarget } from '../../destinations/kinds.ts';
import { keyDetails } from '../../engine/key-details.ts';
import { askedAbout, refuseUnasked } from '../../engine/named-orphans.ts';
import type { RotationOutcome } from '../../engine/outcome.ts';
import { refusalOf } from '../../engine/refusal.ts';
import { roomHint } from '../../engine/room-hint.ts';
import { examineNamedKey, rotateNamedKey } from '../../engine/rotate-named-key.ts';
import type { UserAtHand } from '../../engine/user-work.ts';
import type { UserDecision } from '../../lifecycle/decide-user.ts';
import type { UserHistory } from '../../lifecycle/history.ts';
import type { DeliveryTarget, OldKeyFate } from '../../lifecycle/record.ts';
import { hasNewKey } from '../../lifecycle/rotation.ts';
import type { SlotVerdict } from '../../lifecycle/slot.ts';
import { seenKeys } from '../seen-keys.ts';
import { watchBackups } from './backups.ts';
import { gatewayForKey, ownerOfKey } from './dead-key.ts';
import {
  type OpenedProfileFile,
  openProfileFile,
  refuseOtherUse,
  type TargetKey,
  targetKey,
} from './profile-file.ts';
import { workFor } from './session.ts';
import type {
  ExamSlot,
  KeyctlContext,
  ProfileExam,
  ProfileRotation,
  ProfileSession,
  RotateRequest,
  TargetOptions,
} from './types.ts';

/** A profile whose file was checked and whose account is open. */
interface OpenedProfile extends Pick<TargetOptions, 'orphans' | 'wordCommand'> {
  /** How the file would be written; undefined where nothing is to be. */
  readonly way: WriteWay | undefined;
  readonly profile: string;
  readonly file: OpenedProfileFile;
  readonly target: TargetKey;
  readonly gateway: AccountGateway;
  readonly context: KeyctlContext;
  readonly options: TargetOptions;
}

/**
 * Reads the file, asks AWS whose key it is, and looks at the user's keys. Nothing is changed. Throws
 * a KeyturnError: what the file is wrong in comes before any call.
 */
export async function openProfileSession(
  options: TargetOptions,
  context: KeyctlContext,
): Promise<ProfileSession> {
  const { targetProfile: profile } = options;
  const file = await openProfileFile(options, context);
  const target = targetKey(file, profile);
  refuseOtherUse(file, profile);
  rehearse({ profile, file }, options.allProfiles === true ? target.sameKeyProfiles : []);
  // Before any call, and in a dry run too: a file that cannot be written must not cost a key.
  const way = options.onlyLooks === true ? undefined : (await checkWritable(file.save)).way;
  const gateway = await gatewayForKey({ profile, file, keyId: target.keyId }, options, context);
  const opened = { profile, file, target, gateway, context, options, way };
  try {
    const exam = await examine(opened);
    return {
      exam,
      rotate: (request) => rotate(request, exam, opened),
      close: () => gateway.close(),
    };
  } catch (thrown) {
    gateway.close();
    throw thrown;
  }
}

async function examine(opened: OpenedProfile): Promise<ProfileExam> {
  const { profile, file, target, gateway, context, options } = opened;
  const { account } = gateway.caller;
  const { keyId } = target;
  const about = { profile, file, keyId };
  const { user, keys } = await ownerOfKey(about, gateway, { options, context });
  const state = await context.state.open(account, 'read');
  const alsoProfiles = options.allProfiles === true ? target.sameKeyProfiles : [];
  const place = targetOfProfiles({ path: file.path, profile, alsoProfiles });
  const work = workFor({ gateway, state, said: options }, context, place);
  // Before anything is changed: a slip of the pen is no answer.
  refuseUnasked(
    options.orphans ?? new Set(),
    await askedAbout(user, keys, work),
    work.policy.reach,
  );
  const decision = await examineNamedKey({ user, keyId }, keys, work);
  const { recover, next } = decision;
  const isFormer = formerKeysOf(place, await state.history(user));
  const slot = next.kind === 'no-room' ? next.slot : ({ kind: 'free' } as const);
  return {
    account,
    user,
    profile,
    path: file.path,
    currentKeyId: keyId,
    keys: await keyDetails(gateway.reader, keys),
    slot: withWay(heldElsewhere(slot, { ...about, isFormer }), options),
    sameKeyProfiles: target.sameKeyProfiles,
    openPhase: recover?.leadsTo === 'closed' ? undefined : recover?.rotation.phase,
    oldKeyEnd: oldKeyEnd(decision, options.oldKeyFate),
    orphan: recover?.leadsTo === 'closed' ? recover.deletes : undefined,
    found: decision.found,
    obstacle: await obstacleOf(decision, { user, account: work }),
    warnings: [
      ...unexplainedBy(decision),
      ...inPlaceBy(opened),
      ...(await warningsAbout(file, profile)),
    ],
  };
}

/** A rotation that is open ends as it was promised when it began. */
function oldKeyEnd(
  { recover, next, gate }: UserDecision,
  asked: OldKeyFate = 'keep',
): ProfileExam['oldKeyEnd'] {
  const isOpen = recover !== undefined && recover.leadsTo !== 'closed';
  const fate = isOpen ? recover.rotation.oldKeyFate : asked;
  if (fate === 'keep') return 'stays';
  const verdict = next.kind === 'rotate' ? next.gate : gate;
  return verdict?.kind === 'wait' ? 'waits' : 'goes';
}

function unexplainedBy({ unexplained }: UserDecision): string[] {
  if (unexplained === undefined) return [];
  const { keyId, reason, hint = 'look at it in IAM' } = unexplained;
  const what = `${keyId} may come from a request whose answer was lost: ${reason}`;
  return [hintText([what, ...partsOf(hint)])];
}

function inPlaceBy({ way, file: { path } }: OpenedProfile): string[] {
  if (way !== 'in-place') return [];
  return [
    `something is mounted on ${path}, so it is written in place, after a backup beside it; whoever reads it in that moment may see a part of it`,
  ];
}

/** Why nothing would be rotated, whatever the person agrees to. */
async function obstacleOf(
  { recover, next }: UserDecision,
  at: Pick<UserAtHand, 'user' | 'account'>,
): Promise<KeyturnError | undefined> {
  if (recover?.leadsTo === 'nothing') return recover.error;
  if (next.kind === 'nothing' || next.kind === 'rotate') return undefined;
  // What makes room is asked of the person, and a key that is gone is told when the rotation begins.
  if (next.kind === 'no-room' || next.kind === 'not-theirs') return undefined;
  const history = await at.account.state.history(at.user);
  return refusalOf(next, { ...at, history });
}

/** Which keys a rotation of the profile has put into its previous profile, as far as the journal knows. */
function formerKeysOf(
  place: DeliveryTarget,
  { rotations }: UserHistory,
): (keyId: AccessKeyId) => boolean {
  const own = [...rotations].filter(({ targets }) =>
    targets.some((target) => jointTarget(place, target) !== undefined),
  );
  const keyIds = own.flatMap((each) => [
    each.oldKeyId,
    ...(hasNewKey(each) ? [each.newKeyId] : []),
  ]);
  return (keyId) => keyIds.includes(keyId);
}

interface Holders extends Pick<OpenedProfile, 'profile' | 'file'> {
  readonly isFormer: (keyId: AccessKeyId) => boolean;
}

/**
 * A key that another profile of the files holds is not idle, whatever AWS says of its last use; nor is one that
 * somebody put into the previous profile by hand.
 */
function heldElsewhere(slot: SlotVerdict, { profile, file, isFormer }: Holders): SlotVerdict {
  if (slot.kind !== 'removable') return slot;
  const previous = previousProfileOf(profile);
  const holders = file.profiles.filter(({ keyId }) => keyId === slot.key.id);
  const byHand = isFormer(slot.key.id) ? undefined : holders.find(({ name }) => name === previous);
  const holder = holders.find(({ name }) => name !== previous) ?? byHand;
  if (holder === undefined) return slot;
  return {
    ...slot,
    isIdle: false,
    because: `${slot.because}, but held by profile ${holder.name}`,
  };
}

function withWay(slot: SlotVerdict, { reach }: TargetOptions): ExamSlot {
  if (slot.kind !== 'full') return slot;
  const { way, ...full } = slot;
  return { ...full, hint: roomHint(way, reach) };
}

async function warningsAbout(
  { path, bytes, configFault, profiles }: OpenedProfileFile,
  profile: string,
): Promise<string[]> {
  const preferred = profiles.find(({ name }) => name === profile)?.cliPrefers;
  const { mode } = await nodeFileSystem.stat(path);
  const what = `others can read ${path} (mode ${mode.toString(8)}); close it:`;
  const open = hintText([what, command('chmod', '600', path)]);
  const others = bytes && warningsOf(bytes, [profile, previousProfileOf(profile)]);
  return [
    ...((mode & 0o077) === 0 ? [] : [open]),
    ...(configFault === undefined ? [] : [configFault.message]),
    ...(preferred === undefined
      ? []
      : [`the AWS CLI takes the ${preferred} of profile ${profile} and not this key`]),
    ...(others ?? []).map((found) =>
      hintText(`${path}, ${placeOf(found)}: it ${found.explanation}`),
    ),
  ];
}

async function rotate(
  request: RotateRequest,
  exam: ProfileExam,
  opened: OpenedProfile,
): Promise<ProfileRotation> {
  const { profile, file, target, gateway, context, options } = opened;
  const alsoProfiles = request.allProfiles ? target.sameKeyProfiles : [];
  // Before anything is created: a file that cannot be written must not cost a key.
  rehearse(opened, alsoProfiles);
  await checkWritable(file.save);
  const state = await context.state.open(exam.account, 'write', gateway.caller.arn);
  // Before too: a rotation that is done must not be reported as failed because of these (I5).
  const { user: userName, keys } = exam;
  await state.sightings.remember(seenKeys([{ userName, keys }], context.clock.now()));
  const backups = watchBackups(context);
  const place = targetOfProfiles({ path: file.path, profile, alsoProfiles });
  const work = workFor({ gateway, state, said: options }, backups.context, place);
  const named = { user: exam.user, keyId: target.keyId, mayRemove: request.mayRemove };
  const { rotation: outcome, retirement } = await rotateNamedKey(named, work);
  const backupPath = backups.latest();
  if (outcome.kind === 'failed') {
    throw backupPath === undefined ? outcome.error : withWayBack(outcome.error, options);
  }
  const oldKeyWaitsUntil = retirement?.waiting?.notBefore;
  return { ...(await result(outcome, request, exam)), oldKeyWaitsUntil, backupPath };
}

/** Once the file was written, the person may want the old pair back while the new one settles. */
function withWayBack(error: KeyturnError, { undoCommand }: TargetOptions): KeyturnError {
  const hint = [
    ...error.hintParts,
    'the profile holds the new key already; to go back:',
    ...(undoCommand === undefined ? ['keyctl undo'] : [{ command: undoCommand }]),
  ];
  return new KeyturnError(error.code, error.message, { hint, cause: error.cause });
}

function rehearse(
  { profile, file }: Pick<OpenedProfile, 'profile' | 'file'>,
  alsoProfiles: readonly string[],
): void {
  if (file.bytes === undefined) return;
  rehearseDelivery({ path: file.path, profile, alsoProfiles }, file.bytes);
}

async function result(
  outcome: Exclude<RotationOutcome, { kind: 'failed' }>,
  request: RotateRequest,
  exam: ProfileExam,
): Promise<Omit<ProfileRotation, 'backupPath' | 'oldKeyWaitsUntil'>> {
  const newKeyId = outcome.kind === 'rotated' ? outcome.newKeyId : exam.currentKeyId;
  return {
    user: exam.user,
    oldKeyId: outcome.oldKey.id,
    newKeyId,
    resumed: outcome.resumed,
    path: exam.path,
    updatedProfiles: [exam.profile, ...(await otherHolders(newKeyId, exam))],
    previousProfile: previousProfileOf(exam.profile),
    oldKeyStatus: outcome.oldKey.status === 'Inactive' ? 'Inactive' : 'Active',
    deletedKeyId: outcome.resumed ? undefined : request.mayRemove,
  };
}

/** The rotation is done: a file that cannot be read any more makes the report shorter, no more. */
async function otherHolders(keyId: AccessKeyId, { path, profile }: ProfileExam): Promise<string[]> {
  const bytes = await readFileBytes(nodeFileSystem, path).catch(() => undefined);
  if (bytes === undefined) return [];
  return holdersOf(bytes, keyId).filter((name) => name !== profile);
}
