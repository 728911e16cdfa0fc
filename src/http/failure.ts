// A call to a service that came to nothing, and whether it may have come through all the same.

import { KeyturnError } from '../base/errors.ts';
import type { Hint } from '../base/hint.ts';

/**
 * What is known of a write: it never left this machine; the service refused it; or it may have come
 * through, now or later (I13), and has to be looked for.
 */
export type Outcome = 'not-sent' | 'refused' | 'unknown';

export interface HttpFailureDetails {
  readonly hint: Hint;
  readonly outcome: Outcome;
  /** Undefined where there was no answer. */
  readonly status?: number | undefined;
  /** The service's own words, without secrets. */
  readonly reason?: string | undefined;
  readonly notBefore?: Date | undefined;
  /** Node's code of a network failure. */
  readonly networkCode?: string | undefined;
  /** Of the answer. */
  readonly header?: ((name: string) => string | undefined) | undefined;
}

/** Tells nothing of the request or the answer but the reason, in which secrets are masked (I8). */
export class HttpFailure extends KeyturnError {
  readonly outcome: Outcome;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly #header: (name: string) => string | undefined;

  constructor(message: string, details: HttpFailureDetails) {
    const { hint, outcome, status, reason, notBefore, networkCode } = details;
    super('place-failed', message, { hint, notBefore, cause: { status, networkCode } });
    this.outcome = outcome;
    this.status = status;
    this.reason = reason;
    this.#header = details.header ?? (() => undefined);
  }

  /** Of the answer; some services tell there what the call wanted. Undefined where there was none. */
  header(name: string): string | undefined {
    return this.#header(name);
  }

  /** The same failure with other things to do about it. */
  withHint(hint: Hint): HttpFailure {
    const { message, outcome, status, reason, notBefore } = this;
    const header = (name: string) => this.header(name);
    return new HttpFailure(message, { hint, outcome, status, reason, notBefore, header });
  }
}
