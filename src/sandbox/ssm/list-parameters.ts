// DescribeParameters, GetParameters, GetParametersByPath.

import { optionalNumber, optionalString, requiredString, stringList } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import { authorize } from '../policy.ts';
import { constraintError, Refusal, validationError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import type { Parameter } from './parameter.ts';
import { shownParameter } from './read-parameters.ts';
import { parameterArn } from './target-parameter.ts';

const DESCRIBED_MAX = 50;
const READ_MAX = 10;

export const listOperations: Readonly<Record<string, Operation>> = {
  DescribeParameters: { access: 'read', resource: () => ({ arn: '*' }), run: describeParameters },
  GetParameters: { access: 'read', run: getParameters },
  GetParametersByPath: {
    access: 'read',
    resource: (call) => ({ arn: parameterArn(call, optionalString(call, 'Path') ?? '') }),
    run: getParametersByPath,
  },
};

function describeParameters(call: Call): ResultFields {
  const { page, next } = pageOf(
    call,
    parametersHere(call).filter((each) => isAskedFor(call, each)),
    DESCRIBED_MAX,
  );
  return {
    Parameters: page.map(({ name, arn, states }) => {
      const version = states.newest.versions.at(-1);
      return {
        Name: name,
        ARN: arn,
        Type: version?.type,
        KeyId: version?.keyId,
        LastModifiedDate: version?.modifiedAt,
        LastModifiedUser: version?.modifiedBy,
        Description: version?.description,
        Version: version?.number,
        Tier: version?.tier,
        Policies: [],
        DataType: version?.dataType,
      };
    }),
    NextToken: next,
  };
}

/** One that is not there is named beside the others; one that may not be read refuses the call. */
function getParameters(call: Call): ResultFields {
  const names = stringList(call, 'Names') ?? [];
  if (names.length < 1 || names.length > READ_MAX) {
    const rule = `Member must have length between 1 and ${READ_MAX}`;
    throw constraintError(`[${names.join(', ')}]`, 'names', rule);
  }
  const { account, caller } = call;
  for (const name of names) {
    const arn = parameterArn(call, name);
    authorize(account, caller, {
      action: 'ssm:GetParameters',
      resourceArn: arn,
      resourceShown: arn,
    });
  }
  const found: ResultFields[] = [];
  const invalid: string[] = [];
  for (const Name of names) {
    try {
      found.push(shownParameter({ ...call, input: { ...call.input, Name } }));
    } catch (thrown) {
      const isMissing = thrown instanceof Refusal && thrown.code === 'ParameterNotFound';
      if (!isMissing) throw thrown;
      invalid.push(Name);
    }
  }
  return { Parameters: found, InvalidParameters: invalid };
}

function getParametersByPath(call: Call): ResultFields {
  const path = requiredString(call, 'Path');
  if (!path.startsWith('/')) {
    throw validationError(
      'The parameter doesn\'t meet the parameter name requirements. The parameter name must begin with a forward slash "/".',
    );
  }
  const folder = path.endsWith('/') ? path : `${path}/`;
  const isDeep = call.input.Recursive === true;
  const below = parametersHere(call).filter(({ name }) => {
    if (!name.startsWith(folder)) return false;
    return isDeep || !name.slice(folder.length).includes('/');
  });
  const { page, next } = pageOf(call, below, READ_MAX);
  const Parameters = page.map(({ name: Name }) =>
    shownParameter({ ...call, input: { ...call.input, Name } }),
  );
  return { Parameters, NextToken: next };
}

/** Those of the region, in the order of their names. */
function parametersHere({ account, caller }: Call): readonly Parameter[] {
  const prefix = `${caller.region} `;
  return [...account.parameters]
    .filter(([place]) => place.startsWith(prefix))
    .map(([, parameter]) => parameter)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A filter is on names: `Equals`, or `BeginsWith`. */
function isAskedFor(call: Call, { name }: Parameter): boolean {
  const { ParameterFilters: filters } = call.input;
  if (!Array.isArray(filters)) return true;
  return filters.every((filter: { Key?: unknown; Option?: unknown; Values?: unknown }) => {
    const { Key: key, Option: option = 'Equals', Values: values } = filter;
    if (key !== 'Name' || !Array.isArray(values)) {
      throw new Refusal('InvalidFilterKey', 400, 'The sandbox knows filters by Name alone.');
    }
    return values
      .map(String)
      .some((value) => (option === 'BeginsWith' ? name.startsWith(value) : name === value));
  });
}

function pageOf<Item>(call: Call, items: readonly Item[], sizeMax: number) {
  const size = optionalNumber(call, 'MaxResults') ?? sizeMax;
  if (size < 1 || size > sizeMax) {
    const rule = `Member must have value between 1 and ${sizeMax}`;
    throw constraintError(String(size), 'maxResults', rule);
  }
  const start = Number(optionalString(call, 'NextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) {
    throw new Refusal('InvalidNextToken', 400, 'The specified token is not valid.');
  }
  const next = start + size < items.length ? String(start + size) : undefined;
  return { page: items.slice(start, start + size), next };
}
