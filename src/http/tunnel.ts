// Connections through a proxy: CONNECT, then TLS with AWS or a place itself, so that the proxy sees neither
// keys nor calls. Loaded where the environment names a proxy, and nowhere else.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import type { HttpProxy } from './proxies.ts';

/** The proxy answered, and does not connect. `syscall` says that nothing was sent to whom the call is for (I2). */
export class TunnelRefused extends Error {
  override readonly name = 'TunnelRefused';
  readonly code = 'PROXY_REFUSED';
  readonly syscall = 'connect';
  readonly proxyStatus: number;

  constructor(status: number) {
    super(`the proxy answered CONNECT with HTTP ${status}`);
    this.proxyStatus = status;
  }
}

export interface TunnelOptions {
  readonly keepAlive: boolean;
  readonly trust: SecureContext | undefined;
  /** For the connection to whom the call is for, where that is another. */
  readonly peer?: SecureContext | undefined;
}

type ConnectParameters = Parameters<HttpsProxyAgent<string>['connect']>;

/** An agent of Node's for whoever takes one; `reach` for whoever wants the connection alone. */
export class Tunnel extends HttpsProxyAgent<string> {
  /** Told, and not guessed: the library guesses another way when a connection is free, and keeps none. */
  override isSecureEndpoint(): boolean {
    return true;
  }

  override async connect(
    request: ConnectParameters[0],
    options: ConnectParameters[1],
  ): ReturnType<HttpsProxyAgent<string>['connect']> {
    let status = 0;
    request.once('proxyConnect', (answer: { statusCode: number }) => {
      status = answer.statusCode;
    });
    const socket = await super.connect(request, options).catch((thrown: unknown) => {
      throw neverSent(thrown);
    });
    if (status === 200) return socket;
    // The library would hand on the proxy's page as if it were the answer.
    socket.destroy();
    throw new TunnelRefused(status);
  }

  /**
   * A connection through the proxy, which begins TLS with the host behind it. The signal is for whoever gives up
   * before there is one, and for nobody later.
   */
  async reach(host: string, port: number, givenUp?: AbortSignal): Promise<Socket> {
    // Of a request the library uses nothing but its events.
    const request = new EventEmitter() as ConnectParameters[0];
    const options = {
      ...this.options,
      host,
      port,
      secureEndpoint: true,
      ALPNProtocols: ['http/1.1'],
    };
    const { connectOpts } = this;
    // The library connects before it waits for anything, and tells nobody with what.
    if (givenUp !== undefined) this.connectOpts = { ...connectOpts, signal: givenUp };
    const connecting = this.connect(request, options as ConnectParameters[1]);
    this.connectOpts = connectOpts;
    return (await connecting) as Socket;
  }
}

/** Whatever fails before the tunnel stands, fails before anything is sent. */
function neverSent(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { code = 'ECONNRESET' } = thrown as NodeJS.ErrnoException;
  return Object.assign(thrown, { code, syscall: 'connect' });
}

export function tunnelAgent({ url, authorization }: HttpProxy, options: TunnelOptions): Tunnel {
  const { keepAlive, trust, peer = trust } = options;
  const secureContext = trust === undefined ? {} : { secureContext: trust };
  const agent = new Tunnel(url.href, {
    keepAlive,
    ...secureContext,
    // Not in the URL: the library shows that where DEBUG is set.
    ...(authorization !== undefined && { headers: { 'Proxy-Authorization': authorization } }),
  });
  // What the library was given is for its connection to the proxy; this is for the one through it.
  if (peer !== undefined) Object.assign(agent.options, { secureContext: peer });
  return agent;
}
