// DescribeSecret, DeleteSecret, RestoreSecret, TagResource.

import { givenTags, optionalNumber, optionalString } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import { stagesOf } from './secret.ts';
import { invalidParameter } from './secret-input.ts';
import {
  findSecret,
  openState,
  placeOf,
  seenState,
  targetSecret,
  targetSecretResource,
  writeState,
} from './target-secret.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const RECOVERY_DAYS_MIN = 7;
const RECOVERY_DAYS_MAX = 30;

const resource = targetSecretResource;

export const secretOperations: Readonly<Record<string, Operation>> = {
  DescribeSecret: { access: 'read', resource, run: describeSecret },
  DeleteSecret: { access: 'write', resource, run: deleteSecret },
  RestoreSecret: { access: 'write', resource, run: restoreSecret },
  TagResource: { access: 'write', resource, run: tagResource },
};

function describeSecret(call: Call): ResultFields {
  const secret = targetSecret(call);
  const state = seenState(call, secret);
  const labelled = [...new Set(state.stages.values())];
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: secret.rotatedBy === undefined ? undefined : true,
    RotationLambdaARN: secret.rotatedBy,
    CreatedDate: secret.createDate,
    LastChangedDate: state.changeDate,
    DeletedDate: state.deletionDate,
    Tags:
      state.tags.size === 0
        ? undefined
        : [...state.tags].map(([key, value]) => ({ Key: key, Value: value })),
    VersionIdsToStages:
      labelled.length === 0
        ? undefined
        : new Map(labelled.map((versionId) => [versionId, stagesOf(state, versionId)])),
  };
}

function deleteSecret(call: Call): ResultFields {
  const isForced = call.input.ForceDeleteWithoutRecovery === true;
  const days = optionalNumber(call, 'RecoveryWindowInDays');
  if (isForced && days !== undefined) {
    throw invalidParameter(
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days !== undefined && (days < RECOVERY_DAYS_MIN || days > RECOVERY_DAYS_MAX)) {
    throw invalidParameter(
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
  }
  const now = call.world.clock.now();
  const secretId = optionalString(call, 'SecretId') ?? '';
  // Forced, what is not there is deleted too.
  if (isForced && findSecret(call, secretId) === undefined) {
    return { ARN: resource(call).arn, Name: secretId, DeletionDate: now };
  }
  const secret = targetSecret(call);
  if (isForced) {
    call.account.secrets.delete(placeOf(call, secret.name));
    return { ARN: secret.arn, Name: secret.name, DeletionDate: now };
  }
  openState(secret);
  const deletionDate = new Date(now.getTime() + (days ?? RECOVERY_DAYS_MAX) * DAY_MS);
  writeState(call, secret, { deletionDate });
  return { ARN: secret.arn, Name: secret.name, DeletionDate: deletionDate };
}

function restoreSecret(call: Call): ResultFields {
  const secret = targetSecret(call);
  writeState(call, secret, { deletionDate: undefined });
  return { ARN: secret.arn, Name: secret.name };
}

function tagResource(call: Call): undefined {
  const secret = targetSecret(call);
  const { tags } = openState(secret);
  writeState(call, secret, { tags: new Map([...tags, ...givenTags(call)]) });
}
