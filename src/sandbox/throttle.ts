// One token bucket per account and service. It runs on real time, whatever the data clock says.

import type { Rate } from './settings.ts';

interface Bucket {
  tokens: number;
  refilledAtMs: number;
}

export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #realNowMs: () => number;

  constructor(realNowMs: () => number = () => performance.now()) {
    this.#realNowMs = realNowMs;
  }

  /** Takes a token of the account at the service; false when there is none. */
  take(accountId: string, service: string, rate: Rate | undefined): boolean {
    if (rate === undefined) return true;
    const nowMs = this.#realNowMs();
    const name = `${accountId} ${service}`;
    const bucket = this.#buckets.get(name) ?? { tokens: rate.burst, refilledAtMs: nowMs };
    this.#buckets.set(name, bucket);
    const gained = ((nowMs - bucket.refilledAtMs) / 1000) * rate.perSecond;
    bucket.tokens = Math.min(rate.burst, bucket.tokens + gained);
    bucket.refilledAtMs = nowMs;
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}
