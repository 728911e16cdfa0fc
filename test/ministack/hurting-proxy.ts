// Stands between runners and a server and hurts their requests by a seed: lost before the work, lost after it,
// refused after it, sent twice, late, or refused for their rate.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SeededRandom } from '../../src/sandbox/random.ts';

const HARMS = ['request-lost', 'reply-lost', 'error-after', 'twice', 'late', 'throttled'] as const;
type Harm = (typeof HARMS)[number];

export interface HurtingProxy {
  readonly url: string;
  /** The server's answers are dated so much later, as if it were later there. */
  aheadMs: number;
  /** How often each harm was done. */
  readonly counts: Readonly<Record<Harm, number>>;
  close(): Promise<void>;
}

const LATE_MS = 1_500;
const OF_THE_HOP: ReadonlySet<string> = new Set([
  ...['content-length', 'content-encoding', 'transfer-encoding', 'connection', 'date'],
]);

/** Of a hundred requests so many are hurt. */
export async function startHurtingProxy(
  target: string,
  { seed, percent }: { readonly seed: string; readonly percent: number },
): Promise<HurtingProxy> {
  const random = new SeededRandom(seed);
  const proxy = { url: '', aheadMs: 0 };
  const counts = Object.fromEntries(HARMS.map((harm) => [harm, 0])) as Record<Harm, number>;
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const harm = random.below(100) < percent ? random.pick(HARMS) : undefined;
    if (harm !== undefined) counts[harm] += 1;
    const { aheadMs } = proxy;
    await serve({ request, response, body, target, aheadMs }, harm).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  proxy.url = `http://127.0.0.1:${port}`;
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return Object.assign(proxy, { counts, close });
}

interface Served {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  readonly target: string;
  readonly aheadMs: number;
}

async function serve(served: Served, harm: Harm | undefined): Promise<void> {
  const { response } = served;
  if (harm === 'request-lost') return void response.destroy();
  if (harm === 'throttled') {
    return answer(response, 400, {
      __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
      message: 'The level of configured provisioned throughput for the table was exceeded.',
    });
  }
  if (harm === 'late') {
    // Its sender has given up by then, and sends again.
    response.destroy();
    await sleep(LATE_MS);
    return void (await forwarded(served));
  }
  if (harm === 'twice') await forwarded(served);
  const { status, headers, text } = await forwarded(served);
  if (harm === 'reply-lost') return void response.destroy();
  if (harm === 'error-after') {
    return answer(response, 500, {
      __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
      message: 'The request could not be processed because of an internal error.',
    });
  }
  response.writeHead(status, headers).end(text);
}

/** The answer, with the date that it is to have. */
async function forwarded({ request, body, target, aheadMs }: Served) {
  const {
    host: _host,
    connection: _connection,
    'content-length': _length,
    ...rest
  } = request.headers;
  const headers = rest as Record<string, string>;
  const { method = 'POST', url = '/' } = request;
  const answered = await fetch(new URL(url, target), { method, headers, body });
  const text = Buffer.from(await answered.arrayBuffer());
  const kept = [...answered.headers].filter(([name]) => !OF_THE_HOP.has(name));
  const date = new Date(Date.now() + aheadMs).toUTCString();
  return { status: answered.status, headers: { ...Object.fromEntries(kept), date }, text };
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}
