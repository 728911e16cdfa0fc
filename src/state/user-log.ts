// The journal of one user for its only writer, whatever the store: what a record has besides its step, that
// no record damages the journal, and that the writer's own history has the record once it is durable.

import type { Clock } from '../base/clock.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../lifecycle/record.ts';
import { mayFollow } from '../lifecycle/rotation.ts';
import { isIntent } from '../lifecycle/trail/fact.ts';
import { asRecorded } from './record-codec.ts';
import type { UserLog } from './state-store.ts';
import type { TrailWriter } from './trail-writer.ts';

export interface Writer {
  readonly account: string;
  readonly run: string;
  readonly clock: Clock;
  readonly user: string;
  /** What is recorded so far. */
  readonly history: UserHistory;
  /** Resolves when the record is durable. */
  readonly keep: (record: JournalRecord) => Promise<void>;
  /** The same of several, which are kept in their order; left out where that takes as long as one after the other. */
  readonly keepAll?: ((records: readonly JournalRecord[]) => Promise<void>) | undefined;
  /**
   * What is recorded now. Asked before the next record when `keep` has failed: it may have kept the record
   * all the same.
   */
  readonly reread: () => Promise<readonly JournalRecord[]>;
  readonly fence: UserLog['fence'];
  /** The ARN of whoever signs the calls. */
  readonly who: string | undefined;
  /** Left out where the trail is written with the record. */
  readonly trail?: Pick<TrailWriter, 'before' | 'after'> | undefined;
}

/** Works with the journal of the user. What was noted last is durable when it resolves. */
export async function withUserLog<T>(
  writer: Writer,
  work: (log: UserLog) => Promise<T>,
): Promise<T> {
  const { history, fence } = writer;
  const log = new Appending(writer);
  let done: T;
  try {
    done = await work({
      history,
      fence,
      record: (rotation, step, plan) => log.append({ rotation, step }, plan),
      recordKey: (step, plan) => log.append({ rotation: null, step }, plan),
      note: (rotation, step, plan) => log.note({ rotation, step }, plan),
    });
  } catch (thrown) {
    // What has gone wrong before is what is to be told.
    await log.keepNoted().catch(() => undefined);
    throw thrown;
  }
  await log.keepNoted();
  return done;
}

type About =
  | { readonly rotation: string; readonly step: RotationStep }
  | { readonly rotation: null; readonly step: KeyStep };

class Appending {
  readonly #writer: Writer;
  /** In the history already, and not kept yet. */
  #noted: JournalRecord[] = [];
  /** Whether what was to be kept last may be kept or not. */
  #isUnsure = false;
  /** Why something could not be kept that the history has: nothing more is recorded then. */
  #failure: { readonly thrown: unknown } | undefined;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  async append(about: About, plan: string | undefined): Promise<void> {
    const record = await this.#next(about, plan);
    await this.#writer.trail?.before(record.step);
    await this.#keep([...this.#noted, record]);
    this.#writer.history.add(record);
    // The journal is the truth: it has the record whatever becomes of the trail.
    await this.#writer.trail?.after(record.step);
  }

  async note(about: About, plan: string | undefined): Promise<void> {
    assert(!isIntent(about.step), 'a change of a key is announced before anything is done');
    if (this.#writer.keepAll === undefined) return await this.append(about, plan);
    const record = await this.#next(about, plan);
    await this.#writer.trail?.before(record.step);
    this.#noted.push(record);
    this.#writer.history.add(record);
    await this.#writer.trail?.after(record.step);
  }

  async keepNoted(): Promise<void> {
    if (this.#noted.length > 0) await this.#keep(this.#noted);
  }

  async #keep(records: readonly JournalRecord[]): Promise<void> {
    const { keep, keepAll } = this.#writer;
    const [first, ...others] = records;
    const hadNoted = this.#noted.length > 0;
    this.#noted = [];
    this.#isUnsure = true;
    try {
      if (first !== undefined && others.length === 0) await keep(first);
      else await keepAll?.(records);
    } catch (thrown) {
      if (hadNoted) this.#failure = { thrown };
      throw thrown;
    }
    this.#isUnsure = false;
  }

  /** The record, once it is known that it may follow. */
  async #next({ rotation, step }: About, plan: string | undefined): Promise<JournalRecord> {
    const { account, run, clock, user, history, who } = this.#writer;
    const signed = who === undefined ? {} : { who };
    const about = { v: formatOf(step), at: clock.now(), run, ...signed, account, user };
    const planned = plan === undefined ? about : { ...about, plan };
    const { record } = asRecorded({ ...planned, rotation, step } as JournalRecord);
    if (this.#failure !== undefined) throw this.#failure.thrown;
    const found = this.#isUnsure ? learn(history, await this.#writer.reread()) : 0;
    this.#isUnsure = false;
    demandFollows(record, history, found > 0);
    return record;
  }
}

/** Resolves with how many were not known. */
function learn(history: UserHistory, records: readonly JournalRecord[]): number {
  const news = records.slice(history.records.length);
  for (const record of news) history.add(record);
  return news.length;
}

/**
 * Only what may follow is recorded: anything else would damage the journal for everybody. Whoever decided before
 * an earlier record turned up could not know better; otherwise it is a fault in the program.
 */
function demandFollows(record: JournalRecord, history: UserHistory, hasNews: boolean): void {
  if (record.rotation === null) return;
  const { rotation: id, step, user } = record;
  const rotation = history.find(id);
  if (mayFollow(rotation, step)) return;
  const what = `${step.type} cannot follow ${rotation?.phase ?? 'nothing'}`;
  assert(hasNews, `${what} in rotation ${id} of user ${user}`);
  throw new KeyturnError(
    'journal-write',
    `${what} in the journal of user ${user}: a record that had failed was kept after all`,
    { hint: 'run again: the next run goes on from what is recorded' },
  );
}
