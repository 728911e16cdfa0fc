// PutParameter. A refusal never repeats the value.

import { givenTags, optionalString, requiredString } from '../json-input.ts';
import { useKmsKey } from '../kms.ts';
import type { Call, Operation } from '../operation.ts';
import { constraintError, Refusal, validationError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import {
  addParameter,
  type ParameterState,
  type ParameterTier,
  type ParameterType,
  type ParameterVersion,
  TYPES,
} from './parameter.ts';
import { parameterResource, placeOf, writeState } from './target-parameter.ts';

const NAME_LENGTH_MAX = 1011;
const LEVELS_MAX = 15;
const VERSIONS_MAX = 100;
const LENGTH_MAX: Readonly<Record<ParameterTier, number>> = { Standard: 4096, Advanced: 8192 };

export const putOperations: Readonly<Record<string, Operation>> = {
  PutParameter: { access: 'write', resource: parameterResource, run: putParameter },
};

function putParameter(call: Call): ResultFields {
  const name = checkedName(requiredString(call, 'Name').trim());
  const isOverwrite = call.input.Overwrite === true;
  const tags = givenTags(call);
  if (isOverwrite && tags.size > 0) {
    throw validationError(
      "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
    );
  }
  const known = call.account.parameters.get(placeOf(call, name));
  if (known !== undefined && !isOverwrite) {
    throw new Refusal(
      'ParameterAlreadyExists',
      400,
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const version = newVersion(call, known?.states.newest.versions.at(-1));
  if (known === undefined) {
    const { region } = call.caller;
    addParameter(call.account, { name, region, first: version, tags });
  } else {
    writeState(call, known, { versions: withVersion(known.states.newest, version) });
  }
  return { Version: version.number, Tier: version.tier };
}

function newVersion(call: Call, before: ParameterVersion | undefined): ParameterVersion {
  const value = requiredString(call, 'Value');
  const tier = readTier(call, value, before?.tier);
  if (value === '' || value.length > LENGTH_MAX[tier]) throw wrongLength(value, tier);
  const type = readType(call, before?.type);
  const keyId = optionalString(call, 'KeyId');
  if (type === 'SecureString') useKmsKey(call, keyId, 'kms:GenerateDataKey');
  return {
    number: (before?.number ?? 0) + 1,
    type,
    tier,
    value,
    description: optionalString(call, 'Description') ?? before?.description,
    keyId,
    dataType: optionalString(call, 'DataType') ?? 'text',
    modifiedAt: call.world.clock.now(),
    modifiedBy: call.caller.arn,
  };
}

/** The versions with one more; the oldest goes when there are too many, unless it has a label. */
function withVersion(
  { versions, labels }: ParameterState,
  version: ParameterVersion,
): readonly ParameterVersion[] {
  const all = [...versions, version];
  if (all.length <= VERSIONS_MAX) return all;
  const [oldest, ...rest] = all;
  if ([...labels.values()].some((number) => number === oldest?.number)) {
    const message = `You attempted to create a new version by calling the PutParameter API with the overwrite flag. Version ${oldest?.number}, the oldest version, can't be deleted because it has a label associated with it.`;
    throw new Refusal('ParameterMaxVersionLimitExceeded', 400, message);
  }
  return rest;
}

function readType(call: Call, before: ParameterType | undefined): ParameterType {
  const given = optionalString(call, 'Type');
  if (given === undefined) {
    if (before !== undefined) return before;
    throw validationError('A parameter type is required when you create a parameter.');
  }
  const type = TYPES.find((known) => known === given);
  if (type === undefined) {
    const rule = `Member must satisfy enum value set: [${TYPES.join(', ')}]`;
    throw constraintError(given, 'type', rule);
  }
  if (before !== undefined && before !== type) {
    const message = "Parameter Store doesn't support changing a parameter type.";
    throw new Refusal('HierarchyTypeMismatchException', 400, message);
  }
  return type;
}

function readTier(call: Call, value: string, before: ParameterTier | undefined): ParameterTier {
  const given = optionalString(call, 'Tier') ?? before ?? 'Standard';
  if (given === 'Intelligent-Tiering') {
    return before === 'Advanced' || value.length > LENGTH_MAX.Standard ? 'Advanced' : 'Standard';
  }
  if (given !== 'Standard' && given !== 'Advanced') {
    const rule = 'Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]';
    throw constraintError(given, 'tier', rule);
  }
  if (given === 'Standard' && before === 'Advanced') {
    throw validationError(
      "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
    );
  }
  return given;
}

function wrongLength(value: string, tier: ParameterTier): Refusal {
  if (value === '') {
    return validationError(
      "1 validation error detected: Value at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
    );
  }
  const more =
    tier === 'Standard'
      ? ' To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.'
      : '';
  return validationError(
    `${tier} tier parameters support a maximum parameter value of ${LENGTH_MAX[tier]} characters.${more}`,
  );
}

function checkedName(name: string): string {
  if (!/^[\w./-]+$/.test(name) || name.length > NAME_LENGTH_MAX) {
    throw validationError(
      'Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>',
    );
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw validationError(
      'Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).',
    );
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw validationError('Parameter name must be a fully qualified name.');
  }
  if (name.split('/').length - 1 > LEVELS_MAX) {
    const message = `A hierarchy can have a maximum of ${LEVELS_MAX} levels.`;
    throw new Refusal('HierarchyLevelLimitExceededException', 400, message);
  }
  return name;
}
