// The services that the sandbox has, and which of them a request is for.

import { cloudWatch } from './cloudwatch/service.ts';
import { dynamoDb } from './dynamodb/service.ts';
import { iam } from './iam/service.ts';
import { readInput, textsOf } from './json-protocol.ts';
import { kms } from './kms/service.ts';
import type {
  JsonFields,
  JsonService,
  Operation,
  Params,
  QueryService,
  Service,
} from './operation.ts';
import { organizations } from './organizations/service.ts';
import { readParams } from './query-protocol.ts';
import { Refusal } from './refusal.ts';
import { secretsManager } from './secretsmanager/service.ts';
import type { RawRequest } from './signature.ts';
import { parameterStore } from './ssm/service.ts';
import { sts } from './sts/service.ts';

const QUERY_SERVICES: readonly QueryService[] = [iam, sts];
const JSON_SERVICES: readonly JsonService[] = [
  organizations,
  secretsManager,
  parameterStore,
  dynamoDb,
  kms,
  cloudWatch,
];

/** What a request asks for, before anybody has asked whether it is allowed. */
export interface Route {
  readonly service: Service;
  readonly operationName: string;
  /** Undefined when the service has no such operation. */
  readonly operation: Operation | undefined;
  readonly params: Params;
  /** Undefined when the body should be JSON and is not. */
  readonly input: JsonFields | undefined;
}

/** All services are served at one address: the request itself says which one is meant. */
export function routeOf(request: RawRequest): Route {
  const target = request.headers['x-amz-target'];
  return target === undefined ? queryRoute(readParams(request)) : jsonRoute(request, target);
}

/** The API version decides. */
function queryRoute(params: Params): Route {
  const operationName = params.Action ?? '';
  const service =
    QUERY_SERVICES.find((candidate) => candidate.version === params.Version) ??
    QUERY_SERVICES.find((candidate) => Object.hasOwn(candidate.operations, operationName)) ??
    iam;
  const operation = operationNamed(service, operationName);
  return { service, operationName, operation, params, input: {} };
}

/** The credential scope decides, as the address would in AWS; unsigned, the target's prefix. */
function jsonRoute(request: RawRequest, target: string): Route {
  const [prefix = '', operationName = ''] = target.split('.');
  const scope = /Credential=[^/,]+\/\d+\/[^/,]+\/([^/,]+)\//.exec(
    request.headers.authorization ?? '',
  )?.[1];
  const service =
    JSON_SERVICES.find((candidate) => candidate.name === scope) ??
    JSON_SERVICES.find((candidate) => candidate.target === prefix) ??
    organizations;
  const operation = service.target === prefix ? operationNamed(service, operationName) : undefined;
  const input = readInput(request);
  return { service, operationName, operation, params: textsOf(input ?? {}), input };
}

function operationNamed(service: Service, name: string): Operation | undefined {
  return Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
}

/** Throws AWS's refusal of an operation that the service does not have. */
export function operationOf({ service, operationName, operation }: Route): Operation {
  if (operation !== undefined) return operation;
  if (service.protocol === 'json') {
    const message = `Unknown operation ${operationName} of ${service.name}`;
    throw new Refusal('UnknownOperationException', 400, message);
  }
  if (operationName === '') throw new Refusal('MissingAction', 400, 'Missing Action');
  const message = `Could not find operation ${operationName} for version ${service.version}`;
  throw new Refusal('InvalidAction', 400, message);
}

/** Throws AWS's refusal of a body that is not JSON. */
export function inputOf({ input }: Route): JsonFields {
  if (input !== undefined) return input;
  throw new Refusal('SerializationException', 400, 'The body is not a JSON object');
}
