// What was asked of the sandbox. Tests read it to prove, for example, that a dry run only read.

import type { Params } from './operation.ts';

const SECRET_NAME = /secret|password|tokencode/i;
/** Names that look secret and are not. */
const PLAIN_NAMES: readonly string[] = ['SecretId'];
/** Names that do not look secret and are: a parameter's value. */
const SECRET_NAMES: readonly string[] = ['Value', 'RotationToken'];

export interface LoggedRequest {
  /** From 1, in the order of arrival. */
  readonly number: number;
  /** On the data clock, in ISO 8601. */
  readonly at: string;
  /** The account and the id of the key that claims to sign; undefined when unsigned or unknown. */
  readonly account: string | undefined;
  readonly accessKeyId: string | undefined;
  readonly service: string;
  readonly operation: string;
  /** The parameters, secret ones left out. */
  readonly params: Params;
  /** `unknown` for an operation that the sandbox does not have; it changes nothing. */
  readonly access: 'read' | 'write' | 'unknown';
  readonly userAgent: string | undefined;
  /** The fault that hit this call. */
  readonly fault: string | undefined;
  /** What was sent back; undefined when nothing was, or not yet. */
  status: number | undefined;
  errorCode: string | undefined;
  /** Whether the operation was carried out, whatever the caller was told. */
  done: boolean;
  /** Real time from arrival to the end of the answer; undefined while there is none. */
  durationMs: number | undefined;
}

export type ArrivedRequest = Omit<
  LoggedRequest,
  'number' | 'status' | 'errorCode' | 'done' | 'durationMs'
>;

export class RequestLog {
  #entries: LoggedRequest[] = [];
  #count = 0;
  /** One copy of each: long texts that come with every request. */
  readonly #userAgents = new Map<string, string>();

  open(arrived: ArrivedRequest): LoggedRequest {
    this.#count += 1;
    const entry: LoggedRequest = {
      ...arrived,
      userAgent: this.#oneCopy(arrived.userAgent),
      number: this.#count,
      params: Object.fromEntries(
        Object.entries(arrived.params).filter(([name]) => !isSecret(name)),
      ),
      status: undefined,
      errorCode: undefined,
      done: false,
      durationMs: undefined,
    };
    this.#entries.push(entry);
    return entry;
  }

  #oneCopy(userAgent: string | undefined): string | undefined {
    if (userAgent === undefined) return undefined;
    const known = this.#userAgents.get(userAgent);
    if (known === undefined) this.#userAgents.set(userAgent, userAgent);
    return known ?? userAgent;
  }

  /** All requests so far, or those of one operation. */
  list(operation?: string): LoggedRequest[] {
    return this.#entries.filter(
      (entry) => operation === undefined || entry.operation === operation,
    );
  }

  /** The requests that change the account when they succeed. */
  writes(): LoggedRequest[] {
    return this.#entries.filter((entry) => entry.access === 'write');
  }

  clear(): void {
    this.#entries = [];
  }
}

function isSecret(name: string): boolean {
  if (PLAIN_NAMES.includes(name)) return false;
  return SECRET_NAMES.includes(name) || SECRET_NAME.test(name);
}
