// The answers on one connection, one after the other, each of them whole.

import { HTTPParser } from 'http-parser-js';
import { isHeaderText } from './header-text.ts';

export interface AnswerHead {
  readonly status: number;
  readonly reason: string;
  /** By their names in small letters; those that come twice are joined, as HTTP takes them. */
  readonly headers: Record<string, string>;
}

export interface Answer {
  readonly head: AnswerHead;
  readonly body: Buffer;
}

export interface AnswerEvents {
  onHead(head: AnswerHead): void;
  /** `isLast` where the connection carries no further answer. */
  onAnswer(answer: Answer, isLast: boolean): void;
}

/** An answer that is no HTTP, with the kind of code that Node has for it. */
class AnswerFault extends Error {
  readonly code = 'HPE_INVALID_ANSWER';
}

const SWITCHING_PROTOCOLS = 101;
const OK = 200;
/** Whatever their headers say. */
const WITHOUT_BODY = new Set([204, 304]);
/** How the library's hook for a head says that no body follows. */
const NO_BODY = 1;

/** The library takes for a length whatever JavaScript takes for a number, and also what is none. */
const LENGTH = /^\d{1,15}$/;
const PIECE_LENGTH = /^[\da-f]{1,12}(?:;|$)/i;

/** As Node's own client reads heads. */
(HTTPParser as { encoding: string }).encoding = 'latin1';

/** Fields and steps of the library that its types leave out. */
interface Innards {
  state: string;
  readonly line: string;
  body_bytes: number | null;
  /** Undefined where the line is not yet whole. */
  consumeLine(): string | undefined;
  BODY_CHUNKHEAD(): void;
}

export class AnswerReader {
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #events: AnswerEvents;
  #head: AnswerHead | undefined;
  #isLast = false;
  #pieces: Buffer[] = [];
  /** Of the bytes that are taken now, or were taken last. */
  #hasAnswer = false;

  constructor(events: AnswerEvents) {
    this.#events = events;
    const parser = this.#parser;
    this.#innards.BODY_CHUNKHEAD = () => this.#takePieceLength();
    parser[HTTPParser.kOnHeadersComplete] = (info) => this.#takeHead(info);
    parser[HTTPParser.kOnBody] = (bytes, offset, length) => {
      // A copy: the bytes lie where the next ones of any connection will be read into.
      this.#pieces.push(Buffer.from(bytes.subarray(offset, offset + length)));
    };
    parser[HTTPParser.kOnMessageComplete] = () => this.#complete();
  }

  /** Throws what keeps the bytes from being an answer. */
  take(bytes: Buffer): void {
    this.#hasAnswer = false;
    const taken = this.#parser.execute(bytes);
    if (typeof taken !== 'number') throw asFault(taken);
    // The library loses count over a length that is no number.
    if (taken !== bytes.length) throw new AnswerFault('a length that is no number');
    // One was asked for: whatever follows it is nobody's answer, and must not become the next one's.
    if (this.#hasAnswer && !this.#isBetween) throw moreThanOne();
  }

  get #innards(): Innards {
    return this.#parser as unknown as Innards;
  }

  /** Whether nothing of a further answer was read. */
  get #isBetween(): boolean {
    const { state, line } = this.#innards;
    return state === 'RESPONSE_LINE' && line === '';
  }

  /** The other side sends no more: that ends an answer of unknown length. Throws where one is cut off. */
  end(): void {
    const fault = this.#parser.finish();
    if (fault !== undefined) throw asFault(fault);
  }

  /** In the place of the library's own, which ends an answer at what is no length, and steps back by one below zero. */
  #takePieceLength(): void {
    const line = this.#innards.consumeLine();
    if (line === undefined) return;
    if (!PIECE_LENGTH.test(line)) throw new AnswerFault('a piece whose length is no number');
    const length = Number.parseInt(line, 16);
    this.#innards.body_bytes = length;
    this.#innards.state = length === 0 ? 'BODY_CHUNKTRAILERS' : 'BODY_CHUNK';
  }

  #takeHead(info: Parameters<OnHead>[0]): number {
    if (this.#hasAnswer) throw moreThanOne();
    const { statusCode: status, statusMessage: reason, headers: list, shouldKeepAlive } = info;
    const headers: Record<string, string> = {};
    for (let at = 0; at < list.length; at += 2) {
      const name = (list[at] ?? '').toLowerCase();
      const former = headers[name];
      const value = list[at + 1] ?? '';
      headers[name] = former === undefined ? value : `${former}, ${value}`;
    }
    if (status === SWITCHING_PROTOCOLS) throw new AnswerFault('another protocol');
    if (!isHeaderText(list.join(''))) throw new AnswerFault('a header that HTTP does not have');
    const { 'content-length': length, 'transfer-encoding': coding } = headers;
    if (length !== undefined && (coding !== undefined || !LENGTH.test(length))) {
      throw new AnswerFault('a length that is none');
    }
    this.#isLast = !shouldKeepAlive;
    this.#head = { status, reason, headers };
    if (status < OK) return NO_BODY;
    this.#events.onHead(this.#head);
    return WITHOUT_BODY.has(status) ? NO_BODY : 0;
  }

  #complete(): void {
    const head = this.#head;
    const body = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#head = undefined;
    this.#pieces = [];
    // 100 and 103 come before the answer itself.
    if (head === undefined || body === undefined || head.status < OK) return;
    this.#hasAnswer = true;
    this.#events.onAnswer({ head, body }, this.#isLast);
  }
}

function moreThanOne(): Error {
  return new AnswerFault('more than an answer');
}

type OnHead = (typeof HTTPParser.prototype)[typeof HTTPParser.kOnHeadersComplete];

function asFault(error: Error): Error {
  return 'code' in error ? error : new AnswerFault(error.message);
}
