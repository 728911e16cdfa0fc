// Loaded into processes that are to reach no other machine (NODE_OPTIONS=--import), and only by tests:
// every connection to elsewhere goes to 127.0.0.1, at the port that stands for the one asked for. So a
// test may use the names of AWS's hosts.

import { type NetConnectOpts, Socket } from 'node:net';

const ports = new Map(
  (process.env.KEYTURN_TEST_PORTS ?? '').split(',').map((text) => {
    const [port, here] = text.split(':');
    return [Number(port), Number(here)] as const;
  }),
);

interface Target {
  host?: string;
  port?: number | string;
  path?: string | null;
}

function here(target: Target): Target {
  const isHere = /^(?:127\.|localhost$|::1$)/.test(target.host ?? 'localhost');
  if (isHere || typeof target.path === 'string') return target;
  const port = Number(target.port);
  return { ...target, host: '127.0.0.1', port: ports.get(port) ?? port };
}

type Connect = (this: Socket, ...args: unknown[]) => Socket;

const connect = Socket.prototype.connect as unknown as Connect;

Socket.prototype.connect = function (this: Socket, ...args: unknown[]): Socket {
  const [first, ...rest] = args;
  // Node's own modules hand over what is sorted already: a list of options and callback.
  if (Array.isArray(first)) {
    first[0] = here(first[0] as NetConnectOpts as Target);
    return connect.call(this, first, ...rest);
  }
  return connect.call(this, here(first as Target), ...rest);
} as unknown as Socket['connect'];
