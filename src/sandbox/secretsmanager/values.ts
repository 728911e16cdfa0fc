// CreateSecret, PutSecretValue, GetSecretValue, ListSecretVersionIds.

import { givenTags, optionalNumber, optionalString, stringList } from '../json-input.ts';
import { useKmsKey } from '../kms.ts';
import type { Call, Operation } from '../operation.ts';
import { Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import {
  addSecret,
  CURRENT,
  isSameValue,
  moveStage,
  type Secret,
  type SecretState,
  type SecretValue,
  type SecretVersion,
  stagesOf,
} from './secret.ts';
import { optionalValue, requiredName, requiredToken } from './secret-input.ts';
import {
  findSecret,
  openState,
  seenState,
  targetSecret,
  targetSecretResource,
  unmarked,
  writeState,
} from './target-secret.ts';

const resource = targetSecretResource;
const PAGE_SIZE_MAX = 100;

export const valueOperations: Readonly<Record<string, Operation>> = {
  CreateSecret: { access: 'write', resource, run: createSecret },
  PutSecretValue: { access: 'write', resource, run: putSecretValue },
  GetSecretValue: { access: 'read', resource, run: currentValue },
  ListSecretVersionIds: { access: 'read', resource, run: listVersionIds },
};

function createSecret(call: Call): ResultFields {
  const name = requiredName(call);
  const value = optionalValue(call);
  const token = requiredToken(call);
  const known = findSecret(call, name);
  if (known !== undefined) return createdBefore(known, token, value);
  const kmsKeyId = optionalString(call, 'KmsKeyId');
  if (value !== undefined) useKmsKey(call, kmsKeyId, 'kms:GenerateDataKey');
  const secret = addSecret(call.world, call.account, {
    name,
    region: call.caller.region,
    first: value === undefined ? undefined : { ...value, id: token },
    description: optionalString(call, 'Description'),
    kmsKeyId,
    tags: givenTags(call),
  });
  const VersionId = value === undefined ? undefined : token;
  return { ARN: secret.arn, Name: name, VersionId };
}

/** The same call again changes nothing and succeeds; any other is refused. */
function createdBefore(
  secret: Secret,
  token: string,
  value: SecretValue | undefined,
): ResultFields {
  const { deletionDate, versions } = secret.states.newest;
  if (deletionDate !== undefined) {
    throw new Refusal(
      'InvalidRequestException',
      400,
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const version = versions.get(token);
  if (version === undefined || value === undefined || !isSameValue(version, value)) {
    const message = `The operation failed because the secret ${secret.name} already exists.`;
    throw new Refusal('ResourceExistsException', 400, message);
  }
  return { ARN: secret.arn, Name: secret.name, VersionId: token };
}

function putSecretValue(call: Call): ResultFields {
  const secret = targetSecret(call);
  const state = openState(secret);
  const value = optionalValue(call);
  if (value === undefined) {
    const message = 'You must provide either SecretString or SecretBinary.';
    throw new Refusal('InvalidRequestException', 400, message);
  }
  useKmsKey(call, secret.kmsKeyId, 'kms:GenerateDataKey');
  const id = requiredToken(call);
  const known = state.versions.get(id);
  if (known === undefined) {
    const stages = stringList(call, 'VersionStages') ?? [CURRENT];
    addVersion(call, secret, { ...value, id, createDate: call.world.clock.now() }, stages);
  } else if (!isSameValue(known, value)) {
    throw new Refusal(
      'ResourceExistsException',
      400,
      `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`,
    );
  }
  const VersionStages = stagesOf(secret.states.newest, id);
  return { ARN: secret.arn, Name: secret.name, VersionId: id, VersionStages };
}

function addVersion(
  call: Call,
  secret: Secret,
  version: SecretVersion,
  wanted: readonly string[],
): void {
  const { versions, stages } = secret.states.newest;
  // The first version is the current one, whatever it is to be.
  const all = versions.size === 0 && !wanted.includes(CURRENT) ? [...wanted, CURRENT] : wanted;
  writeState(call, secret, {
    versions: new Map([...versions, [version.id, version]]),
    stages: all.reduce((moved, stage) => moveStage(moved, stage, version.id), stages),
  });
}

/** Of the version that the call asks for; of the current one when it asks for none. */
export function currentValue(call: Call): ResultFields {
  const secret = targetSecret(call);
  const state = unmarked(seenState(call, secret));
  const version = askedVersion(call, state);
  useKmsKey(call, secret.kmsKeyId, 'kms:Decrypt');
  return {
    ARN: secret.arn,
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.text,
    SecretBinary: version.binary,
    VersionStages: listOrNone(stagesOf(state, version.id)),
    CreatedDate: version.createDate,
  };
}

function askedVersion(call: Call, state: SecretState): SecretVersion {
  const versionId = optionalString(call, 'VersionId');
  const stage = optionalString(call, 'VersionStage');
  if (versionId !== undefined) {
    const version = state.versions.get(versionId);
    if (version === undefined) throw noSuchValue(`VersionId: ${versionId}`);
    if (stage !== undefined && state.stages.get(stage) !== versionId) {
      const message =
        'You provided a VersionStage that is not associated to the provided VersionId.';
      throw new Refusal('InvalidRequestException', 400, message);
    }
    return version;
  }
  const label = stage ?? CURRENT;
  const version = state.versions.get(state.stages.get(label) ?? '');
  if (version === undefined) throw noSuchValue(`staging label: ${label}`);
  return version;
}

function listVersionIds(call: Call): ResultFields {
  const secret = targetSecret(call);
  const state = seenState(call, secret);
  const size = optionalNumber(call, 'MaxResults') ?? PAGE_SIZE_MAX;
  const start = Number(optionalString(call, 'NextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) {
    throw new Refusal('InvalidNextTokenException', 400, 'Invalid NextToken.');
  }
  const versions = [...state.versions.values()]
    .map(({ id, createDate }) => ({
      VersionId: id,
      VersionStages: listOrNone(stagesOf(state, id)),
      CreatedDate: createDate,
    }))
    .filter((each) => call.input.IncludeDeprecated === true || each.VersionStages !== undefined);
  return {
    ARN: secret.arn,
    Name: secret.name,
    Versions: versions.slice(start, start + size),
    NextToken: start + size < versions.length ? String(start + size) : undefined,
  };
}

/** AWS leaves out the labels of a version that has none. */
function listOrNone(stages: readonly string[]): readonly string[] | undefined {
  return stages.length === 0 ? undefined : stages;
}

function noSuchValue(which: string): Refusal {
  const message = `Secrets Manager can't find the specified secret value for ${which}`;
  return new Refusal('ResourceNotFoundException', 400, message);
}
