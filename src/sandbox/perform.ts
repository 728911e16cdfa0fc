// Carries out one request: who asks, how fast, whether it may, and then the work itself. All of
// it happens at once, so two requests never see each other half done.

import { authenticate } from './authenticate.ts';
import type { Call, Params } from './operation.ts';
import { accessDenied, authorize } from './policy.ts';
import { failureBody, successBody } from './query-protocol.ts';
import { Refusal, throttled } from './refusal.ts';
import { operationOf, type Route } from './services.ts';
import type { RawRequest } from './signature.ts';
import type { TokenBuckets } from './throttle.ts';
import type { World } from './world.ts';

/** An answer that is ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly requestId: string;
  /** AWS's error code; undefined for success. */
  readonly errorCode: string | undefined;
}

export interface Job {
  readonly request: RawRequest;
  readonly route: Route;
  readonly params: Params;
  /** Answer as if the caller's policies did not allow it. */
  readonly isDenied: boolean;
}

export function perform(world: World, buckets: TokenBuckets, job: Job): Answer {
  const requestId = newRequestId(world);
  const { service, operationName } = job.route;
  try {
    const result = operationResult(world, buckets, job);
    const body = successBody(service, operationName, result, requestId);
    return { status: 200, body, requestId, errorCode: undefined };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return refusalAnswer(world, job.route, thrown, requestId);
  }
}

/** The answer that carries a refusal. */
export function refusalAnswer(
  world: World,
  route: Route,
  refusal: Refusal,
  requestId: string = newRequestId(world),
): Answer {
  const body = failureBody(route.service, refusal, requestId);
  return { status: refusal.status, body, requestId, errorCode: refusal.code };
}

function operationResult(
  world: World,
  buckets: TokenBuckets,
  job: Job,
): ReturnType<ReturnType<typeof operationOf>['run']> {
  const { service, operationName } = job.route;
  const caller = authenticate(world, job.request, service.name);
  const account = world.account(caller.accountId);
  if (!buckets.take(account.id, world.settings.rate)) throw throttled();
  const operation = operationOf(job.route);
  const call: Call = { world, account, caller, params: job.params };
  const action = `${service.name}:${operationName}`;
  const resource = operation.resource?.(call);
  if (job.isDenied) {
    const shown = resource?.shown ?? resource?.arn ?? '*';
    const request = { action, resourceArn: '*', resourceShown: shown };
    throw accessDenied(
      caller,
      request,
      ` because no identity-based policy allows the ${action} action`,
    );
  }
  if (resource !== undefined) {
    const resourceShown = resource.shown ?? resource.arn;
    authorize(account, caller, { ...resource, action, resourceArn: resource.arn, resourceShown });
  }
  return operation.run(call);
}

function newRequestId(world: World): string {
  const hex = (length: number): string => world.random.text(length, '0123456789abcdef');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
}
