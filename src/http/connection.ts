// One connection to one place: a request after the other, each with its whole answer.

import type { Socket } from 'node:net';
import { steadyMs } from '../base/clock.ts';
import { type Answer, type AnswerHead, AnswerReader } from './answer-reader.ts';

/** Whoever waits for an answer. It hears of the end exactly once: the answer, or what went wrong. */
export interface Asker {
  onHead(head: AnswerHead): void;
  onAnswer(answer: Answer): void;
  onFailure(error: Error): void;
}

export interface ConnectionEvents {
  /** It has answered, and may be asked again. */
  onFree(): void;
  /** It can be asked no more. */
  onOver(): void;
}

export class Connection {
  /** Until when the other side promises to keep it while nobody asks, in `steadyMs()`. */
  keptUntil = Number.POSITIVE_INFINITY;
  readonly socket: Socket;
  readonly #events: ConnectionEvents;
  readonly #reader: AnswerReader;
  #asker: Asker | undefined;
  #isOver = false;

  constructor(socket: Socket, events: ConnectionEvents) {
    this.socket = socket;
    this.#events = events;
    this.#reader = new AnswerReader({
      onHead: (head) => this.#asker?.onHead(head),
      onAnswer: (answer, isLast) => this.#answered(answer, isLast),
    });
    socket.on('data', (bytes: Buffer) => this.take(bytes));
    socket.on('error', (error: Error) => this.end(error));
    // Not only when it is closed: that waits for what is still to be written, and nobody may read it any more.
    socket.on('end', () => {
      // TLS has its own words for an end before it has begun.
      if (!socket.destroyed) this.#closed();
    });
    socket.on('close', () => this.#closed());
  }

  /** Sends a request as it is written on the wire. */
  ask(request: string, asker: Asker): void {
    this.#asker = asker;
    this.socket.ref();
    this.socket.write(request, 'latin1');
  }

  /** What was read from the socket, for sockets that read into a buffer that they are given. */
  take(bytes: Buffer): void {
    if (this.#isOver) return;
    try {
      // Whoever speaks unasked is not understood when asked.
      if (this.#asker === undefined) throw hungUp();
      this.#reader.take(bytes);
    } catch (thrown) {
      this.end(thrown as Error);
    }
  }

  /** Ends it for good; whoever still waits for an answer is told why, or that the other side hung up. */
  end(error?: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.socket.destroy();
    const asker = this.#asker;
    this.#asker = undefined;
    this.#events.onOver();
    asker?.onFailure(error ?? hungUp());
  }

  #answered(answer: Answer, isLast: boolean): void {
    const asker = this.#asker;
    this.#asker = undefined;
    if (isLast) this.end();
    else {
      const { 'keep-alive': kept } = answer.head.headers;
      if (kept !== undefined) this.keptUntil = endOf(kept);
      // A process does not stay for a connection that nobody uses.
      this.socket.unref();
      this.#events.onFree();
    }
    asker?.onAnswer(answer);
  }

  #closed(): void {
    try {
      if (this.#asker !== undefined) this.#reader.end();
    } catch {
      // The answer is cut off, and that is told like any other end.
    }
    this.end();
  }
}

/** As in `timeout=5, max=100`, a second less: the other side may count from before we do. */
function endOf(kept: string): number {
  const seconds = /(?:^|[,\s])timeout=(\d+)/.exec(kept)?.[1];
  return seconds === undefined
    ? Number.POSITIVE_INFINITY
    : steadyMs() + (Number(seconds) - 1) * 1_000;
}

/** Whoever still waits for an answer gets none; as Node codes it. */
export class BrokenConnection extends Error {
  readonly code = 'ECONNRESET';
}

function hungUp(): Error {
  return new BrokenConnection('socket hang up');
}
