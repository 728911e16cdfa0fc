// One seed from beginning to verdict: rounds of runs with faults, then quiet, then the checks.

import { toKeyturnError } from '../../src/base/errors.ts';
import { UserHistory } from '../../src/lifecycle/history.ts';
import { Dice } from './dice.ts';
import { Disk } from './disk.ts';
import { Faults } from './faults.ts';
import { differences, notAsPlanned } from './foretold.ts';
import { configOf, drawRules, type Rules } from './governed.ts';
import { isLeftToPerson } from './left-to-person.ts';
import { Machines } from './machines.ts';
import { onDisk } from './on-disk.ts';
import type { RunResult } from './one-run.ts';
import { namesOrphans, operatorActs, undoes, useKeys } from './operator.ts';
import { planFrom, type SimPlan } from './plans.ts';
import { Programs } from './programs.ts';
import { Referee } from './referee.ts';
import { Runner, type StartedRun } from './runner.ts';
import { Schedule } from './schedule.ts';
import { ownRotations } from './secret-service.ts';
import {
  drawDueDays,
  drawMachine,
  drawRetirement,
  drawSettings,
  fillSecrets,
  populate,
} from './settings.ts';
import { SimHooks } from './sim-hooks.ts';
import type { Task } from './sim-run.ts';
import { SimTables } from './sim-tables.ts';
import type { SimulationOptions, SimulationResult } from './simulation-options.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, noCounts, STATE_DIR, type Stage } from './stage.ts';
import { Trace } from './trace.ts';
import { Vault } from './vault.ts';
import { World } from './world.ts';

export type { SimulationOptions, SimulationResult } from './simulation-options.ts';

/** More runs than any chain of crashes and repairs needs. */
const QUIET_RUNS_MAX = 12;
/** Until the old keys that nobody uses any more have gone, runs come so rarely, and so often at most. */
const GRACE_PAUSE_MS = 40 * DAY_MS;
const GRACE_PAUSES_MAX = 11;
/** So many seeds have their state in tables. */
const IN_TABLES = 0.15;
/** Besides the runs that every seed has. */
const OTHERS_MAX = 2;
const START_MS = Date.UTC(2030, 0, 1);

export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  await simulation.run();
  const { seed } = options;
  const { referee, counts, faults, trace } = simulation.stage;
  counts.mistaken = referee.deletions.mistaken;
  counts.mistakenInUse = referee.deletions.mistakenInUse;
  return { seed, violations: referee.violations, counts, faults: faults.counts, trace };
}

class Simulation {
  readonly stage: Stage;
  readonly #machines: Machines;
  readonly #runner: Runner;
  /** In worlds where old keys go when they are quiet, and in no others. */
  readonly #programs: Programs | undefined;
  #foretold = 0;
  /** In some worlds whoever brings it to rest applies plans alone. */
  readonly #isByPlans: boolean;
  /** In some worlds a configuration says when, for whom and how many. */
  readonly #rules: Rules | undefined;

  constructor({ seed, traces = false, sabotage = {}, forced }: SimulationOptions) {
    const dice = new Dice(seed);
    const schedule = new Schedule(START_MS);
    const trace = new Trace(traces);
    const world = new World(schedule, dice, trace);
    const disk = new Disk(dice, schedule, STATE_DIR);
    const vault = new Vault();
    const dueDays = drawDueDays(dice);
    populate({ world, dice, schedule }, dueDays);
    const ofGrace = new Dice(seed, 'grace');
    const settings = drawRetirement(drawSettings(world, dice, { dueDays, seed }), ofGrace);
    fillSecrets({ world, vault, dice }, settings);
    const machine = drawMachine(dice, settings);
    const ofTables = new Dice(seed, 'tables');
    const isInTables = ofTables.chance(IN_TABLES);
    const tables = isInTables ? new SimTables(ofTables, schedule) : undefined;
    this.#machines = isInTables ? Machines.several(ofTables) : Machines.only(machine);
    const medium = tables?.medium ?? onDisk(disk);
    const ofHooks = new Dice(seed, 'hooks');
    const hooks = ofHooks.chance(0.4) ? new SimHooks(ofHooks) : undefined;
    const referee = new Referee({ world, medium, vault, schedule, settings, hooks });
    const counts = noCounts();
    const later = new Dice(seed, 'later');
    const faults = new Faults({ dice, later, ofTables: isInTables ? ofTables : undefined }, forced);
    const state = { disk, medium, tables };
    const stage = { dice, schedule, trace, faults, world, ...state, vault, referee, counts, hooks };
    this.stage = stage;
    const { oldKeyFate } = settings;
    if (oldKeyFate === 'when-quiet') this.#programs = new Programs(stage, ofGrace, later);
    this.#runner = new Runner({ stage, machines: this.#machines, settings, sabotage });
    this.#isByPlans = new Dice(seed, 'by-plans').chance(1 / 3);
    const about = { users: [...world.users.keys()], oldKeyFate, startMs: START_MS };
    this.#rules = drawRules(new Dice(seed, 'rules'), about);
  }

  async run(): Promise<void> {
    const { referee } = this.stage;
    try {
      await this.#play();
    } catch (thrown) {
      const { code, message } = toKeyturnError(thrown);
      if (code !== 'journal-damaged') throw thrown;
      referee.fail('I10', `nobody can read the journal any more: ${message}`);
    }
    referee.scanState();
    referee.readsTrail();
  }

  async #play(): Promise<void> {
    const { dice, world, referee } = this.stage;
    const rules = this.#rules;
    if (rules !== undefined) {
      const config = await configOf(rules, new Date(START_MS));
      this.#runner.governed = { config, rules };
    }
    for (const user of world.users.values()) referee.look(user);
    const rounds = dice.between(2, 6) + (this.#programs === undefined ? 0 : 3);
    for (let round = 0; round < rounds && !this.#isBroken; round += 1) {
      await this.#round();
      await this.#pause(
        dice.pick([MINUTE_MS, HOUR_MS, 5 * HOUR_MS, DAY_MS, 31 * DAY_MS, 95 * DAY_MS]),
      );
    }
    if (!this.#isBroken) await this.#comeToRest();
  }

  async #pause(durationMs: number): Promise<void> {
    if (this.#programs === undefined) return await this.stage.schedule.pass(durationMs);
    // Days, too, so that keys become quiet within a seed.
    const { dice } = this.stage;
    const isOfDays = dice.chance(0.5);
    await this.#programs.pass(isOfDays ? dice.between(2, 9) * DAY_MS : durationMs);
  }

  #useKeys(): void {
    if (this.#programs === undefined) useKeys(this.stage);
    else this.#programs.work();
  }

  get #isBroken(): boolean {
    return this.stage.referee.violations.length > 0;
  }

  /** Some runs at about the same time, each of which may die, with everything that goes wrong. */
  async #round(): Promise<void> {
    const { dice, faults, disk, schedule } = this.stage;
    this.#useKeys();
    schedule.after(dice.below(15 * MINUTE_MS), () => {
      if (faults.areOn) this.#useKeys();
    });
    operatorActs(this.stage, 10 * MINUTE_MS);
    ownRotations(this.stage, MINUTE_MS);
    this.#moveClock();
    if (faults.hit('disk-full')) {
      schedule.after(dice.below(5 * MINUTE_MS), () => {
        disk.isFull = faults.areOn;
      });
      schedule.after(dice.below(HOUR_MS), () => {
        disk.isFull = false;
      });
    }
    if (faults.hit('power-cut')) {
      schedule.after(dice.below(MINUTE_MS), () => {
        if (faults.areOn) this.#cutPower();
      });
    }
    if (this.stage.hooks?.isAnswered() === true) await this.#answerHooks();
    const plan = faults.hit('old-plan') ? await this.#plan() : undefined;
    const runs = [this.#runner.start({ kind: 'rotate' })];
    if (plan !== undefined) runs.push(this.#callLater(() => ({ kind: 'apply', plan })));
    const undo = faults.hit('operator-undoes') ? undoes : undefined;
    const word = faults.hit('operator-names-orphans') ? namesOrphans : undefined;
    for (const task of [undo, word]) if (task !== undefined) runs.push(this.#callLater(task));
    if (faults.hit('second-process')) {
      await schedule.pass(dice.below(20_000));
      runs.push(this.#runner.start({ kind: 'rotate' }));
    }
    runs.push(...this.#otherMachines());
    await schedule.runUntil(() => this.#isBroken || runs.every(({ isOver }) => isOver));
    disk.isFull = false;
    if (this.#machines.isVolatile && !this.#isBroken) this.#leaveMachine();
  }

  /** Where state is in tables, other machines run at the same time, or after a moment. */
  #otherMachines(): readonly StartedRun[] {
    const { tables } = this.stage;
    if (tables === undefined) return [];
    const { dice } = tables;
    return Array.from({ length: dice.below(OTHERS_MAX + 1) }, () =>
      this.#callLater(() => ({ kind: 'rotate' }), dice.below(dice.pick([100, MINUTE_MS, HOUR_MS]))),
    );
  }

  /** What a dry run says now; undefined where it fails, or dies. */
  async #plan(): Promise<SimPlan | undefined> {
    const { schedule } = this.stage;
    const dry = this.#runner.start({ kind: 'dry-run' });
    await schedule.runUntil(() => this.#isBroken || dry.isOver);
    return dry.result?.fatal === undefined ? dry.result && planFrom(dry.result) : undefined;
  }

  /** A person who is asked whether a hook was done looks, and says so. */
  async #answerHooks(): Promise<void> {
    if (this.stage.hooks === undefined) return;
    const answer = this.#runner.start({ kind: 'answer' });
    await this.stage.schedule.runUntil(() => this.#isBroken || answer.isOver);
  }

  /** A person calls another command, if there is reason to, beside the runs or soon after them. */
  #callLater(
    task: (stage: Stage) => Task | undefined,
    delayMs = this.stage.dice.below(20 * MINUTE_MS),
  ): StartedRun {
    const { faults, schedule } = this.stage;
    let called: StartedRun | 'waiting' | undefined = 'waiting';
    schedule.after(delayMs, () => {
      const asked = faults.areOn ? task(this.stage) : undefined;
      called = asked && this.#runner.start(asked);
    });
    return {
      get isOver() {
        return called === undefined || (called !== 'waiting' && called.isOver);
      },
      result: undefined,
    };
  }

  #moveClock(): void {
    const { dice, faults, schedule } = this.stage;
    const machine = this.#machines.next();
    if (faults.hit('clock-jump')) {
      schedule.after(dice.below(2 * MINUTE_MS), () => {
        if (faults.areOn) machine.offsetMs = dice.between(-4 * MINUTE_MS, 4 * MINUTE_MS);
      });
    }
    machine.mayClaimsHaveExpired = false;
    if (!faults.hit('clock-beyond')) return;
    schedule.after(dice.below(2 * MINUTE_MS), () => {
      if (!faults.areOn) return;
      // The lease of a table is judged by the clock of the table alone.
      machine.mayClaimsHaveExpired = !machine.showsProcesses && this.stage.tables === undefined;
      machine.offsetMs = dice.pick([-400, -40, -1, 1, 40, 400]) * DAY_MS;
      schedule.after(dice.below(HOUR_MS), () => {
        machine.offsetMs = 0;
      });
    });
  }

  #cutPower(): void {
    const { disk, referee, schedule, trace } = this.stage;
    const machine = this.#machines.next();
    trace.add(schedule.nowMs, machine.host, 'POWER CUT');
    machine.restart();
    if (machine.isVolatile) disk.lose();
    else disk.losePower();
    referee.afterLoss('a power cut');
  }

  /** The job of a runner is over, and the next one is another machine's. */
  #leaveMachine(): void {
    const { disk, referee } = this.stage;
    for (const machine of this.#machines.all) machine.restart();
    disk.lose();
    referee.afterLoss('the end of a machine');
  }

  /** Without faults, run after run until nothing is left to do; then judge what there is. */
  async #comeToRest(): Promise<void> {
    const { faults, disk } = this.stage;
    faults.areOn = false;
    disk.isFull = false;
    this.#machines.setClocks();
    // I12 by the configuration too; then it is taken away, so that what it holds back comes to its end.
    if (this.#rules !== undefined && !this.#isBroken) {
      // Claims of processes that died are over by then.
      await this.stage.schedule.pass(5 * HOUR_MS);
      // The second time it is a plan that is applied.
      for (let run = 0; run < 2 && !this.#isBroken; run += 1) await this.#foretoldRun();
    }
    this.#runner.governed = undefined;
    let last = await this.#runUntilRest();
    for (let pause = 0; pause < GRACE_PAUSES_MAX && this.#mayGraceEnd(pause); pause += 1) {
      await this.#programs?.pass(GRACE_PAUSE_MS);
      last = await this.#runUntilRest();
    }
    if (!this.#isBroken) this.#judge(last);
  }

  async #runUntilRest(): Promise<RunResult | undefined> {
    const { schedule } = this.stage;
    let last: RunResult | undefined;
    for (let run = 0; run < QUIET_RUNS_MAX && !this.#isBroken; run += 1) {
      await schedule.pass(5 * HOUR_MS);
      await this.#answerHooks();
      const before = this.#state();
      last = await this.#foretoldRun();
      if (run > 0 && before === this.#state()) break;
    }
    return last;
  }

  /** Whether time may lead a rotation out of its grace; some old keys are never used less. */
  #mayGraceEnd(pauses: number): boolean {
    const { world, referee } = this.stage;
    if (this.#isBroken || this.#programs === undefined) return false;
    const waiting = [...world.users.keys()].flatMap((name) => {
      const { open } = new UserHistory(referee.recordsOf(name));
      const oldKey = open?.phase === 'in-grace' ? world.key(open.oldKeyId) : undefined;
      return oldKey === undefined ? [] : [oldKey];
    });
    const held = waiting.filter((key) => this.#programs?.isHeldForEver(key));
    return waiting.length > (pauses < 2 ? 0 : held.length);
  }

  /**
   * I12, I18: a dry run, and right after it the run, which must do what was foretold; every other time, and in some
   * worlds always, it is the plan of that dry run that is applied.
   */
  async #foretoldRun(): Promise<RunResult | undefined> {
    const { schedule, referee } = this.stage;
    const before = this.#state();
    const dry = this.#runner.start({ kind: 'dry-run' });
    await schedule.runUntil(() => this.#isBroken || dry.isOver);
    if (before !== this.#state()) referee.fail('I12', 'a dry run changed something');
    const { result: foretold } = dry;
    this.#foretold += 1;
    const isByPlan = this.#isByPlans || this.#foretold % 2 === 0;
    const isApplied = isByPlan && foretold !== undefined && !foretold.fatal;
    const plan = isApplied ? planFrom(foretold) : undefined;
    const task =
      plan === undefined ? ({ kind: 'rotate' } as const) : ({ kind: 'apply', plan } as const);
    const started = this.#runner.start(task);
    await schedule.runUntil(() => this.#isBroken || started.isOver);
    const { result: done } = started;
    if (foretold === undefined || done === undefined) return done;
    for (const what of differences(foretold, done, plan !== undefined)) referee.fail('I12', what);
    for (const what of notAsPlanned(planFrom(foretold), done)) referee.fail('I12', what);
    // What needs a person is told by the plan, and not by the run that applies it.
    return plan === undefined
      ? done
      : { ...done, toldOf: new Set([...foretold.toldOf, ...done.toldOf]) };
  }

  /** Changes whenever a run did something. */
  #state(): string {
    const { world } = this.stage;
    const keys = [...world.keys()].map((key) => `${key.id}${key.status}${key.isDeleted}`);
    const records = [...world.users.keys()].map(
      (name) => this.stage.referee.recordsOf(name).length,
    );
    return [...keys, ...records].join();
  }

  /** I10: nothing open, no key that nobody can use, nobody without a working key. */
  #judge(last: RunResult | undefined): void {
    const { world, referee } = this.stage;
    const isRefused = this.#machines.isVolatile && last?.fatal === 'custody-not-lasting';
    if (last?.fatal !== undefined && !isRefused) {
      referee.fail('I10', `the last run ends with ${last.fatal}`);
    }
    if (!isRefused) referee.comesToRest(last?.toldOf ?? new Set());
    referee.hooked.comesToRest();
    for (const user of world.users.values()) {
      referee.readers.comesToRest(user);
      referee.takenBack.comesToRest(user);
      const { open } = new UserHistory(referee.recordsOf(user.name));
      const isLost =
        open !== undefined && 'newKeyId' in open && this.stage.vault.lostAtMs.has(open.newKeyId);
      const waits = open !== undefined && referee.quiet.mayWait(open);
      if (open !== undefined && !user.isOperatorTouched && !isLost && !waits) {
        referee.fail('I10', `a rotation of ${user.name} stays open in phase ${open.phase}`);
      }
      for (const key of world.present(user)) {
        if (!referee.isSafe(key) && !referee.isReplaced(key)) {
          if (isLeftToPerson({ user, key, open, last }, this.stage)) {
            this.stage.counts.leftToPerson += 1;
          } else {
            referee.fail('I10', `nobody has the secret of ${key.id} of ${user.name}`);
          }
        }
        if (key.status === 'Active' && referee.isAbandoned(key)) {
          referee.fail('I10', `the journal takes ${key.id} of ${user.name} for gone`);
        }
      }
    }
  }
}
