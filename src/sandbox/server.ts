// The HTTP side: reads a request whole, lets the fault that hits it have its way, answers.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerControl, CONTROL_PATH, type Controlled } from './control.ts';
import type { FaultEffect } from './faults.ts';
import { type Job, perform, refusalAnswer } from './perform.ts';
import { Refusal, throttled } from './refusal.ts';
import type { LoggedRequest } from './request-log.ts';
import { routeOf } from './services.ts';
import type { RawRequest } from './signature.ts';
import { TokenBuckets } from './throttle.ts';
import { Timers } from './timers.ts';
import type { Answer } from './wire.ts';

const SLOW_BODY_PIECES = 8;

/** Listens on loopback. Resolves with the port and a way to stop. */
export async function listen(
  sandbox: Controlled,
  port: number,
): Promise<{ port: number; close(): Promise<void> }> {
  const exchange = new Exchange(sandbox);
  const server = createServer((incoming, response) => {
    exchange.handle(incoming, response).catch((thrown: unknown) => {
      // A fault of the sandbox itself: say so instead of leaving the client waiting.
      if (response.headersSent) return cut(response);
      response.writeHead(500, { 'content-type': 'text/plain' });
      response.end(`sandbox fault: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    });
  });
  // Longer than a test pauses, so that a client never meets a connection that closes under it.
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeServer(server, exchange),
  };
}

async function closeServer(server: Server, exchange: Exchange): Promise<void> {
  exchange.timers.clear();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

class Exchange {
  readonly timers = new Timers();
  readonly #sandbox: Controlled;
  readonly #buckets = new TokenBuckets();

  constructor(sandbox: Controlled) {
    this.#sandbox = sandbox;
  }

  async handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    // A client that goes away must not bring the sandbox down.
    response.on('error', () => undefined);
    const request = await readRequest(incoming);
    if (request === undefined) return;
    response.sendDate = false;
    if (request.path.startsWith(CONTROL_PATH)) {
      const answer = answerControl(this.#sandbox, request);
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.body);
      return;
    }
    await this.#serve(request, response);
  }

  async #serve(request: RawRequest, response: ServerResponse): Promise<void> {
    const { world, faults, requests } = this.#sandbox;
    const startedMs = performance.now();
    const route = routeOf(request);
    const { params } = route;
    const claimedId = /Credential=([^/,]+)\//.exec(request.headers.authorization ?? '')?.[1];
    const owner = claimedId === undefined ? undefined : ownerOf(this.#sandbox, claimedId);
    const effect = faults.strike({
      operation: route.operationName,
      user: params.UserName ?? world.key(params.AccessKeyId ?? '')?.userName ?? owner?.userName,
      account: owner?.account,
      resource: params.RoleArn ?? params.SecretId ?? params.Name ?? params.AccountId,
    });
    const entry = requests.open({
      at: world.clock.now().toISOString(),
      account: owner?.account,
      accessKeyId: owner?.accessKeyId ?? claimedId,
      service: route.service.name,
      operation: route.operationName,
      params,
      access: route.operation?.access ?? 'unknown',
      userAgent: request.headers['user-agent'],
      fault: effect?.kind,
    });
    response.on('finish', () => {
      entry.durationMs = performance.now() - startedMs;
    });
    const job = { request, route, isDenied: effect?.kind === 'access-denied' };
    await this.timers.sleep(world.settings.latencyMs);
    await this.#carryOut(job, effect, entry, response);
  }

  async #carryOut(
    job: Job,
    effect: FaultEffect | undefined,
    entry: LoggedRequest,
    response: ServerResponse,
  ): Promise<void> {
    const refusal = refusalOf(effect);
    if (refusal !== undefined) {
      return this.#send(refusalAnswer(this.#sandbox.world, job.route, refusal), entry, response);
    }
    switch (effect?.kind) {
      case 'hang':
        return;
      case 'reset':
        return cut(response);
      case 'late-commit':
        cut(response);
        await this.timers.sleep(effect.afterMs);
        this.#work(job, entry);
        return;
      case 'drop-reply':
        this.#work(job, entry);
        return cut(response);
      case 'error-after-commit':
        this.#work(job, entry);
        return this.#send(
          refusalAnswer(this.#sandbox.world, job.route, serviceFailure()),
          entry,
          response,
        );
      case 'truncate-body':
        return this.#sendHalf(this.#work(job, entry), entry, response);
      case 'slow-body':
        return this.#sendSlowly(this.#work(job, entry), effect.durationMs, entry, response);
      case 'delay-reply': {
        const answer = this.#work(job, entry);
        await this.timers.sleep(effect.durationMs);
        return this.#send(answer, entry, response);
      }
      case 'delay':
        await this.timers.sleep(effect.durationMs);
        return this.#send(this.#work(job, entry), entry, response);
      default:
        return this.#send(this.#work(job, entry), entry, response);
    }
  }

  #work(job: Job, entry: LoggedRequest): Answer {
    // What the workloads have done by now comes before what this call changes.
    this.#sandbox.workloads.catchUp();
    const answer = perform(this.#sandbox.world, this.#buckets, job);
    entry.done = answer.errorCode === undefined;
    entry.errorCode = answer.errorCode;
    return answer;
  }

  #head(answer: Answer, entry: LoggedRequest, response: ServerResponse): void {
    entry.status = answer.status;
    entry.errorCode = answer.errorCode;
    response.writeHead(answer.status, {
      ...answer.headers,
      'content-length': Buffer.byteLength(answer.body),
      // The signature clock, because clients correct their own skew by this header.
      date: new Date(this.#sandbox.world.clock.signatureNowMs()).toUTCString(),
    });
  }

  #send(answer: Answer, entry: LoggedRequest, response: ServerResponse): void {
    this.#head(answer, entry, response);
    response.end(answer.body);
  }

  #sendHalf(answer: Answer, entry: LoggedRequest, response: ServerResponse): void {
    this.#head(answer, entry, response);
    response.write(answer.body.slice(0, answer.body.length / 2), () => cut(response));
  }

  async #sendSlowly(
    answer: Answer,
    durationMs: number,
    entry: LoggedRequest,
    response: ServerResponse,
  ): Promise<void> {
    this.#head(answer, entry, response);
    const body = Buffer.from(answer.body);
    const pieceSize = Math.ceil(body.length / SLOW_BODY_PIECES);
    for (let start = 0; start < body.length; start += pieceSize) {
      response.write(body.subarray(start, start + pieceSize));
      await this.timers.sleep(durationMs / SLOW_BODY_PIECES);
    }
    response.end();
  }
}

function refusalOf(effect: FaultEffect | undefined): Refusal | undefined {
  if (effect?.kind === 'throttle') return throttled();
  if (effect?.kind !== 'error') return undefined;
  const { code = 'ServiceFailure', status = 500 } = effect;
  return new Refusal(code, status, effect.message ?? serviceFailure().message);
}

function serviceFailure(): Refusal {
  return new Refusal(
    'ServiceFailure',
    500,
    'The request processing has failed because of an unknown error, exception or failure.',
  );
}

function cut(response: ServerResponse): void {
  response.socket?.resetAndDestroy();
}

interface Owner {
  readonly account: string;
  /** As the world has it: a part of the request's text would keep all of it in memory. */
  readonly accessKeyId: string;
  readonly userName: string | undefined;
}

function ownerOf({ world }: Controlled, accessKeyId: string): Owner | undefined {
  const key = world.key(accessKeyId);
  if (key !== undefined) {
    return { account: key.accountId, accessKeyId: key.id, userName: key.userName };
  }
  const session = world.sessions.get(accessKeyId);
  if (session === undefined) return undefined;
  const { accountId, accessKeyId: ownId } = session;
  return { account: accountId, accessKeyId: ownId, userName: undefined };
}

/** The request with its whole body; undefined when the client went away while sending it. */
async function readRequest(incoming: IncomingMessage): Promise<RawRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const [path = '/', ...query] = (incoming.url ?? '/').split('?');
  return {
    method: incoming.method ?? 'GET',
    path,
    query: query.join('?'),
    headers: Object.fromEntries(
      Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    ),
    body: Buffer.concat(chunks),
  };
}
