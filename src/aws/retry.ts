// When a call is sent again. Reads and updates may be repeated at will; CreateAccessKey may not (I2).
//
// A call that AWS refuses because of its rate has not failed: it waits for its turn, for as long as AWS
// accepts any call of its kind. The SDK's own modes share a budget of about a hundred retries among
// all calls of a client, and fail the calls beyond it; that budget is kept for calls that broke. A
// rate belongs to one account, so a strategy must serve one client of one account.

import { StandardRetryStrategy } from '@smithy/core/retry';
import type { Clock } from '../base/clock.ts';
import { isDefiniteThrottle, isQuota, isThrottle } from './classify.ts';
import { Pacer } from './pacer.ts';

/** Lost packets, server errors and time-outs of 15 s each: whoever waits wants to hear of these. */
const BROKEN_ATTEMPTS_MAX = 5;
/** Where somebody watches, or where there is another way. */
const IMPATIENT_ATTEMPTS_MAX = 3;

export interface Patience {
  readonly clock: Clock;
  /** A call is given up when AWS has refused every call of its kind for so long. */
  readonly throttledMs: number;
}

/** What the SDK asks of a strategy, by the shape of its own. */
type SdkStrategy = Pick<
  StandardRetryStrategy,
  'acquireInitialRetryToken' | 'refreshRetryTokenForRetry' | 'recordSuccess'
>;

export interface RetryStrategy extends SdkStrategy {
  /** The initial token of a call that may leave at once; undefined where it has to wait for its turn. */
  tokenAtOnce(): StandardRetryToken | undefined;
}

type StandardRetryToken = Parameters<StandardRetryStrategy['recordSuccess']>[0];
type RetryErrorInfo = Parameters<StandardRetryStrategy['refreshRetryTokenForRetry']>[1];

interface PacedToken extends StandardRetryToken {
  /** What the SDK's strategy knows of the call: its attempts that broke. */
  readonly inner: StandardRetryToken;
  readonly throttles: number;
}

/** Of a call that was not sent yet, which says nothing of the call: one for all. */
const FIRST: StandardRetryToken = {
  getRetryCount: () => 0,
  getRetryDelay: () => 0,
  getRetryCost: () => undefined,
};

class PacedRetries implements RetryStrategy {
  readonly #pacer: Pacer;
  readonly #patience: Patience;
  readonly #broken: StandardRetryStrategy;
  readonly #throttlesMax: number;

  constructor(patience: Patience, attemptsMax: number, throttlesMax: number) {
    this.#pacer = new Pacer(patience.clock);
    this.#patience = patience;
    this.#broken = new StandardRetryStrategy(attemptsMax);
    this.#throttlesMax = throttlesMax;
  }

  tokenAtOnce(): PacedToken | undefined {
    return this.#pacer.mayLeave() ? FIRST_PACED : undefined;
  }

  async acquireInitialRetryToken(): Promise<PacedToken> {
    await this.#pacer.turn();
    return FIRST_PACED;
  }

  /** The SDK answers a rejection here by rethrowing the call's own error. */
  async refreshRetryTokenForRetry(token: PacedToken, info: RetryErrorInfo): Promise<PacedToken> {
    if (isThrottle(info.error)) return await this.#nextTurn(token, info);
    // Whatever AWS has an opinion about, it has looked at.
    if (info.errorType === 'CLIENT_ERROR') this.#pacer.accepted();
    const inner = await this.repeat(token.inner, info);
    await this.#pacer.turn(true);
    return paced(inner, token.throttles);
  }

  recordSuccess({ inner }: PacedToken): void {
    this.#pacer.accepted();
    this.#broken.recordSuccess(inner);
  }

  /** Whether a call that broke is sent again: rejects when it is not. */
  protected async repeat(
    inner: StandardRetryToken,
    info: RetryErrorInfo,
  ): Promise<StandardRetryToken> {
    // The SDK takes this for throttling too; asking again does not make room.
    if (isQuota(info.error)) throw info.error;
    return await this.#broken.refreshRetryTokenForRetry(inner, info);
  }

  protected isRepeatable(_error: unknown): boolean {
    return true;
  }

  async #nextTurn(token: PacedToken, info: RetryErrorInfo): Promise<PacedToken> {
    this.#pacer.refused();
    const isGivenUp =
      this.#pacer.refusedForMs() >= this.#patience.throttledMs ||
      token.throttles + 1 >= this.#throttlesMax;
    if (isGivenUp || !this.isRepeatable(info.error)) throw info.error;
    await this.#pacer.turn(true);
    return paced(token.inner, token.throttles + 1);
  }
}

function paced(inner: StandardRetryToken, throttles: number): PacedToken {
  return {
    inner,
    throttles,
    getRetryCount: () => inner.getRetryCount() + throttles,
    getRetryDelay: () => 0,
    getRetryCost: () => inner.getRetryCost(),
  };
}

const FIRST_PACED = paced(FIRST, 0);

/** For calls that are sent once, because whoever asks, asks again. */
export const NEVER_REPEATED: RetryStrategy = {
  tokenAtOnce: () => FIRST,
  acquireInitialRetryToken: () => Promise.resolve(FIRST),
  refreshRetryTokenForRetry: (_token, { error }) => Promise.reject(error),
  recordSuccess: () => {},
};

/** For reads and for updates that may be repeated, each on a client of its own. */
export function repeatableRetries(patience: Patience): RetryStrategy {
  return new PacedRetries(patience, BROKEN_ATTEMPTS_MAX, Number.POSITIVE_INFINITY);
}

export function impatientRetries(patience: Patience): RetryStrategy {
  return new PacedRetries(patience, IMPATIENT_ATTEMPTS_MAX, IMPATIENT_ATTEMPTS_MAX);
}

/**
 * I2: sent again only when AWS has said that it did not look at the request. The SDK's own rule
 * would repeat after a lost answer (one more key each time) and after the quota error, which it
 * counts as throttling.
 */
class CreateOnce extends PacedRetries {
  protected override repeat(
    _inner: StandardRetryToken,
    info: RetryErrorInfo,
  ): Promise<StandardRetryToken> {
    return Promise.reject(info.error);
  }

  protected override isRepeatable(error: unknown): boolean {
    return isDefiniteThrottle(error);
  }
}

export function createRetries(patience: Patience): RetryStrategy {
  return new CreateOnce(patience, 1, Number.POSITIVE_INFINITY);
}
