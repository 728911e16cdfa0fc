// The services that the sandbox has, and which of them a request is for.

import { iam } from './iam/service.ts';
import type { Operation, Params, Service } from './operation.ts';
import { Refusal } from './refusal.ts';
import { sts } from './sts/service.ts';

const SERVICES: readonly Service[] = [iam, sts];

/** A request's service and operation, before anybody has asked whether it is allowed. */
export interface Route {
  readonly service: Service;
  readonly operationName: string;
  /** Undefined when the service has no such operation. */
  readonly operation: Operation | undefined;
}

/** Both services are served at one address: the API version says which one is meant. */
export function routeOf(params: Params): Route {
  const operationName = params.Action ?? '';
  const service =
    SERVICES.find((candidate) => candidate.version === params.Version) ??
    SERVICES.find((candidate) => Object.hasOwn(candidate.operations, operationName)) ??
    iam;
  const operation = Object.hasOwn(service.operations, operationName)
    ? service.operations[operationName]
    : undefined;
  return { service, operationName, operation };
}

/** Throws AWS's refusal of an operation that the service does not have. */
export function operationOf(route: Route): Operation {
  if (route.operation !== undefined) return route.operation;
  if (route.operationName === '') throw new Refusal('MissingAction', 400, 'Missing Action');
  throw new Refusal(
    'InvalidAction',
    400,
    `Could not find operation ${route.operationName} for version ${route.service.version}`,
  );
}
