// The lean client beside the SDK's own, on a server that answers both alike and keeps what they sent.

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { IAMClient } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { StandardRetryStrategy } from '@smithy/core/retry';
import {
  type ClientSettings,
  commonConfig,
  openClients,
  openProbes,
  openWire,
  stsConfig,
} from '../../src/aws/clients.ts';
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../src/aws/http-handler.ts';
import type { Shape } from '../../src/aws/plain-xml.ts';
import { silenceSdkWarnings } from '../../src/aws/quiet-sdk.ts';
import { repeatableRetries } from '../../src/aws/retry.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { EngineEvent } from '../../src/base/events.ts';

/** As everywhere in the program: the SDK speaks to nobody. */
silenceSdkWarnings();

export interface Received {
  readonly line: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, received: Received) => void;

export interface Server {
  readonly endpoint: string;
  readonly received: Received[];
  /** Sockets that were opened so far. */
  connections: number;
}

export async function serve(test: TestContext, answer: Answer): Promise<Server> {
  const received: Received[] = [];
  const http = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method, url, headers } = request;
    const one = { line: `${method} ${url}`, headers, body };
    received.push(one);
    answer(response, one);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  test.after(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const server: Server = { endpoint: `http://127.0.0.1:${port}`, received, connections: 0 };
  http.on('connection', () => {
    server.connections += 1;
  });
  return server;
}

export const PAIR = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'of-no-account' };

export interface Both {
  readonly lean: ReturnType<typeof openClients>;
  readonly leanSts: ReturnType<ReturnType<typeof openProbes>>;
  readonly iam: IAMClient;
  readonly sts: STSClient;
  readonly events: EngineEvent[];
}

export interface BothOptions {
  readonly credentials?: { readonly sessionToken: string };
  readonly timeouts?: Timeouts;
}

/** What keyturn reads of an answer of the SDK's. */
export function readOf(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value) && typeof shape === 'object' && 'each' in shape) {
    return value.map((item) => readOf(item, shape.each));
  }
  if (typeof value !== 'object' || value === null) return value;
  if (typeof shape !== 'object' || !('members' in shape)) {
    return shape === 'bytes' ? Buffer.from(value as Uint8Array) : value;
  }
  const read = Object.entries(value).filter(([name]) => name in shape.members);
  return Object.fromEntries(
    read.map(([name, member]) => [name, readOf(member, shape.members[name] as Shape)]),
  );
}

export function openBoth(test: TestContext, endpoint: string, options: BothOptions = {}): Both {
  const events: EngineEvent[] = [];
  const wire = openWire(4, options.timeouts ?? DEFAULT_TIMEOUTS);
  test.after(() => wire.close());
  const settings: ClientSettings = {
    region: 'eu-west-1',
    iamEndpoint: endpoint,
    stsEndpoint: endpoint,
    wire,
    patience: { clock: systemClock, throttledMs: 1_000 },
    run: 'a-run',
    emit: (event) => events.push(event),
  };
  const pair = { ...PAIR, ...options.credentials };
  const credentials = async () => pair;
  const retryStrategy = repeatableRetries(settings.patience);
  return {
    lean: openClients(settings, credentials),
    leanSts: openProbes(settings)(pair),
    iam: new IAMClient({ ...commonConfig(settings), endpoint, credentials, retryStrategy }),
    sts: new STSClient({
      ...stsConfig(settings),
      credentials: pair,
      retryStrategy: new StandardRetryStrategy(1),
    }),
    events,
  };
}
