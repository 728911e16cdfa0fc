// The programs of the users in worlds where old keys go when they are quiet (I15): each has a pair, signs with
// it every now and then, and reads its place again more or less often, or never.

import type { Dice } from './dice.ts';
import { isInUse } from './operator.ts';
import { DAY_MS, HOUR_MS, type Stage } from './stage.ts';
import type { SimKey, SimUser } from './world.ts';

interface Program {
  readonly user: SimUser;
  readonly everyMs: number;
  /** Infinite for one that reads its place when it starts, and never again. */
  readonly readsEveryMs: number;
  held: SimKey | undefined;
  worksAtMs: number;
  readsAtMs: number;
}

/** Programs look at the time so often. */
const STEP_MS = 6 * HOUR_MS;
const WORK_EVERY_MS = [STEP_MS, DAY_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS];
/** Rarer than once a month. */
const SELDOM_MS = 45 * DAY_MS;
const READ_EVERY_MS = [DAY_MS, 2 * DAY_MS, 10 * DAY_MS, Number.POSITIVE_INFINITY];

export class Programs {
  readonly #stage: Stage;
  readonly #dice: Dice;
  readonly #later: Dice;
  readonly #programs = new Map<SimUser, Program>();

  constructor(stage: Stage, dice: Dice, later: Dice) {
    this.#stage = stage;
    this.#dice = dice;
    this.#later = later;
  }

  /** Time passes, and the programs work. */
  async pass(durationMs: number): Promise<void> {
    const { schedule } = this.#stage;
    for (let leftMs = durationMs; leftMs > 0; leftMs -= STEP_MS) {
      await schedule.pass(Math.min(STEP_MS, leftMs));
      this.work();
    }
  }

  /** Each program does what it is time for. */
  work(): void {
    for (const user of this.#stage.world.users.values()) this.#work(this.#programOf(user));
  }

  /** Whether a program has the key that will never read another one. */
  isHeldForEver(key: SimKey): boolean {
    return [...this.#programs.values()].some(
      ({ held, readsEveryMs }) => held === key && readsEveryMs === Number.POSITIVE_INFINITY,
    );
  }

  #work(program: Program): void {
    const { nowMs } = this.#stage.schedule;
    if (program.held === undefined || nowMs >= program.readsAtMs) {
      program.held = this.#keyInPlaceOf(program.user) ?? program.held;
      program.readsAtMs = nowMs + program.readsEveryMs;
    }
    const { held } = program;
    if (held === undefined || nowMs < program.worksAtMs) return;
    program.worksAtMs = nowMs + program.everyMs;
    if (!held.isDeleted && held.status === 'Active') held.usesMs.push(nowMs);
  }

  /** The latest key of which its readers can have the secret. */
  #keyInPlaceOf(user: SimUser): SimKey | undefined {
    return this.#stage.world
      .present(user)
      .filter((key) => key.status === 'Active' && (isInUse(this.#stage, key) || this.#isOut(key)))
      .toSorted((one, other) => one.createdAtMs - other.createdAtMs)
      .at(-1);
  }

  /** A rotation has handed it out: the hand-off is the place where its reader finds it. */
  #isOut(key: SimKey): boolean {
    const { referee } = this.#stage;
    const records = referee.recordsOf(key.user);
    const made = records.find(
      ({ step }) =>
        (step.type === 'created' || step.type === 'adopted') && step.newKeyId === key.id,
    );
    const isDelivered = records.some(
      ({ step, rotation }) => step.type === 'delivered' && rotation === made?.rotation,
    );
    return made !== undefined && isDelivered && referee.isSafe(key);
  }

  #programOf(user: SimUser): Program {
    let program = this.#programs.get(user);
    if (program === undefined) {
      const often = this.#dice.pick(WORK_EVERY_MS);
      const everyMs = this.#later.chance(0.2) ? SELDOM_MS : often;
      const readsEveryMs = this.#dice.pick(READ_EVERY_MS);
      program = { user, everyMs, readsEveryMs, held: undefined, worksAtMs: 0, readsAtMs: 0 };
      this.#programs.set(user, program);
    }
    return program;
  }
}
