// DeleteParameter, LabelParameterVersion, AddTagsToResource, ListTagsForResource.

import { givenTags, optionalNumber, requiredString, stringList } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import { missingMember } from '../operation.ts';
import { constraintError, Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import type { Parameter } from './parameter.ts';
import {
  parameterNamed,
  parameterResource,
  placeOf,
  readName,
  writeState,
} from './target-parameter.ts';

const resource = parameterResource;

export const tagOperations: Readonly<Record<string, Operation>> = {
  DeleteParameter: { access: 'write', resource, run: deleteParameter },
  LabelParameterVersion: { access: 'write', resource, run: labelParameterVersion },
  AddTagsToResource: { access: 'write', resource, run: addTags },
  ListTagsForResource: { access: 'read', resource, run: listTags },
};

function deleteParameter(call: Call): ResultFields {
  const { name } = parameterNamed(call, readName(call).name);
  call.account.parameters.delete(placeOf(call, name));
  return {};
}

function labelParameterVersion(call: Call): ResultFields {
  const parameter = parameterNamed(call, readName(call).name);
  const { versions, labels } = parameter.states.newest;
  const given = stringList(call, 'Labels');
  if (given === undefined) throw missingMember('Labels');
  const number = optionalNumber(call, 'ParameterVersion') ?? versions.at(-1)?.number ?? 0;
  if (!versions.some((version) => version.number === number)) {
    const message = `Systems Manager could not find version ${number} of ${parameter.name}. Verify the version and try again.`;
    throw new Refusal('ParameterVersionNotFound', 400, message);
  }
  const isValid = (label: string): boolean => /^(?!aws|ssm)[a-z_.-][\w.-]{0,99}$/i.test(label);
  const added = given.filter(isValid).map((label): [string, number] => [label, number]);
  writeState(call, parameter, { labels: new Map([...labels, ...added]) });
  return {
    InvalidLabels: given.filter((label) => !isValid(label)),
    ParameterVersion: number,
  };
}

function addTags(call: Call): ResultFields {
  const parameter = taggedParameter(call);
  const { tags } = parameter.states.newest;
  writeState(call, parameter, { tags: new Map([...tags, ...givenTags(call)]) });
  return {};
}

function listTags(call: Call): ResultFields {
  const { tags } = taggedParameter(call).states.newest;
  return { TagList: [...tags].map(([key, value]) => ({ Key: key, Value: value })) };
}

function taggedParameter(call: Call): Parameter {
  const kind = requiredString(call, 'ResourceType');
  if (kind !== 'Parameter') {
    throw constraintError(kind, 'resourceType', 'Member must satisfy enum value set: [Parameter]');
  }
  const parameter = call.account.parameters.get(placeOf(call, requiredString(call, 'ResourceId')));
  if (parameter !== undefined) return parameter;
  throw new Refusal(
    'InvalidResourceId',
    400,
    'The resource ID is not valid. Verify that you entered the correct ID and try again.',
  );
}
