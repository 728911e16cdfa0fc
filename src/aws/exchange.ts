// One request and its whole answer, with time limits for every part of it. Failures have the names and codes
// that the SDK's handler gives them, so that one reading serves both.

import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { steadyMs, timer } from '../base/clock.ts';
import { onAbort } from '../base/on-abort.ts';
import type { AnswerHead } from '../http/answer-reader.ts';
import type { Asker, Connection } from '../http/connection.ts';
import type { Connections, Origin } from '../http/connections.ts';
import { isHeaderText } from '../http/header-text.ts';
import type { Route } from '../http/proxies.ts';
import { CallFailure } from './call-failure.ts';

export interface ExchangeOptions {
  readonly connections: Connections;
  readonly route: Route;
  readonly connectionMs: number;
  /** From sending until the answer's head, and from there to its last byte. */
  readonly requestMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What breaks off while a request is written or its answer awaited; the SDK calls it a time-out. */
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Resolves with a body of bytes. A failure after the answer's head has its status in `$metadata`. */
export function exchange(asked: HttpRequest, options: ExchangeOptions): Promise<HttpResponse> {
  const { connections, route, connectionMs, requestMs, signal } = options;
  return new Promise((resolve, reject) => {
    const request = written(asked);
    const dialing = route.kind === 'proxy' ? new AbortController() : undefined;
    const taken = connections.take(originOf(asked), route, dialing?.signal);
    let connection: Connection | undefined;
    let head: AnswerHead | undefined;
    let headAt = 0;
    let isOver = false;

    const finish = (): void => {
      isOver = true;
      stopTimer();
      ignoreSignal();
    };
    const fail = (error: Error): void => {
      if (isOver) return;
      finish();
      reject(head === undefined ? named(error) : withStatus(error, head));
    };
    const giveUp = (error: Error): void => {
      fail(error);
      if (connection === undefined) dialing?.abort();
      else connection.end(error);
    };
    const onTime = (): void => {
      // Most answers come with their head, so the body's own limit is looked at when the first has passed.
      const leftMs = head === undefined ? 0 : headAt + requestMs - steadyMs();
      if (leftMs > 0) stopTimer = timer(leftMs, onTime);
      else if (connection === undefined) giveUp(neverSent(requestMs));
      else giveUp(timeUp(requestMs, head === undefined ? 'ETIMEDOUT' : undefined));
    };
    let stopTimer = timer(requestMs, onTime);
    const abort = (): void => giveUp(aborted(signal?.reason));
    const ignoreSignal = onAbort(signal, abort);

    const asker: Asker = {
      onHead: (found) => {
        head = found;
        headAt = steadyMs();
      },
      onAnswer: ({ head: { status: statusCode, reason, headers }, body }) => {
        finish();
        resolve(new HttpResponse({ statusCode, reason, headers, body }));
      },
      onFailure: fail,
    };
    const ask = (taken: Connection): void => {
      connection = taken;
      // It was given up meanwhile, and nothing of it has left.
      if (isOver) taken.end(aborted(signal?.reason));
      else {
        limitConnecting(taken, connectionMs, giveUp);
        taken.ask(request, asker);
      }
    };
    if (taken instanceof Promise) taken.then(ask).catch(fail);
    else ask(taken);
  });
}

function originOf({ protocol, hostname, port }: HttpRequest): Origin {
  const isSecure = protocol === 'https:';
  const host = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  return { isSecure, host, port: port ?? (isSecure ? 443 : 80) };
}

/** As HTTP/1.1 writes it. Throws for a header that HTTP does not take. */
function written(request: HttpRequest): string {
  const { method, path, query, headers, body } = request;
  if (!isHeaderText(Object.values(headers).join(''))) {
    // Nothing of it is told: it may be a secret.
    throw new CallFailure('Error', 'a header that HTTP does not take', {
      code: 'ERR_INVALID_CHAR',
    });
  }
  let lines = `${method} ${withQuery(path, query)} HTTP/1.1`;
  for (const name in headers) lines += `\r\n${name}: ${headers[name]}`;
  return `${lines}\r\nconnection: keep-alive\r\n\r\n${body}`;
}

/** The calls themselves have no query; an address of somebody's own may. */
function withQuery(path: string, query: HttpRequest['query']): string {
  if (Object.keys(query).length === 0) return path;
  return `${path}?${new URLSearchParams(query as Record<string, string>)}`;
}

/** The limit holds for a connection that has still to be made. */
function limitConnecting({ socket }: Connection, limitMs: number, fail: (error: Error) => void) {
  if (!socket.connecting) return;
  const stop = timer(limitMs, () => fail(timeUp(limitMs)));
  socket.once('connect', stop);
  socket.once('close', stop);
}

function named(error: NodeJS.ErrnoException): Error {
  if (!BROKEN_OFF.has(error.code ?? '') || error instanceof CallFailure) return error;
  return Object.assign(error, { name: 'TimeoutError' });
}

function withStatus(error: Error, { status, headers }: AnswerHead): Error {
  const requestId = headers['x-amzn-requestid'];
  return Object.assign(error, { $metadata: { httpStatusCode: status, requestId } });
}

function timeUp(limitMs: number, code?: string): Error {
  const more = code === undefined ? {} : { code };
  return new CallFailure('TimeoutError', `not done within ${limitMs} ms`, more);
}

/** A proxy has not answered by then: as with other connections that fail, nothing has left (I2). */
function neverSent(limitMs: number): Error {
  return Object.assign(timeUp(limitMs, 'ETIMEDOUT'), { syscall: 'connect' });
}

function aborted(cause: unknown): Error {
  return new CallFailure('AbortError', 'Request aborted', { cause });
}
