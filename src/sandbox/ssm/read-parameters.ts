// GetParameter, GetParameterHistory.

import { createHash } from 'node:crypto';
import { optionalNumber, optionalString } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import { constraintError, Refusal } from '../refusal.ts';
import type { ResultFields } from '../result.ts';
import type { Parameter, ParameterState, ParameterVersion } from './parameter.ts';
import { parameterNamed, parameterResource, readName, seenState } from './target-parameter.ts';

const PAGE_SIZE_MAX = 50;

export const readOperations: Readonly<Record<string, Operation>> = {
  GetParameter: { access: 'read', resource: parameterResource, run: getParameter },
  GetParameterHistory: { access: 'read', resource: parameterResource, run: getParameterHistory },
};

function getParameter(call: Call): ResultFields {
  return { Parameter: shownParameter(call) };
}

/** The one that the call names. */
export function shownParameter(call: Call): ResultFields {
  const { name, selector } = readName(call);
  const parameter = parameterNamed(call, name);
  const version = selectedVersion(seenState(call, parameter), name, selector);
  return {
    Name: name,
    Type: version.type,
    Value: shownValue(call, parameter, version),
    Version: version.number,
    Selector: selector === undefined ? undefined : `:${selector}`,
    LastModifiedDate: version.modifiedAt,
    ARN: parameter.arn,
    DataType: version.dataType,
  };
}

function selectedVersion(
  { versions, labels }: ParameterState,
  name: string,
  selector: string | undefined,
): ParameterVersion {
  const isNumber = selector !== undefined && /^\d+$/.test(selector);
  const wanted = isNumber ? Number(selector) : labels.get(selector ?? '');
  const version =
    selector === undefined ? versions.at(-1) : versions.find(({ number }) => number === wanted);
  if (version !== undefined) return version;
  throw new Refusal(
    'ParameterVersionNotFound',
    400,
    `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
  );
}

function getParameterHistory(call: Call): ResultFields {
  const parameter = parameterNamed(call, readName(call).name);
  const { versions, labels } = seenState(call, parameter);
  const size = optionalNumber(call, 'MaxResults') ?? PAGE_SIZE_MAX;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    const rule = `Member must have value between 1 and ${PAGE_SIZE_MAX}`;
    throw constraintError(String(size), 'maxResults', rule);
  }
  const start = Number(optionalString(call, 'NextToken') ?? 0);
  if (!Number.isInteger(start) || start < 0) {
    throw new Refusal('InvalidNextToken', 400, 'The specified token is not valid.');
  }
  return {
    Parameters: versions.slice(start, start + size).map((version) => ({
      Name: parameter.name,
      Type: version.type,
      KeyId: version.keyId,
      LastModifiedDate: version.modifiedAt,
      LastModifiedUser: version.modifiedBy,
      Description: version.description,
      Value: shownValue(call, parameter, version),
      Version: version.number,
      Labels: [...labels].filter(([, number]) => number === version.number).map(([label]) => label),
      Tier: version.tier,
      Policies: [],
      DataType: version.dataType,
    })),
    NextToken: start + size < versions.length ? String(start + size) : undefined,
  };
}

/** A SecureString is shown only to who asks for it in clear; else something that tells nothing. */
function shownValue(call: Call, { arn }: Parameter, version: ParameterVersion): string {
  if (version.type !== 'SecureString' || call.input.WithDecryption === true) return version.value;
  return createHash('sha512').update(`${arn} ${version.number}`).digest('base64');
}
