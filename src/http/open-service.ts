// A service with everything around its calls: the way there, who vouches for it, attempts, its rate, and
// what is said when a call came to nothing.

import { type Agent, Agent as PlainAgent } from 'node:http';
import { Agent as SecureAgent } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { type Clock, machineClock } from '../base/clock.ts';
import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { VERSION } from '../base/version.ts';
import { addressOf, pathBelow } from './address.ts';
import { certificatesIn, type Trust } from './certificates.ts';
import { type Exchanged, exchange } from './exchange.ts';
import { isGuarded } from './guard.ts';
import { secretsInHeaders } from './header-secrets.ts';
import { nextTry, type Result, usedUpUntil, WAIT_MS_MAX } from './next-try.ts';
import { type HttpProxy, proxyAt, type Route, type Router } from './proxies.ts';
import {
  bodyOf,
  HttpAnswer,
  type HttpCall,
  type HttpHeaders,
  type HttpService,
  type ServiceOptions,
} from './service.ts';
import { closedUntil, type FailedCall, lostCall, pageInstead, refusal } from './wording.ts';

export interface ServiceSurroundings {
  readonly env: Environment;
  readonly clock: Clock;
  readonly route: Router;
  /** Undefined for those whom Node trusts. */
  readonly trust: Trust | undefined;
  /** Ends reads promptly; a write under way is waited for. */
  readonly signal: AbortSignal | undefined;
  /** When the rate of a service is used up, by its origin: all places of a run share it. */
  readonly closed: Map<string, Date>;
  /** Services that a call has just found down, by their origins. */
  readonly down: Set<string>;
  readonly limits?: { readonly connectMs: number; readonly requestMs: number } | undefined;
}

const LIMITS = { connectMs: 5_000, requestMs: 20_000 };
const BYTES_MAX = 4_194_304;
const SOCKETS_MAX = 8;

export function openHttpService(
  options: ServiceOptions,
  surroundings: ServiceSurroundings,
): HttpService {
  return new Service(options, surroundings);
}

class Service implements HttpService {
  readonly origin: string;
  readonly #address: URL;
  readonly #options: ServiceOptions;
  readonly #around: ServiceSurroundings;
  readonly #route: Route;
  readonly #context: SecureContext | undefined;
  readonly #agents = new Map<boolean, Agent>();
  /** What each answer is to, with all that was secret in the call. */
  readonly #calls = new WeakMap<HttpAnswer, FailedCall>();

  constructor(options: ServiceOptions, around: ServiceSurroundings) {
    const { proxy } = options;
    const ownProxy = proxy && proxyAt(proxy.url.reveal(), proxy.setting);
    const isConfined = isGuarded(around.env) || around.clock.shift !== undefined;
    this.#address = addressOf(options, isConfined);
    this.origin = this.#address.origin;
    this.#options = options;
    this.#around = around;
    const { hostname, port, protocol } = this.#address;
    this.#route =
      ownProxy === undefined
        ? around.route({ hostname, port: Number(port || (protocol === 'http:' ? 80 : 443)) })
        : { kind: 'proxy', proxy: ownProxy };
    this.#context = contextOf(options, around.trust);
  }

  async send(call: HttpCall): Promise<HttpAnswer> {
    const { clock, closed, down } = this.#around;
    const { isRepeatable = call.method === 'GET', accepts = [] } = call;
    const prepared = this.#prepared(call);
    let waitedMs = await this.#awaitTurn(call, prepared.failed);
    const isKnownDown = down.has(this.origin);
    let isRepeat = false;
    for (let tries = 1; ; tries += 1) {
      const exchanged = await this.#exchange(call, prepared);
      const now = machineClock(clock).now();
      const failed = { ...prepared.failed, isRepeat };
      const result = resultOf(exchanged);
      if (result.kind === 'answered') {
        const until = usedUpUntil(result, now);
        if (until !== undefined) closed.set(this.origin, until);
      }
      if (exchanged.kind === 'answered') {
        const { status, headers, text } = exchanged;
        if (status < 500) down.delete(this.origin);
        const answer = new HttpAnswer({ status, headers, text: new Secret(text), isRepeat });
        this.#calls.set(answer, failed);
        if ((status >= 200 && status < 300) || accepts.includes(status)) {
          // A portal or a proxy that answers in its place must not pass for "done" or "not there".
          if (answer.isPage && call.takesPages !== true) throw pageInstead(failed);
          return answer;
        }
        const next = nextTry(result, { isRepeatable, tries, isKnownDown, waitedMs, now });
        if (next.pauseMs === undefined) {
          if (status >= 500) down.add(this.origin);
          throw refusal(failed, answer, next.notBefore);
        }
        isRepeat ||= mayHaveComeThrough(result);
        waitedMs += await this.#pause(call, next.pauseMs);
        continue;
      }
      const next = nextTry(result, { isRepeatable, tries, isKnownDown, waitedMs, now });
      if (next.pauseMs === undefined) {
        down.add(this.origin);
        throw lostCall(failed, exchanged, this.#way());
      }
      isRepeat ||= mayHaveComeThrough(result);
      waitedMs += await this.#pause(call, next.pauseMs);
    }
  }

  failureOf(call: HttpCall, answer: HttpAnswer): Error {
    return refusal(this.#calls.get(answer) ?? this.#prepared(call).failed, answer);
  }

  async #pause(call: HttpCall, pauseMs: number): Promise<number> {
    const { clock, signal } = this.#around;
    await clock.sleep(pauseMs, endsWithRun(call) ? signal : undefined);
    return pauseMs;
  }

  /** Waits until the service takes calls again. Throws where that is too far away. */
  async #awaitTurn(call: HttpCall, failed: FailedCall): Promise<number> {
    const { clock, closed } = this.#around;
    const until = closed.get(this.origin);
    const waitMs = until === undefined ? 0 : Number(until) - Number(machineClock(clock).now());
    if (until === undefined || waitMs <= 0) return 0;
    if (waitMs > WAIT_MS_MAX) throw closedUntil(failed, until);
    return await this.#pause(call, waitMs);
  }

  #prepared(call: HttpCall) {
    const service = this.#options;
    const headers = { ...service.headers, ...call.headers };
    const body = bodyOf(call);
    const secrets = [
      ...secretsInHeaders(headers),
      ...(body?.secrets ?? []),
      ...(call.hidesPath === true ? secretsInPath(call.path) : []),
    ];
    const failed: FailedCall = {
      service,
      origin: this.origin,
      call: { method: call.method, path: call.hidesPath === true ? HIDDEN : call.path },
      secrets,
      isRepeat: false,
    };
    return { headers: bare(headers, service), body: body?.text, failed };
  }

  async #exchange(
    call: HttpCall,
    { headers, body }: { headers: Record<string, string | string[]>; body: string | undefined },
  ): Promise<Exchanged> {
    const { signal, limits = LIMITS } = this.#around;
    const isRead = endsWithRun(call);
    // As everywhere: reads end when the run is stopped, a write is awaited (I13).
    if (isRead) signal?.throwIfAborted();
    const url = this.#address;
    const isPlain = url.protocol === 'http:';
    const { serverName } = this.#options.tls ?? {};
    const exchanged = await exchange({
      options: {
        isPlain,
        method: call.method,
        hostname: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port || (isPlain ? 80 : 443),
        path: pathBelow(url, call.path, call.query),
        headers: {
          accept: 'application/json',
          'user-agent': `keyturn/${VERSION}`,
          ...(body !== undefined && {
            'content-type': call.contentType ?? 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
          ...headers,
        },
        agent: await this.#agent(call.method === 'GET', isPlain),
        ...(!isPlain && {
          // Whatever NODE_TLS_REJECT_UNAUTHORIZED says: a new secret is in the call.
          rejectUnauthorized: true,
          ...(serverName !== undefined && { servername: serverName }),
        }),
      },
      body,
      limits: {
        connectMs: limits.connectMs,
        requestMs: call.requestMs ?? limits.requestMs,
        bytesMax: call.bytesMax ?? BYTES_MAX,
      },
      signal: isRead ? signal : undefined,
    });
    if (isRead && exchanged.kind === 'lost') signal?.throwIfAborted();
    return exchanged;
  }

  /** A kept connection may be closed just as a write is sent, and then nobody knows whether it arrived. */
  async #agent(keepAlive: boolean, isPlain: boolean): Promise<Agent> {
    const known = this.#agents.get(keepAlive);
    if (known !== undefined) return known;
    const agent = await this.#newAgent(keepAlive, isPlain);
    this.#agents.set(keepAlive, agent);
    return agent;
  }

  async #newAgent(keepAlive: boolean, isPlain: boolean): Promise<Agent> {
    const options = { keepAlive, maxSockets: SOCKETS_MAX };
    if (isPlain) return new PlainAgent(options);
    const secureContext = this.#context;
    if (this.#route.kind === 'direct') {
      return new SecureAgent({ ...options, ...(secureContext && { secureContext }) });
    }
    // Whoever has no proxy does not pay for one.
    const { tunnelAgent } = await import('./tunnel.ts');
    const { proxy }: { readonly proxy: HttpProxy } = this.#route;
    return tunnelAgent(proxy, {
      keepAlive,
      trust: this.#around.trust?.context,
      peer: secureContext,
    });
  }

  #way() {
    const { tls } = this.#options;
    const source = tls?.ca === undefined ? this.#around.trust?.source : tls.caSetting;
    return { route: this.#route, trust: source };
  }
}

/** What stands in the place of a path that is a secret. */
const HIDDEN = '(hidden)';

/** The path as a whole, and its parts: whoever echoes it need not echo all of it. */
function secretsInPath(path: string): readonly Secret[] {
  const parts = path.split(/[/?&=]/).filter((part) => part.length >= 8);
  return [path, ...parts].filter((part) => part !== '').map((part) => new Secret(part));
}

/** Reads are given up when the run ends; a write is awaited (I13). */
function endsWithRun({ method, endsWithRun: asked = method === 'GET' }: HttpCall): boolean {
  return asked;
}

/** What a failed TLS handshake or a refusing proxy says does not change by asking again. */
const HOPELESS = /^(?:ENOTFOUND|ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO)/;

function resultOf(exchanged: Exchanged): Result {
  if (exchanged.kind === 'lost') {
    const { isSent, networkCode = '', proxyStatus } = exchanged;
    const isRefused = HOPELESS.test(networkCode) || (proxyStatus ?? 500) < 500;
    return { kind: 'lost', isSent, isHopeless: isRefused || exchanged.isHopeless };
  }
  const { status, headers } = exchanged;
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.[0];
  };
  return { kind: 'answered', status, header };
}

function mayHaveComeThrough(result: Result): boolean {
  return result.kind === 'lost' ? result.isSent : result.status >= 500 || result.status === 408;
}

function contextOf(
  { name, setting, tls }: ServiceOptions,
  trust: Trust | undefined,
): SecureContext | undefined {
  if (tls?.ca === undefined && tls?.certificate === undefined) return trust?.context;
  const fault = (why: string) =>
    new KeyturnError('bad-value', `${tls.caSetting ?? `the authority of ${name}`} ${why}`, {
      hint: `name the certificates of the authority behind ${setting}, in PEM form`,
    });
  const ca = tls.ca === undefined ? trust?.ca : certificatesIn(tls.ca, fault);
  try {
    return createSecureContext({
      ...(ca !== undefined && { ca }),
      ...(tls.certificate && { cert: tls.certificate.cert, key: tls.certificate.key.reveal() }),
    });
  } catch {
    throw new KeyturnError('bad-value', `the client certificate for ${name} cannot be used`, {
      hint: 'it takes a certificate and the key that belongs to it, both in PEM form',
    });
  }
}

function bare(headers: HttpHeaders, { name }: ServiceOptions): Record<string, string | string[]> {
  const entries = Object.entries(headers).flatMap(([header, value]) => {
    if (value === undefined) return [];
    const text = value instanceof Secret ? value.reveal() : value;
    const texts = typeof text === 'string' ? [text] : text;
    if (texts.every((each) => /^[\t\x20-\x7e]*$/.test(each))) return [[header, text]];
    throw new KeyturnError(
      'bad-value',
      `the credential for ${name} cannot be sent: it has a line break, or a letter that is not ASCII`,
      { hint: 'write it anew, in one line, without blanks around it' },
    );
  });
  return Object.fromEntries(entries);
}
