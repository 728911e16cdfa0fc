// The audit trail of an account in files. Whoever holds its claim tells all that the journal has and the trail has
// not, whoever recorded it: so the trail is in the order of the journal, and its last line that tells of a record is
// the place in the journal up to which all is told.

import { type Clock, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { newId } from '../../base/new-id.ts';
import type { JournalRecord } from '../../lifecycle/record.ts';
import {
  type Actor,
  COMPACTED,
  COPIED,
  type Decision,
  decided,
  factOf,
  RotationsKeys,
  recordHash,
  whyBegun,
} from '../../lifecycle/trail/fact.ts';
import {
  BEGAN,
  chainAll,
  newHead,
  TORN,
  type TrailFact,
  type TrailLine,
} from '../../lifecycle/trail/line.ts';
import { readRecord } from '../record-codec.ts';
import type { ClaimFiles } from './claim-files.ts';
import type { MadeClaim } from './claim-owner.ts';
import { whileHeld } from './claims.ts';
import type { FileJournal, Shortened } from './journal.ts';
import type { JournalListener } from './journal-reader.ts';
import { SPACE_HINT, type TrailFile, tornDetail } from './trail-file.ts';

const CLAIM_NAME = 'trail.claim';
/** Far less than for how long a claim is respected. */
const MADE_FOR_MS = 10 * 60_000;

export interface FileTrailParts {
  readonly account: string;
  readonly clock: Clock;
  readonly claims: ClaimFiles;
  readonly file: TrailFile;
  readonly journal: FileJournal;
  /** Hears of every record of the journal. */
  readonly untold: Untold;
}

/** Up to where all is told: the record with one of these hashes; before all of them where there is none. */
interface Told {
  readonly hashes: readonly string[];
  /** Whether a journal without any of them was emptied, and not replaced. */
  readonly mayBeGone?: boolean;
}

/** A line that tells where it stands in the journal. */
const REPLACED = 'journal-replaced';
const MARKS: ReadonlySet<string> = new Set([BEGAN, COMPACTED, COPIED, REPLACED]);

/** The records of the journal that were read and are not known to be told, in their order. */
export class Untold implements JournalListener {
  /** As text alone until it is known which of them are told: those are nearly all. */
  #records: (string | { readonly line: string; readonly record: JournalRecord })[] = [];
  /** The place up to which they were dropped. */
  #told: Told | undefined;

  add(record: JournalRecord, line: string): void {
    this.#records.push(this.#told === undefined ? line : { record, line });
  }

  forget(): void {
    this.#records = [];
    this.#told = undefined;
  }

  get size(): number {
    return this.#records.length;
  }

  get lastHash(): string | undefined {
    const last = this.#records.at(-1);
    return last === undefined ? undefined : recordHash(lineOf(last));
  }

  /** Drops what is told. False where the journal has no such record. */
  drop(told: Told): boolean {
    const { hashes } = told;
    if (this.#told !== undefined && this.#told.hashes.join() === hashes.join()) return true;
    const index = this.#records.findLastIndex((each) => hashes.includes(recordHash(lineOf(each))));
    if (index < 0 && hashes.length > 0 && told.mayBeGone !== true) return false;
    this.#records = this.#records.slice(index + 1);
    this.#told = told;
    return true;
  }

  /**
   * Drops what has just been told up to this place. What was recorded meanwhile stays. Where the journal was read
   * anew meanwhile without that place, the next look tells what that means.
   */
  advance(told: Told): void {
    const wasReadAnew = this.#told === undefined;
    if (!this.drop(told) && !wasReadAnew) this.#told = told;
  }

  /** None of them was told, and the trail says so; returns the place of the last one. */
  giveUp(): Told {
    const hash = this.lastHash;
    const told = { hashes: hash === undefined ? [] : [hash] };
    this.#records = [];
    this.#told = told;
    return told;
  }

  *all(): Generator<{ readonly line: string; readonly record: JournalRecord }> {
    for (const each of this.#records) {
      yield typeof each === 'string' ? { line: each, record: readRecord(each) } : each;
    }
  }
}

function lineOf(each: string | { readonly line: string }): string {
  return typeof each === 'string' ? each : each.line;
}

export class FileTrail {
  readonly #parts: FileTrailParts;
  readonly #keys = new RotationsKeys();
  #told: Told | undefined;
  #made: MadeClaim | undefined;

  constructor(parts: FileTrailParts) {
    this.#parts = parts;
  }

  /** Adds all that is recorded and not told yet, then these. Throws `trail-write`, `trail-damaged`, `state-dir`. */
  async write(facts: readonly TrailFact[], by: Actor): Promise<void> {
    await this.#alone(() => this.#add(facts, by));
  }

  /** All that is recorded, where there is a trail already. */
  async catchUp(by: Actor): Promise<void> {
    await this.#whereItIs(() => this.#add([], by));
  }

  /** The journal is about to be replaced by a shorter one: what is left out of it is told before. */
  async announce({ before, after, last }: Shortened, by: Actor): Promise<void> {
    await this.#whereItIs(async () => {
      await this.#add([], by);
      const compacted = this.#decided(COMPACTED, by, {
        record: last === undefined ? undefined : recordHash(last),
        reason: 'no decision needs the records that were dropped',
        detail: {
          ...{ before: this.#told?.hashes[0] ?? null, records_before: before },
          records_after: after,
        },
      });
      await this.#add([compacted], by);
    });
  }

  async #whereItIs(work: () => Promise<void>): Promise<void> {
    await this.#alone(async () => {
      if ((await this.#look()) !== undefined) await work();
    });
    await this.rest();
  }

  /** Nothing of this process stays beside the trail until it is written again. */
  async rest(): Promise<void> {
    const made = this.#made;
    this.#made = undefined;
    if (made !== undefined) await this.#parts.claims.unmake(made);
    await this.#parts.file.rest().catch(() => undefined);
  }

  /** One writer at a time, of all processes: its turns are short and many, so their claim is made once. */
  async #alone(work: () => Promise<void>): Promise<void> {
    const { claims: files, clock } = this.#parts;
    const acquire = async () => {
      const now = machineClock(clock).now().getTime();
      const made = this.#made;
      const ageMs = made === undefined ? 0 : now - Date.parse(made.owner.claimed_at);
      if (Math.abs(ageMs) > MADE_FOR_MS) await this.rest();
      this.#made ??= await files.make(CLAIM_NAME);
      return await files.acquireMade(CLAIM_NAME, this.#made);
    };
    await whileHeld({ files, clock, name: CLAIM_NAME, acquire }, () => this.#coded(work));
  }

  async #add(facts: readonly TrailFact[], by: Actor): Promise<void> {
    const { file, journal, untold } = this.#parts;
    const end = await this.#look();
    await journal.catchUp();
    if (end === undefined) return await this.#begin(facts, by);
    const replaced =
      this.#told === undefined || untold.drop(this.#told) ? [] : [this.#replaced(by)];
    const torn = end.torn === '' ? [] : [this.#decided(TORN, by, { detail: tornDetail(end.torn) })];
    const told = [...torn, ...replaced, ...(await this.#untold()), ...facts];
    if (told.length === 0) return;
    const { texts, head } = chainAll(end.head, told);
    await file.append(texts, head);
    this.#advance(told);
  }

  /** What stands in the journal before the trail is not in it, and its first line says so. */
  async #begin(facts: readonly TrailFact[], by: Actor): Promise<void> {
    const { file, untold, account } = this.#parts;
    const trail = newId();
    const { size } = untold;
    const began = this.#decided(BEGAN, by, {
      record: untold.lastHash,
      reason: whyBegun(size),
      detail: { trail, records_before: size },
    });
    const told = [began, ...facts];
    const { texts, head } = chainAll(newHead(account, trail), told);
    await file.begin(texts, head);
    this.#advance(told);
  }

  async #look() {
    const looked = await this.#parts.file.look(marksPlace);
    const line = looked?.added.findLast(marksPlace);
    if (line !== undefined) this.#told = placeOf(line);
    return looked?.end;
  }

  /** The journal is another one than the trail tells of: restored, or put there by hand. */
  #replaced(by: Actor): TrailFact {
    const { untold } = this.#parts;
    const { size } = untold;
    const [record] = untold.giveUp().hashes;
    return this.#decided(REPLACED, by, {
      record,
      reason: 'the journal does not have the record that was told last',
      detail: { records: size },
    });
  }

  #decided(step: string, by: Actor, more: Omit<Decision, 'step' | 'at'>): TrailFact {
    return decided({ step, at: this.#parts.clock.now(), ...more }, by);
  }

  async #untold(): Promise<readonly TrailFact[]> {
    const facts: TrailFact[] = [];
    for (const { record, line } of this.#parts.untold.all()) {
      const { rotation, user } = record;
      this.#keys.learn(record);
      if (rotation !== null && this.#keys.of(rotation) === undefined) {
        this.#keys.learnFrom(rotation, await this.#parts.journal.historyOf(user));
      }
      facts.push(factOf(record, line, this.#keys.of(rotation)));
    }
    return facts;
  }

  #advance(told: readonly TrailFact[]): void {
    const last = told.findLast(marksPlace);
    if (last !== undefined) this.#told = placeOf(last);
    if (this.#told !== undefined) this.#parts.untold.advance(this.#told);
  }

  async #coded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      throw new KeyturnError(
        'trail-write',
        `audit trail ${this.#parts.file.path} cannot be written: ${systemReason(error)}`,
        { cause: error, hint: SPACE_HINT },
      );
    }
  }
}

function marksPlace({ step, record }: TrailFact): boolean {
  return record !== null || MARKS.has(step);
}

/** After a compaction the journal ends with its last record, before it with another one. */
function placeOf({ record, step, detail }: TrailFact | TrailLine): Told {
  const hashes = record === null ? [] : [record];
  if (step !== COMPACTED) return { hashes };
  if (typeof detail.before === 'string') hashes.push(detail.before);
  return { hashes, mayBeGone: record === null };
}
