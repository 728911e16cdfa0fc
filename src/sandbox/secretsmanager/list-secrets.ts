// ListSecrets, BatchGetSecretValue.

import { optionalNumber, optionalString, stringList } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import { authorize } from '../policy.ts';
import { constraintError, Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import { type Secret, stagesOf } from './secret.ts';
import { invalidParameter } from './secret-input.ts';
import { findSecret, seenState } from './target-secret.ts';
import { currentValue } from './values.ts';

const PAGE_SIZE_MAX = 100;
const BATCH_SIZE_MAX = 20;

export const listOperations: Readonly<Record<string, Operation>> = {
  ListSecrets: { access: 'read', resource: () => ({ arn: '*' }), run: listSecrets },
  BatchGetSecretValue: { access: 'read', resource: () => ({ arn: '*' }), run: batchGetSecretValue },
};

function listSecrets(call: Call): ResultFields {
  const size = optionalNumber(call, 'MaxResults') ?? PAGE_SIZE_MAX;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    const rule = `Member must have value between 1 and ${PAGE_SIZE_MAX}`;
    throw constraintError(String(size), 'maxResults', rule);
  }
  const start = Number(optionalString(call, 'NextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) {
    throw new Refusal('InvalidNextTokenException', 400, 'Invalid NextToken.');
  }
  const listed = secretsHere(call).filter((secret) => isListed(call, secret));
  return {
    SecretList: listed.slice(start, start + size).map((secret) => describedIn(call, secret)),
    NextToken: start + size < listed.length ? String(start + size) : undefined,
  };
}

/** Those of the region, in the order of their names. */
function secretsHere(call: Call): readonly Secret[] {
  const prefix = `${call.caller.region} `;
  return [...call.account.secrets.keys()]
    .filter((place) => place.startsWith(prefix))
    .flatMap((place) => findSecret(call, place.slice(prefix.length)) ?? [])
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isListed(call: Call, { name, states }: Secret): boolean {
  const isMarked = states.newest.deletionDate !== undefined;
  if (isMarked && call.input.IncludePlannedDeletion !== true) return false;
  return namesWanted(call).every((values) => values.some((value) => name.startsWith(value)));
}

/** A filter is on names, and matches the beginning of one. */
function namesWanted(call: Call): readonly (readonly string[])[] {
  const { Filters: filters } = call.input;
  if (!Array.isArray(filters)) return [];
  return filters.map((filter: { Key?: unknown; Values?: unknown }) => {
    if (filter.Key !== 'name' || !Array.isArray(filter.Values)) {
      throw invalidParameter('The sandbox knows filters by name alone.');
    }
    return filter.Values.map(String);
  });
}

function describedIn(call: Call, secret: Secret): ResultFields {
  const state = seenState(call, secret);
  const labelled = [...new Set(state.stages.values())];
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    CreatedDate: secret.createDate,
    LastChangedDate: state.changeDate,
    DeletedDate: state.deletionDate,
    Tags: [...state.tags].map(([key, value]) => ({ Key: key, Value: value })),
    SecretVersionsToStages: new Map(labelled.map((id) => [id, stagesOf(state, id)])),
  };
}

/** One that cannot be read is told beside the others. */
function batchGetSecretValue(call: Call): ResultFields {
  const ids = stringList(call, 'SecretIdList') ?? [];
  if (ids.length < 1 || ids.length > BATCH_SIZE_MAX) {
    const rule = `Member must have length between 1 and ${BATCH_SIZE_MAX}`;
    throw constraintError(String(ids.length), 'secretIdList', rule);
  }
  const values: ResultFields[] = [];
  const errors: ResultFields[] = [];
  for (const SecretId of ids) {
    try {
      values.push(valueIn(call, SecretId));
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      errors.push({ SecretId, ErrorCode: thrown.code, Message: thrown.message });
    }
  }
  return { SecretValues: values, Errors: errors };
}

function valueIn(call: Call, secretId: string): ResultFields {
  const secret = findSecret(call, secretId);
  const { account, caller } = call;
  const made = `arn:${account.partition}:secretsmanager:${caller.region}:${account.id}:secret:${secretId}`;
  const arn = secret?.arn ?? made;
  const action = 'secretsmanager:GetSecretValue';
  authorize(account, caller, { action, resourceArn: arn, resourceShown: arn });
  return currentValue({ ...call, input: { SecretId: secretId } });
}
