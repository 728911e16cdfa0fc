// The wire below every client of an account: timeouts (the SDK has none by default) and the bound on
// calls under way. The bound sits here and not around send(), so that a call that waits for a retry,
// for the rate limiter or for a new key to propagate holds no place while it waits.

import { Agent as HttpAgent, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Trust } from '../http/certificates.ts';
import { Connections } from '../http/connections.ts';
import type { HttpProxy, Route, Router } from '../http/proxies.ts';
import { exchange } from './exchange.ts';
import type { Limiter } from './limiter.ts';
import { silentLogger } from './quiet-sdk.ts';
import { onTheWay } from './sdk-failure.ts';

export interface Timeouts {
  readonly connectionMs: number;
  /** From sending until the answer's first byte, and from there to its last. */
  readonly requestMs: number;
  /** A call fails when AWS has refused every call of its kind, because of its rate, for so long. */
  readonly throttledMs?: number;
}

export const DEFAULT_TIMEOUTS = {
  connectionMs: 3_000,
  requestMs: 15_000,
  throttledMs: 120_000,
} satisfies Timeouts;

/** What lies between this machine and AWS. */
export interface Ways {
  readonly route: Router;
  /** Undefined for those whom Node trusts. */
  readonly trust: Trust | undefined;
  /** The setting that asks for a kind of endpoint that not every region has. */
  readonly variant?: string | undefined;
}

export interface HandlerOptions {
  readonly timeouts: Timeouts;
  readonly limiter: Limiter;
  readonly maxSockets: number;
  /**
   * Whether a connection is used for further calls. A kept connection may be closed by the server
   * just as a call is written to it, and then nobody knows whether the call arrived.
   */
  readonly keepAlive: boolean;
  /** No proxy, and the trust of Node, when left out. */
  readonly ways?: Ways | undefined;
}

const DIRECT: Route = { kind: 'direct' };

export class LimitedHttpHandler extends NodeHttpHandler {
  readonly #options: HandlerOptions;
  readonly #limiter: Limiter;
  /** For clients that need no streams of the SDK. */
  readonly #connections: Connections;
  readonly #agents: Agents;
  /** Made when a call first goes through the proxy: there is one at most. */
  #tunnels: NodeHttpHandler | undefined;

  constructor(options: HandlerOptions) {
    const { timeouts, keepAlive, ways } = options;
    const agents = agentsOf(options);
    super({ ...limitsOf(timeouts), httpAgent: agents.http, httpsAgent: agents.https });
    this.#agents = agents;
    this.#options = options;
    this.#limiter = options.limiter;
    this.#connections = new Connections({ keepAlive, trust: () => ways?.trust?.context });
  }

  /** A request and its whole answer. */
  async exchange(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const { timeouts } = this.#options;
    const route = this.#routeOf(request);
    const giveBack = await this.#limiter.acquire(signal);
    try {
      const connections = this.#connections;
      return await exchange(request, { ...timeouts, connections, route, signal });
    } catch (thrown) {
      throw this.#failed(thrown, route);
    } finally {
      giveBack();
    }
  }

  override async handle(
    request: Parameters<NodeHttpHandler['handle']>[0],
    options: Parameters<NodeHttpHandler['handle']>[1] = {},
  ): ReturnType<NodeHttpHandler['handle']> {
    const route = this.#routeOf(request);
    if (request.protocol === 'https:') this.#trust();
    const giveBack = await this.#limiter.acquire(options.abortSignal as AbortSignal | undefined);
    try {
      const result =
        route.kind === 'proxy'
          ? await this.#through(route.proxy).handle(request, options)
          : await super.handle(request, options);
      // The call is under way until its body has been read or has failed.
      const body: IncomingMessage = result.response.body;
      body.once('close', giveBack);
      this.#limitBody(body);
      return result;
    } catch (thrown) {
      giveBack();
      throw this.#failed(thrown, route);
    }
  }

  override destroy(): void {
    super.destroy();
    this.#connections.close();
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  /** Certificates are read when somebody connects over TLS, and not by whoever asks this machine alone. */
  #trust(): void {
    const secureContext = this.#options.ways?.trust?.context;
    if (secureContext !== undefined) Object.assign(this.#agents.https.options, { secureContext });
  }

  #routeOf({ hostname, port }: Pick<HttpRequest, 'hostname' | 'port'>): Route {
    return this.#options.ways?.route({ hostname, port: port ?? 443 }) ?? DIRECT;
  }

  #failed(thrown: unknown, route: Route): unknown {
    const { ways } = this.#options;
    return onTheWay(thrown, { route, trust: ways?.trust?.source, variant: ways?.variant });
  }

  #through(proxy: HttpProxy): NodeHttpHandler {
    this.#tunnels ??= new NodeHttpHandler(async () => ({
      ...limitsOf(this.#options.timeouts),
      httpsAgent: await this.#connections.tunnelTo(proxy),
    }));
    return this.#tunnels;
  }

  /** The SDK's requestTimeout ends with the answer's head; a body that trickles would hold us. */
  #limitBody(body: IncomingMessage): void {
    const timeUp = AbortSignal.timeout(this.#options.timeouts.requestMs);
    const cut = (): void => void body.destroy(timeUp.reason);
    timeUp.addEventListener('abort', cut, { once: true });
    body.once('close', () => timeUp.removeEventListener('abort', cut));
  }
}

interface Agents {
  readonly http: HttpAgent;
  readonly https: HttpsAgent;
}

function agentsOf({ keepAlive, maxSockets }: HandlerOptions): Agents {
  return {
    http: new HttpAgent({ keepAlive, maxSockets }),
    https: new HttpsAgent({ keepAlive, maxSockets }),
  };
}

function limitsOf({ connectionMs, requestMs }: Timeouts) {
  return {
    connectionTimeout: connectionMs,
    requestTimeout: requestMs,
    // Without it the SDK only warns on the console and waits on.
    throwOnRequestTimeout: true,
    logger: silentLogger,
  };
}
