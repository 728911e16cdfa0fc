// When a call is sent again. Reads and updates may be repeated at will; CreateAccessKey may not (I2).
//
// All of them are adaptive: a client that meets a throttle slows down to the rate that AWS allows.
// The SDK's standard mode instead spends a budget of about a hundred retries and then fails every
// further call. A rate belongs to one account, so a strategy must serve one client of one account.

import { AdaptiveRetryStrategy } from '@smithy/core/retry';
import { isDefiniteThrottle } from './classify.ts';

/** Enough for the rate limiter to find AWS's rate: throttling alone makes nothing fail. */
const THROTTLED_ATTEMPTS_MAX = 10;
/** Lost packets, server errors and time-outs of 15 s each: whoever waits wants to hear of these. */
const BROKEN_ATTEMPTS_MAX = 5;
/** At the start somebody watches, and nothing has been done yet. */
const START_ATTEMPTS_MAX = 3;

type Refresh = AdaptiveRetryStrategy['refreshRetryTokenForRetry'];

class Repeatable extends AdaptiveRetryStrategy {
  override refreshRetryTokenForRetry(...[token, info]: Parameters<Refresh>): ReturnType<Refresh> {
    const attempts = token.getRetryCount() + 1;
    // The SDK answers a rejection here by rethrowing the call's own error.
    if (info.errorType !== 'THROTTLING' && attempts >= BROKEN_ATTEMPTS_MAX) {
      return Promise.reject(info.error);
    }
    return super.refreshRetryTokenForRetry(token, info);
  }
}

/** For reads and for updates that may be repeated, each on a client of its own. */
export function repeatableRetries(): AdaptiveRetryStrategy {
  return new Repeatable(THROTTLED_ATTEMPTS_MAX);
}

export function startRetries(): AdaptiveRetryStrategy {
  return new AdaptiveRetryStrategy(START_ATTEMPTS_MAX);
}

/**
 * I2: sent again only when AWS has said that it did not look at the request. The SDK's own rule
 * would repeat after a lost answer (one more key each time) and after the quota error, which it
 * counts as throttling.
 */
class CreateOnce extends AdaptiveRetryStrategy {
  override refreshRetryTokenForRetry(...[token, info]: Parameters<Refresh>): ReturnType<Refresh> {
    if (!isDefiniteThrottle(info.error)) return Promise.reject(info.error);
    return super.refreshRetryTokenForRetry(token, info);
  }
}

export function createRetries(): AdaptiveRetryStrategy {
  return new CreateOnce(THROTTLED_ATTEMPTS_MAX);
}
