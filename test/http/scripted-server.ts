// A server on this machine that answers what it is told to, in order, and keeps what it was asked.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Scripted {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object becomes JSON. */
  readonly body?: unknown;
  /** What happens instead of an answer. */
  readonly instead?: 'hang' | 'reset' | 'break off';
}

export type Handler = (asked: Asked, count: number) => Scripted | Promise<Scripted>;

export interface ScriptedServer {
  readonly url: string;
  readonly asked: Asked[];
  close(): Promise<void>;
}

/** The last answer of a list is given again and again. */
export async function scriptedServer(
  test: TestContext,
  script: readonly Scripted[] | Handler,
): Promise<ScriptedServer> {
  const asked: Asked[] = [];
  const answerTo = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const call = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') };
    asked.push(call);
    const next =
      typeof script === 'function'
        ? await script(call, asked.length)
        : script[Math.min(asked.length, script.length) - 1];
    give(next ?? {}, response);
  };
  const server = createServer((request, response) => void answerTo(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): Promise<void> => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(() => resolve()));
  };
  test.after(close);
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, close };
}

function give({ status = 200, headers, body, instead }: Scripted, response: ServerResponse): void {
  if (instead === 'hang') return;
  if (instead === 'reset') return void response.socket?.resetAndDestroy();
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(body ?? {});
  const type = isText ? 'text/plain' : 'application/json';
  if (instead === 'break off') {
    response.writeHead(status, { 'content-type': type, 'content-length': String(text.length + 9) });
    return void response.write(text, () => response.socket?.destroy());
  }
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}
