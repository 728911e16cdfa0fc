// One request and its answer on the wire, with a limit for every wait. It never throws: what happened is
// told as facts, foremost whether the request may have been received.

import { type ClientRequest, request as plainRequest, type RequestOptions } from 'node:http';
import { request as secureRequest } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { failedToConnect } from './connect-errors.ts';

export interface WireLimits {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** From the beginning to the last byte of the answer. */
  readonly requestMs: number;
  readonly bytesMax: number;
}

export interface WireRequest {
  readonly options: RequestOptions & { readonly isPlain: boolean };
  readonly body: string | undefined;
  readonly limits: WireLimits;
  /** Ends it early; left out for what must not be given up half-way. */
  readonly signal?: AbortSignal | undefined;
}

export type Exchanged =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
      readonly text: string;
    }
  | LostExchange;

export interface LostExchange {
  readonly kind: 'lost';
  /** Whether the request may have been received. */
  readonly isSent: boolean;
  readonly networkCode: string | undefined;
  readonly proxyStatus: number | undefined;
  /** In words, where the network has no code for it. */
  readonly words?: string | undefined;
  /** What it does instead of answering whole, once it has begun to, in words that can follow its name. */
  readonly instead?: string | undefined;
  /** Whether the same would come of it again. */
  readonly isHopeless: boolean;
}

const TOO_SLOW = 'no answer within the time limit';
const TOO_SLOW_TO_CONNECT = 'no connection within the time limit';

export function exchange({ options, body, limits, signal }: WireRequest): Promise<Exchanged> {
  return new Promise((resolve) => {
    let isConnected = false;
    let isOver = false;
    let request: ClientRequest | undefined;
    const timeUp = AbortSignal.timeout(limits.requestMs);
    const connectTimeUp = AbortSignal.timeout(limits.connectMs);
    const onStop = (): void => lose({ words: 'the run was ended' });
    const onTimeUp = (): void => lose({ words: isConnected ? TOO_SLOW : TOO_SLOW_TO_CONNECT });
    const onConnectTimeUp = (): void => {
      if (!isConnected) lose({ words: TOO_SLOW_TO_CONNECT });
    };
    const settle = (result: Exchanged): void => {
      if (isOver) return;
      isOver = true;
      signal?.removeEventListener('abort', onStop);
      timeUp.removeEventListener('abort', onTimeUp);
      connectTimeUp.removeEventListener('abort', onConnectTimeUp);
      resolve(result);
    };
    const lose = (how: Loss): void => {
      settle(lost(how, isConnected));
      request?.destroy();
    };
    signal?.addEventListener('abort', onStop, { once: true });
    timeUp.addEventListener('abort', onTimeUp, { once: true });
    connectTimeUp.addEventListener('abort', onConnectTimeUp, { once: true });
    try {
      request = (options.isPlain ? plainRequest : secureRequest)(options);
    } catch {
      // Node's own text would name the header, and a header may be a secret.
      return lose({ isHopeless: true, words: 'it has a path or a header that HTTP does not take' });
    }
    request.on('error', (error) => lose({ error }));
    request.on('socket', (socket: Socket) => {
      const connected = (): void => {
        isConnected = true;
      };
      // In doubt it counts as sent: a kept connection, or one that stands already.
      const { secureConnecting } = socket as Partial<TLSSocket & { secureConnecting: boolean }>;
      const isUnderWay = options.isPlain ? socket.connecting : secureConnecting;
      if (request?.reusedSocket === true || isUnderWay !== true) connected();
      else socket.once(options.isPlain ? 'connect' : 'secureConnect', connected);
    });
    request.on('response', (response) => {
      isConnected = true;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > limits.bytesMax)
          lose({ isHopeless: true, instead: `answers with more than ${limits.bytesMax} bytes` });
        else chunks.push(chunk);
      });
      response.on('error', (error) => lose({ error }));
      response.on('close', () => lose({ instead: 'breaks its answer off' }));
      response.on('end', () => {
        if (!response.complete) return;
        const text = Buffer.concat(chunks).toString('utf8');
        const { statusCode: status = 0, headers } = response;
        settle({ kind: 'answered', status, headers, text });
      });
    });
    request.end(body);
  });
}

interface Loss {
  readonly words?: string;
  readonly instead?: string;
  readonly error?: unknown;
  readonly isHopeless?: boolean;
}

function lost(how: Loss, isConnected: boolean): LostExchange {
  const error = (how.error ?? {}) as NodeJS.ErrnoException & { proxyStatus?: unknown };
  const { code, proxyStatus } = error;
  return {
    kind: 'lost',
    isHopeless: how.isHopeless ?? false,
    isSent: isConnected && !failedToConnect(error),
    networkCode: typeof code === 'string' ? code : undefined,
    proxyStatus: typeof proxyStatus === 'number' ? proxyStatus : undefined,
    instead: how.instead,
    words: how.words ?? (typeof code === 'string' ? code : 'the connection broke'),
  };
}
