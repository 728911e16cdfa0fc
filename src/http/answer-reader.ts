// The answers on one connection, one after the other, each of them whole.

import { HTTPParser } from 'http-parser-js';

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

export class AnswerReader {
  readonly #parser = new HTTPParser(HTTPParser.RESPONSE);
  readonly #events: AnswerEvents;
  #head: AnswerHead | undefined;
  #isLast = false;
  #pieces: Buffer[] = [];
  #answers = 0;

  constructor(events: AnswerEvents) {
    this.#events = events;
    const parser = this.#parser;
    parser[HTTPParser.kOnHeadersComplete] = (info) => this.#takeHead(info);
    parser[HTTPParser.kOnBody] = (bytes, offset, length) => {
      // A copy: the bytes lie where the next ones of any connection will be read into.
      this.#pieces.push(Buffer.from(bytes.subarray(offset, offset + length)));
    };
    parser[HTTPParser.kOnMessageComplete] = () => this.#complete();
  }

  /** Throws what keeps the bytes from being an answer. */
  take(bytes: Buffer): void {
    const before = this.#answers;
    const taken = this.#parser.execute(bytes);
    if (typeof taken !== 'number') throw asFault(taken);
    // The library loses count over a length that is no number.
    if (taken !== bytes.length) throw new AnswerFault('a length that is no number');
    // One was asked for: whatever follows it is nobody's answer, and must not become the next one's.
    if (this.#answers > before && !(this.#answers === before + 1 && this.#isBetween)) {
      throw new AnswerFault('more than an answer');
    }
  }

  /** Whether nothing of a further answer was read: two fields of the library that its types leave out. */
  get #isBetween(): boolean {
    const { state, line } = this.#parser as unknown as Readonly<Record<'state' | 'line', string>>;
    return state === 'RESPONSE_LINE' && line === '';
  }

  /** The other side sends no more: that ends an answer of unknown length. Throws where one is cut off. */
  end(): void {
    const fault = this.#parser.finish();
    if (fault !== undefined) throw asFault(fault);
  }

  #takeHead(info: Parameters<OnHead>[0]): void {
    const { statusCode: status, statusMessage: reason, headers: list, shouldKeepAlive } = info;
    const headers: Record<string, string> = {};
    for (let at = 0; at < list.length; at += 2) {
      const name = (list[at] ?? '').toLowerCase();
      const former = headers[name];
      const value = list[at + 1] ?? '';
      headers[name] = former === undefined ? value : `${former}, ${value}`;
    }
    if (status === SWITCHING_PROTOCOLS) throw new AnswerFault('another protocol');
    this.#isLast = !shouldKeepAlive;
    this.#head = { status, reason, headers };
    if (status >= OK) this.#events.onHead(this.#head);
  }

  #complete(): void {
    const head = this.#head;
    const body = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces);
    this.#head = undefined;
    this.#pieces = [];
    // 100 and 103 come before the answer itself.
    if (head === undefined || body === undefined || head.status < OK) return;
    this.#answers += 1;
    this.#events.onAnswer({ head, body }, this.#isLast);
  }
}

type OnHead = (typeof HTTPParser.prototype)[typeof HTTPParser.kOnHeadersComplete];

function asFault(error: Error): Error {
  return 'code' in error ? error : new AnswerFault(error.message);
}
