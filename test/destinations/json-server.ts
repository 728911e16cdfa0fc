// A service for tests that is asked in JSON: everything about it but what it answers.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface JsonRequest {
  readonly method: string;
  /** Below the base of the service, without a slash before it, as it was sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

export interface JsonAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** What a test lets happen in the place of, or around, an answer; `lose` breaks the connection. */
export type JsonFault = (request: JsonRequest, next: () => JsonAnswer) => JsonAnswer | 'lose';

export interface JsonService {
  readonly requests: JsonRequest[];
  fault: JsonFault | undefined;
  url: string;
  answer(request: JsonRequest): JsonAnswer;
}

export interface JsonServing {
  /** Before every path, such as /api/v4. */
  readonly base?: string;
  /** Of every answer. */
  readonly headers?: () => Record<string, string>;
}

/** Whoever uses a service: a test, as a rule. What is handed over is done at its end. */
export interface Ending {
  after(close: () => void): void;
}

/** Listens on loopback until the test ends. */
export async function serveJson<Service extends JsonService>(
  test: Ending,
  service: Service,
  { base = '', headers = () => ({}) }: JsonServing = {},
): Promise<Service> {
  const server = createServer((request, response) => {
    void respond(service, { base, headers }, { request, response });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  service.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return service;
}

async function respond(
  service: JsonService,
  { base, headers: always }: Required<JsonServing>,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const text = Buffer.concat(chunks).toString('utf8');
  const seen: JsonRequest = {
    method: request.method ?? '',
    path: url.pathname.startsWith(`${base}/`) ? url.pathname.slice(base.length + 1) : '',
    query: url.searchParams,
    headers: request.headers,
    body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
  };
  service.requests.push(seen);
  const next = () => service.answer(seen);
  const answer = service.fault?.(seen, next) ?? next();
  if (answer === 'lose') return void response.destroy();
  const { status, body, headers = {} } = answer;
  const type = { 'content-type': 'application/json; charset=utf-8' };
  response.writeHead(status, { ...type, ...always(), ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
