// Carries out one request: who asks, how fast, whether it may, and then the work itself. All of
// it happens at once, so two requests never see each other half done.

import { authenticate } from './authenticate.ts';
import type { Call } from './operation.ts';
import { accessDenied, authorize } from './policy.ts';
import { Refusal, throttled } from './refusal.ts';
import type { ResultFields } from './result.ts';
import { inputOf, operationOf, type Route } from './services.ts';
import { rateOf } from './settings.ts';
import type { RawRequest } from './signature.ts';
import type { TokenBuckets } from './throttle.ts';
import { type Answer, failureAnswer, successAnswer } from './wire.ts';
import type { World } from './world.ts';

export interface Job {
  readonly request: RawRequest;
  readonly route: Route;
  /** Answer as if the caller's policies did not allow it. */
  readonly isDenied: boolean;
}

export function perform(world: World, buckets: TokenBuckets, job: Job): Answer {
  const requestId = newRequestId(world);
  const { service, operationName } = job.route;
  try {
    const result = operationResult(world, buckets, job);
    return successAnswer(service, operationName, result, requestId);
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    return failureAnswer(service, thrown, requestId);
  }
}

/** The answer that carries a refusal. */
export function refusalAnswer(world: World, route: Route, refusal: Refusal): Answer {
  return failureAnswer(route.service, refusal, newRequestId(world));
}

function operationResult(world: World, buckets: TokenBuckets, job: Job): ResultFields | undefined {
  const { service, operationName } = job.route;
  const caller = authenticate(world, job.request, service.name);
  const account = world.account(caller.accountId);
  if (!buckets.take(account.id, service.name, rateOf(world.settings, service.name)))
    throw throttled();
  const operation = operationOf(job.route);
  const { params } = job.route;
  const call: Call = { world, account, caller, params, input: inputOf(job.route) };
  const action = `${service.actionPrefix ?? service.name}:${operationName}`;
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
