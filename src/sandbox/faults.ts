// Scripted faults: which calls they hit, and what goes wrong with those.

export type FaultEffect =
  /** Refused with Throttling before any work. */
  | { readonly kind: 'throttle' }
  /** Refused before any work; 500 ServiceFailure unless code and status say otherwise. */
  | {
      readonly kind: 'error';
      readonly code?: string;
      readonly status?: number;
      readonly message?: string;
    }
  /** Refused as if the caller's policies did not allow it. */
  | { readonly kind: 'access-denied' }
  /** No work, and never an answer. */
  | { readonly kind: 'hang' }
  /** No work; the connection is cut. */
  | { readonly kind: 'reset' }
  /** The work is done; the connection is cut in place of an answer. */
  | { readonly kind: 'drop-reply' }
  /** The work is done; the answer is 500 ServiceFailure. */
  | { readonly kind: 'error-after-commit' }
  /** The work is done; the connection is cut after half of the answer. */
  | { readonly kind: 'truncate-body' }
  /** The work is done; the answer trickles for that long. */
  | { readonly kind: 'slow-body'; readonly durationMs: number }
  /** The work is done; its answer comes that much later. */
  | { readonly kind: 'delay-reply'; readonly durationMs: number }
  /** The work starts that much later, then all goes on as usual. */
  | { readonly kind: 'delay'; readonly durationMs: number }
  /** The connection is cut now; the work is done that much later, with nobody waiting for it. */
  | { readonly kind: 'late-commit'; readonly afterMs: number };

export interface Fault {
  /** For example `CreateAccessKey`; any operation when left out. */
  readonly operation?: string;
  /** The user whom the call names, or whose key it names, or who signs it; any when left out. */
  readonly user?: string;
  readonly account?: string;
  /** The role, secret, parameter or account that the call names, as it names it. */
  readonly resource?: string;
  /** Which of the matching calls are hit, counted from 1; every one when left out. */
  readonly calls?: { readonly nth: number } | { readonly first: number };
  readonly effect: FaultEffect;
}

/** What a fault is matched against. */
export interface FaultSubject {
  readonly operation: string;
  readonly user: string | undefined;
  readonly account: string | undefined;
  readonly resource: string | undefined;
}

interface Script {
  readonly fault: Fault;
  matchedCount: number;
}

export class FaultScript {
  #scripts: Script[] = [];

  /** Adds a fault. Where several hit a call, the one added first decides. */
  add(fault: Fault): void {
    this.#scripts.push({ fault, matchedCount: 0 });
  }

  clear(): void {
    this.#scripts = [];
  }

  /** The faults with how many calls each has matched so far. */
  list(): { fault: Fault; matchedCount: number }[] {
    return this.#scripts.map((script) => ({ ...script }));
  }

  /** Counts the call for every fault that matches it, and returns what goes wrong with it. */
  strike(subject: FaultSubject): FaultEffect | undefined {
    let effect: FaultEffect | undefined;
    for (const script of this.#scripts) {
      if (!matches(script.fault, subject)) continue;
      script.matchedCount += 1;
      if (effect === undefined && isHit(script)) effect = script.fault.effect;
    }
    return effect;
  }
}

function matches(fault: Fault, subject: FaultSubject): boolean {
  return (
    (fault.operation === undefined || fault.operation === subject.operation) &&
    (fault.account === undefined || fault.account === subject.account) &&
    (fault.resource === undefined || fault.resource === subject.resource) &&
    (fault.user === undefined || fault.user.toLowerCase() === subject.user?.toLowerCase())
  );
}

function isHit({ fault, matchedCount }: Script): boolean {
  if (fault.calls === undefined) return true;
  if ('nth' in fault.calls) return matchedCount === fault.calls.nth;
  return matchedCount <= fault.calls.first;
}
