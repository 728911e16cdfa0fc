// The account and the owner of a profile's key, or why there is none: a key of the root user, or one that AWS
// does not know any more. Most often an older copy of the file was put back then, and the journal and the
// backups beside the file know more.

import type { AccountGateway } from '../../aws/gateway.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { command, type HintPart } from '../../base/hint.ts';
import { flagWords } from '../../base/shell-words.ts';
import { backupFilesOf } from './backup-files.ts';
import { findOwner, type OwnedKey } from './find-owner.ts';
import type { OpenedProfileFile } from './profile-file.ts';
import { readHistories, recordOf } from './recorded-keys.ts';
import { gatewayFor } from './session.ts';
import type { KeyctlContext, SessionOptions, TargetOptions } from './types.ts';

export interface ProfileKey {
  readonly profile: string;
  readonly keyId: AccessKeyId;
  readonly file: OpenedProfileFile;
}

/** As gatewayFor, for the one who signs with the key or for whoever manages it. Throws `root-key` too. */
export async function gatewayForKey(
  key: ProfileKey,
  options: SessionOptions,
  context: KeyctlContext,
): Promise<AccountGateway> {
  let gateway: AccountGateway;
  try {
    gateway = await gatewayFor(options, context);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    const isOwn = options.authProfile === key.profile;
    if (!isOwn || error.code !== 'invalid-credentials') throw error;
    throw await explainDeadKey(error, key, { options, context });
  }
  const { arn, accessKeyId } = gateway.caller;
  if (accessKeyId === key.keyId && arn.endsWith(':root')) {
    gateway.close();
    throw rootKeyError(key, options);
  }
  return gateway;
}

/** As findOwner. */
export async function ownerOfKey(
  key: ProfileKey,
  gateway: AccountGateway,
  { options, context }: { readonly options: TargetOptions; readonly context: KeyctlContext },
): Promise<OwnedKey> {
  const { keyId, profile } = key;
  try {
    return await findOwner(keyId, { user: options.user, profile }, gateway);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.code !== 'unknown-owner') throw error;
    throw await explainDeadKey(error, key, { options, context });
  }
}

/** The error with what is known beside it; as it was where nothing is. */
async function explainDeadKey(
  error: KeyturnError,
  { profile, keyId, file }: ProfileKey,
  { options, context }: { readonly options: SessionOptions; readonly context: KeyctlContext },
): Promise<KeyturnError> {
  const histories = await readHistories(context.state).catch(() => []);
  const record = recordOf(keyId, histories);
  if (record?.successor === undefined && record?.isDeleted !== true) return error;
  const { successor, isDeleted } = record;
  const what = successor === undefined ? 'was deleted' : `was replaced by ${successor}`;
  const end = isDeleted && successor !== undefined ? ' and deleted' : '';
  const hint: HintPart[] = [
    `an older copy of ${file.path} may have been put back`,
    ...(await whereabouts(successor, profile, file)),
    'the keys in each backup are listed by:',
    command('keyctl', 'backups', ...flagWords('-c', options.credentialsFile, '--credentials')),
  ];
  return new KeyturnError(
    error.code,
    `${keyId} of profile ${profile} ${what}${end}, as the journal says: ${error.message}`,
    { hint, cause: error.cause },
  );
}

async function whereabouts(
  successor: AccessKeyId | undefined,
  profile: string,
  file: OpenedProfileFile,
): Promise<HintPart[]> {
  if (successor === undefined) return ['an administrator of the account makes the user a new key'];
  return [
    (await whoHolds(successor, profile, file)) ??
      `put the pair of ${successor} back; if nobody has it, an administrator makes a new key`,
  ];
}

/** Another profile, or a backup, that holds the pair of the key; undefined where none does. */
export async function whoHolds(
  keyId: AccessKeyId,
  profile: string,
  { path, profiles }: OpenedProfileFile,
): Promise<string | undefined> {
  const other = profiles.find((each) => each.keyId === keyId && each.name !== profile);
  if (other !== undefined) return `profile ${other.name} holds ${keyId}: copy its pair`;
  const backup = (await backupFilesOf(path)).find(({ pairs }) =>
    pairs.some(({ id }) => id === keyId),
  );
  return backup && `${backup.path} holds the pair of ${keyId}: copy it`;
}

/** AWS gives the root user no way to rotate by itself, and asks that it have no keys at all. */
function rootKeyError(
  { profile, keyId }: Pick<ProfileKey, 'profile' | 'keyId'>,
  options: SessionOptions,
): KeyturnError {
  const { credentialsFile } = options;
  const before =
    credentialsFile === undefined ? [] : ['env', `AWS_SHARED_CREDENTIALS_FILE=${credentialsFile}`];
  return new KeyturnError(
    'root-key',
    `${keyId} of profile ${profile} is a key of the account's root user, which is not rotated: it should not exist`,
    {
      hint: [
        'give whatever uses it a role or an IAM user of its own; then delete it:',
        command(
          ...before,
          ...['aws', 'iam', 'delete-access-key', '--access-key-id', keyId],
          ...flagWords('--profile', profile),
        ),
      ],
    },
  );
}
