// One request and its whole answer over Node's own HTTP, with time limits for every part of it. Failures
// have the names and codes that the SDK's handler gives them, so that one reading serves both.

import {
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  request as overHttp,
} from 'node:http';
import { request as overHttps } from 'node:https';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { timer } from '../base/clock.ts';
import { CallFailure } from './call-failure.ts';

export interface ExchangeOptions {
  readonly agent: Agent;
  readonly connectionMs: number;
  /** From sending until the answer's first byte, and from there to its last. */
  readonly requestMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What breaks off while a request is written or its answer awaited; the SDK calls it a time-out. */
const BROKEN_OFF = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);

/** Resolves with a body of bytes. A failure after the answer's head has its status in `$metadata`. */
export function exchange(asked: HttpRequest, options: ExchangeOptions): Promise<HttpResponse> {
  const { agent, connectionMs, requestMs, signal } = options;
  return new Promise((resolve, reject) => {
    const send = asked.protocol === 'https:' ? overHttps : overHttp;
    const request = send({ ...targetOf(asked), agent });
    let head: IncomingMessage | undefined;
    let stopTimer = timer(requestMs, () => fail(timeUp(requestMs, 'ETIMEDOUT')));

    const finish = (): void => {
      stopTimer();
      signal?.removeEventListener('abort', abort);
    };
    const fail = (thrown: Error): void => {
      finish();
      request.destroy();
      reject(head === undefined ? thrown : withStatus(thrown, head));
    };
    const abort = (): void => fail(aborted(signal?.reason));
    signal?.addEventListener('abort', abort, { once: true });

    limitConnecting(request, connectionMs, fail);
    request.on('error', (error: NodeJS.ErrnoException) => {
      fail(
        BROKEN_OFF.has(error.code ?? '') ? Object.assign(error, { name: 'TimeoutError' }) : error,
      );
    });
    request.once('response', (message) => {
      head = message;
      stopTimer();
      stopTimer = timer(requestMs, () => fail(timeUp(requestMs)));
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('error', fail);
      message.once('end', () => {
        finish();
        resolve(answerOf(message, Buffer.concat(chunks)));
      });
    });
    request.end(asked.body);
  });
}

function targetOf({ hostname, port, method, path, query, headers }: HttpRequest) {
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return {
    host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
    port,
    method,
    path: search === '' ? path : `${path}?${search}`,
    // In one piece, as they are sent: Node need not look at each of them.
    headers: Object.entries(headers).flat(),
  };
}

/** The limit holds for the socket that the request was given, when that has still to connect. */
function limitConnecting(request: ClientRequest, limitMs: number, fail: (error: Error) => void) {
  request.once('socket', (socket) => {
    if (!socket.connecting) return;
    const stop = timer(limitMs, () => fail(timeUp(limitMs)));
    socket.once('connect', stop);
    request.once('close', stop);
  });
}

function answerOf({ statusCode = -1, statusMessage, headers }: IncomingMessage, body: Buffer) {
  const single = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return new HttpResponse({
    statusCode,
    reason: statusMessage,
    headers: Object.fromEntries(single),
    body,
  });
}

function withStatus(error: Error, { statusCode, headers }: IncomingMessage): Error {
  const requestId = headers['x-amzn-requestid'];
  return Object.assign(error, { $metadata: { httpStatusCode: statusCode, requestId } });
}

function timeUp(limitMs: number, code?: string): Error {
  const more = code === undefined ? {} : { code };
  return new CallFailure('TimeoutError', `not done within ${limitMs} ms`, more);
}

function aborted(cause: unknown): Error {
  return new CallFailure('AbortError', 'Request aborted', { cause });
}
