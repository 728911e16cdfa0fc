// Calls to one Vault as one identity. A token that Vault takes no more is replaced once, and a refusal is
// told apart: Vault says "permission denied" both to a dead token and to one that lacks a policy.

import type { KeyturnError } from '../../base/errors.ts';
import type { Hint } from '../../base/hint.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { HttpAnswer, HttpCall, HttpService } from '../../http/service.ts';
import type { VaultPlace } from './place.ts';
import { type Session, type SignInParts, signIn } from './sign-in.ts';

export interface VaultCall extends HttpCall {
  /** What a policy has to allow for it, for the hint of a refusal. */
  readonly needs?: { readonly path: string; readonly capabilities: readonly string[] } | undefined;
}

const LOOK_UP_SELF: HttpCall = { method: 'GET', path: 'v1/auth/token/lookup-self', accepts: [403] };

export class VaultClient {
  readonly #place: VaultPlace;
  readonly #parts: SignInParts;
  #session: Promise<Session> | undefined;

  constructor(place: VaultPlace, parts: SignInParts) {
    this.#place = place;
    this.#parts = parts;
  }

  get #service(): HttpService {
    return this.#parts.service;
  }

  get origin(): string {
    return this.#service.origin;
  }

  /** Throws what Vault says, with what to do about it. */
  async send(call: VaultCall): Promise<HttpAnswer> {
    const session = this.#session ?? this.#signIn(false);
    try {
      return await this.#sendAs(await session, call);
    } catch (thrown) {
      if (!(thrown instanceof HttpFailure) || thrown.status !== 403) throw thrown;
      if (await this.#isAccepted(await session)) throw denied(thrown, call);
      return await this.#sendAnew(await session, call, thrown);
    }
  }

  /** What the token may do at a path; undefined where Vault does not tell it. */
  async capabilities(path: string): Promise<readonly string[] | undefined> {
    const answer = await this.send({
      method: 'POST',
      path: 'v1/sys/capabilities-self',
      body: { paths: [path] },
      isRepeatable: true,
      accepts: [403],
    });
    const { data } = (answer.json() ?? {}) as { data?: Record<string, unknown> };
    const told = data?.[path];
    return Array.isArray(told) ? told.filter((each) => typeof each === 'string') : undefined;
  }

  failureOf(call: VaultCall, answer: HttpAnswer): Error {
    return this.#service.failureOf(call, answer);
  }

  /** Whoever comes second takes the session of the first. */
  #signIn(isAgain: boolean): Promise<Session> {
    const session = signIn(this.#place, this.#parts, isAgain);
    this.#session = session;
    session.catch(() => {
      if (this.#session === session) this.#session = undefined;
    });
    return session;
  }

  async #sendAnew(old: Session, call: VaultCall, failure: HttpFailure): Promise<HttpAnswer> {
    const known = await this.#session;
    const session = known === undefined || known === old ? await this.#signIn(true) : known;
    if (session.token.reveal() === old.token.reveal()) throw deadToken(failure, old);
    try {
      return await this.#sendAs(session, call);
    } catch (thrown) {
      if (!(thrown instanceof HttpFailure) || thrown.status !== 403) throw thrown;
      throw (await this.#isAccepted(session)) ? denied(thrown, call) : deadToken(thrown, session);
    }
  }

  async #sendAs({ token }: Session, { needs: _, ...call }: VaultCall): Promise<HttpAnswer> {
    return await this.#service.send({
      ...call,
      headers: { ...call.headers, 'X-Vault-Token': token },
    });
  }

  /** Whether Vault still takes the token. A policy that hides that from it is none that Vault gives by default. */
  async #isAccepted(session: Session): Promise<boolean> {
    return (await this.#sendAs(session, LOOK_UP_SELF)).status !== 403;
  }
}

function deadToken(failure: HttpFailure, { method }: Session): KeyturnError {
  const { status, outcome } = failure;
  const hint: Hint =
    method === 'token'
      ? 'it has expired, was revoked, or is of another Vault or namespace: sign in again, and set VAULT_TOKEN or what the place names'
      : `the method ${method} gives tokens that end at once: look at token_ttl and token_num_uses of its role`;
  return new HttpFailure('Vault does not take the token', { hint, outcome, status });
}

function denied(failure: HttpFailure, { needs }: VaultCall): HttpFailure {
  if (needs === undefined) return failure;
  return failure.withHint(policyHint(needs.path, needs.capabilities));
}

export function policyHint(path: string, capabilities: readonly string[]): Hint {
  const list = capabilities.map((each) => JSON.stringify(each)).join(', ');
  return `its policies have to allow: path ${JSON.stringify(path)} { capabilities = [${list}] }`;
}
