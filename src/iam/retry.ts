// When a call is sent again. Reads and updates may be repeated at will; CreateAccessKey may not (I2).
//
// All of them are adaptive: a client that meets a throttle slows down to the rate that AWS allows.
// The SDK's standard mode instead spends a budget of about a hundred retries and then fails every
// further call. A rate belongs to one account, so a strategy must serve one client of one account.

import { AdaptiveRetryStrategy } from '@smithy/core/retry';
import { isDefiniteThrottle } from './classify.ts';

/** Enough for the rate limiter to find AWS's rate. */
const READ_ATTEMPTS_MAX = 10;
const UPDATE_ATTEMPTS_MAX = 8;
const CREATE_ATTEMPTS_MAX = 8;

export function readRetries(): AdaptiveRetryStrategy {
  return new AdaptiveRetryStrategy(READ_ATTEMPTS_MAX);
}

export function updateRetries(): AdaptiveRetryStrategy {
  return new AdaptiveRetryStrategy(UPDATE_ATTEMPTS_MAX);
}

/**
 * I2: sent again only when AWS has said that it did not look at the request. The SDK's own rule
 * would repeat after a lost answer (one more key each time) and after the quota error, which it
 * counts as throttling.
 */
class CreateOnce extends AdaptiveRetryStrategy {
  override refreshRetryTokenForRetry(
    ...[token, info]: Parameters<AdaptiveRetryStrategy['refreshRetryTokenForRetry']>
  ): ReturnType<AdaptiveRetryStrategy['refreshRetryTokenForRetry']> {
    // The SDK answers a rejection here by rethrowing the call's own error.
    if (!isDefiniteThrottle(info.error)) return Promise.reject(info.error);
    return super.refreshRetryTokenForRetry(token, info);
  }
}

export function createRetries(): AdaptiveRetryStrategy {
  return new CreateOnce(CREATE_ATTEMPTS_MAX);
}
