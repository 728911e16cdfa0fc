// All that the store asks of its table goes through here: the same call again, byte for byte, while nobody
// knows what became of it, and what fails for good in the words of this room. The client itself never
// sends twice: its budget for that is shared by all calls, and runs dry.

import type {
  AwsTables,
  ItemKey,
  TableItem,
  TableQuery,
  TableWrite,
  TableWritten,
  Unsure,
} from '../../base/aws-tables.ts';
import { type Clock, machineClock } from '../../base/clock.ts';
import type { ErrorCode } from '../../base/error-codes.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { newId } from '../../base/new-id.ts';
import { inWords, wordedError } from '../../custody/in-words.ts';
import { ServerTime } from './server-time.ts';

export interface TableParts {
  readonly tables: AwsTables;
  readonly name: string;
  /** Apart from the first, or the same. */
  readonly custodyName: string;
  readonly clock: Clock;
  /** Spreads those who were refused at once; a simulation puts its own in its place. */
  readonly random?: () => number;
  readonly steady?: () => number;
  /** For tests: half an hour, and the quarter of an hour for which AWS takes a signature. */
  readonly leaseMs?: number;
  readonly signatureLifeMs?: number;
}

/** What is being done, for the error of one that fails for good. */
export interface Doing {
  readonly code: ErrorCode;
  /** As in `the journal of user alice cannot be written`. */
  readonly what: string;
}

/** A write that took place, or was refused by its conditions. */
export type Settled = Exclude<TableWritten, Unsure>;

/** What the users of a dead process wait for. Twice what a change of a key needs. */
export const LEASE_MS = 30 * 60_000;
/** IAM refuses a request this long after the time that its signature bears. */
const SIGNATURE_LIFE_MS = 15 * 60_000;
const BROKEN_MAX = 8;
/** One that is refused for its rate has not failed: about two minutes of waiting. */
const THROTTLED_MAX = 30;
const PAUSE_FIRST_MS = 100;
const PAUSE_MS_MAX = 5_000;

export class Table {
  readonly name: string;
  readonly custodyName: string;
  readonly time: ServerTime;
  readonly leaseMs: number;
  readonly signatureLifeMs: number;
  readonly #tables: AwsTables;
  readonly #clock: Clock;
  readonly #random: () => number;

  constructor(parts: TableParts) {
    const { tables, name, custodyName, clock, random = Math.random, steady } = parts;
    this.leaseMs = parts.leaseMs ?? LEASE_MS;
    this.signatureLifeMs = parts.signatureLifeMs ?? SIGNATURE_LIFE_MS;
    this.name = name;
    this.custodyName = custodyName;
    this.time = new ServerTime(clock, steady);
    this.#tables = tables;
    this.#clock = machineClock(clock);
    this.#random = random;
  }

  /** Spreads those who were refused at once. */
  random(): number {
    return this.#random();
  }

  get region(): string {
    return this.#tables.region;
  }

  async get(table: string, key: ItemKey, doing: Doing): Promise<TableItem | undefined> {
    const read = await this.#settled(() => this.#tables.get(table, key), doing);
    return read.value;
  }

  /** Every page of it. */
  async query(query: TableQuery, doing: Doing): Promise<readonly TableItem[]> {
    const found: TableItem[] = [];
    let after: ItemKey | undefined;
    do {
      const asked = { ...query, after };
      const { value: page } = await this.#settled(() => this.#tables.query(asked), doing);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined);
    return found;
  }

  /**
   * One write, or several of which all take place or none. The token names them: a record that carries it
   * tells whoever finds it that it was written by this very call.
   */
  async write(writes: readonly TableWrite[], doing: Doing, token = newId()): Promise<Settled> {
    return await this.#settled(() => this.#tables.write(writes, token), doing);
  }

  async #sent<T>(send: () => Promise<T>, doing: Doing): Promise<T> {
    try {
      return await send();
    } catch (thrown) {
      if (!(thrown instanceof KeyturnError)) throw thrown;
      if (!isMissing(thrown)) throw wordedError(thrown, doing.code, doing.what);
      const place = `dynamodb:${this.name}@${this.region}`;
      throw new KeyturnError(doing.code, `${doing.what}: ${thrown.message}`, {
        cause: thrown,
        hint: [
          'check name and region; or make what is missing:',
          command('keyturn', 'state', 'init', '--create', '--state', place),
        ],
      });
    }
  }

  async #settled<T extends { readonly kind: string; readonly at: Date | undefined }>(
    send: () => Promise<T | Unsure>,
    doing: Doing,
  ): Promise<Exclude<T, Unsure>> {
    let broken = 0;
    let throttled = 0;
    for (;;) {
      const answer = await this.#sent(send, doing);
      this.time.learn(answer.at);
      if (!isUnsure(answer)) return answer as Exclude<T, Unsure>;
      if (answer.isThrottled) throttled += 1;
      else broken += 1;
      if (broken >= BROKEN_MAX || throttled >= THROTTLED_MAX)
        throw wordedError(answer.error, doing.code, doing.what);
      const pauseMs = Math.min(PAUSE_MS_MAX, PAUSE_FIRST_MS * 2 ** (broken + throttled - 1));
      await this.#clock.sleep(pauseMs * (0.5 + this.#random() / 2));
    }
  }
}

/** A table that does not exist is made by a command, which needs to be told which. */
function isMissing({ cause }: KeyturnError): boolean {
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : '';
  return code === 'ResourceNotFoundException';
}

function isUnsure(answer: { readonly kind: string }): answer is Unsure {
  return answer.kind === 'unsure';
}

/** A failure of something beside the table, such as the key of its secrets, in the same words. */
export async function inWordsOf<T>({ code, what }: Doing, work: () => Promise<T>): Promise<T> {
  return await inWords(code, what, work);
}
