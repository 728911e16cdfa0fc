// The connections of one client: new ones, and those that are kept between calls.

import { connect as connectPlain, isIP, type OnReadOpts, type Socket } from 'node:net';
import type { ConnectionOptions, SecureContext } from 'node:tls';
import { steadyMs } from '../base/clock.ts';
import { BrokenConnection, Connection } from './connection.ts';
import type { HttpProxy, Route } from './proxies.ts';
import type { Tunnel } from './tunnel.ts';

export interface Origin {
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
}

export interface ConnectionsOptions {
  /**
   * Whether a connection is used for further calls. A kept connection may be closed by the server
   * just as a call is written to it, and then nobody knows whether the call arrived.
   */
  readonly keepAlive: boolean;
  /** Asked when the first connection over TLS is made; undefined for those whom Node trusts. */
  readonly trust: () => SecureContext | undefined;
}

/** All connections read into it, one after the other; what is kept of it is copied. */
const BUFFER = Buffer.allocUnsafeSlow(1 << 16);
/** As Node's own client does it. */
const KEEP_ALIVE = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 1_000 };

export class Connections {
  readonly #options: ConnectionsOptions;
  readonly #free = new Map<string, Connection[]>();
  readonly #all = new Set<Connection>();
  /** By which a further connection over TLS begins sooner. */
  readonly #sessions = new Map<string, Buffer>();
  #tunnel: Promise<Tunnel> | undefined;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  /**
   * One that nobody uses: a kept one, or a new one, which may still have to connect. The signal is for whoever
   * gives up before a proxy has answered.
   */
  take(origin: Origin, route: Route, givenUp?: AbortSignal): Connection | Promise<Connection> {
    const key = `${origin.isSecure} ${origin.host} ${origin.port}`;
    const free = this.#free.get(key);
    for (let kept = free?.pop(); kept !== undefined; kept = free?.pop()) {
      if (kept.keptUntil > steadyMs()) return kept;
      kept.end();
    }
    const inbox = new Inbox();
    if (origin.isSecure) {
      return this.#dial(key, { origin, route, inbox, givenUp }).then((socket) =>
        this.#open(key, socket, inbox),
      );
    }
    const { host, port } = origin;
    const socket = connectPlain({
      host,
      port,
      onread: inbox.onread,
      ...(this.#options.keepAlive && KEEP_ALIVE),
    });
    return this.#open(key, socket, inbox);
  }

  /** The way through the proxy: there is one at most. Whoever has none does not pay for it. */
  tunnelTo(proxy: HttpProxy): Promise<Tunnel> {
    const { keepAlive, trust } = this.#options;
    this.#tunnel ??= import('./tunnel.ts').then(({ tunnelAgent }) =>
      tunnelAgent(proxy, { keepAlive, trust: trust() }),
    );
    return this.#tunnel;
  }

  /** Whoever still waits for an answer is told that the connection broke. */
  close(): void {
    for (const connection of this.#all)
      connection.end(new BrokenConnection('the client was closed'));
    void this.#tunnel?.then((tunnel) => tunnel.destroy());
  }

  #open(key: string, socket: Socket, inbox: Inbox): Connection {
    const connection: Connection = new Connection(socket, {
      onFree: () => this.#keep(key, connection),
      onOver: () => this.#forget(key, connection),
    });
    inbox.reader = connection;
    this.#all.add(connection);
    return connection;
  }

  async #dial(key: string, { origin, route, inbox, givenUp }: Dialing): Promise<Socket> {
    const { host, port } = origin;
    if (route.kind === 'proxy') {
      return await (await this.tunnelTo(route.proxy)).reach(host, port, givenUp);
    }
    const secureContext = this.#options.trust();
    const session = this.#sessions.get(key);
    // Practice and tests have no TLS, and do not pay for it.
    const { connect } = await import('node:tls');
    const socket = connect({
      host,
      port,
      onread: inbox.onread,
      ...KEEP_ALIVE,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(host) === 0 && { servername: host }),
      ...(secureContext !== undefined && { secureContext }),
      ...(session !== undefined && { session }),
    } as ConnectionOptions);
    socket.on('session', (ticket: Buffer) => this.#sessions.set(key, ticket));
    // As Node's own client does it: one that the other side cannot take up would break every further connection.
    socket.once('error', () => this.#sessions.delete(key));
    return socket;
  }

  #keep(key: string, connection: Connection): void {
    const free = this.#free.get(key);
    if (!this.#options.keepAlive) connection.end();
    else if (free === undefined) this.#free.set(key, [connection]);
    else free.push(connection);
  }

  #forget(key: string, connection: Connection): void {
    this.#all.delete(connection);
    const free = this.#free.get(key);
    const at = free?.indexOf(connection) ?? -1;
    if (at >= 0) free?.splice(at, 1);
  }
}

interface Dialing {
  readonly origin: Origin;
  readonly route: Route;
  readonly inbox: Inbox;
  readonly givenUp: AbortSignal | undefined;
}

/** Where a socket reads into, and who takes it from there. Node leaves it aside for one through a tunnel. */
class Inbox {
  reader: Connection | undefined;
  readonly onread: OnReadOpts = {
    buffer: BUFFER,
    callback: (length, buffer) => {
      this.reader?.take((buffer as Buffer).subarray(0, length));
      return true;
    },
  };
}
