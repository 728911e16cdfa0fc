// Starts the processes of a simulation, with what may happen to each: a death, a signal, a sleep.

import { setMaxListeners } from 'node:events';
import { KeyturnError } from '../../src/base/errors.ts';
import { SimProcess } from './machine.ts';
import type { Machines } from './machines.ts';
import { oneRun, type RunResult } from './one-run.ts';
import type { RunSettings } from './settings.ts';
import type { Governed, Sabotage, Task } from './sim-run.ts';
import { HOUR_MS, MINUTE_MS, type Stage } from './stage.ts';

export interface StartedRun {
  readonly isOver: boolean;
  readonly result: RunResult | undefined;
}

export interface RunnerParts {
  readonly stage: Stage;
  readonly machines: Machines;
  readonly settings: RunSettings;
  readonly sabotage: Sabotage;
}

export class Runner {
  /** The configuration that runs are called with from now on. */
  governed: Governed | undefined;
  readonly #parts: RunnerParts;
  #processes = 0;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  start(task: Task): StartedRun {
    const { stage, machines, sabotage } = this.#parts;
    const { dice, faults, schedule, trace } = stage;
    const state = { isOver: false, result: undefined as RunResult | undefined };
    this.#processes += 1;
    if (task.kind !== 'dry-run') stage.counts.runs += 1;
    const stepsToLive = faults.hit('killed') ? dice.between(1, 600) : Number.POSITIVE_INFINITY;
    const process = new SimProcess(
      this.#processes,
      stepsToLive,
      { schedule, trace, machine: machines.next() },
      () => {
        state.isOver = true;
      },
      this.#scopeOf(task),
    );
    const settings = this.#settingsOf(task);
    process.note(`starts: ${task.kind}${process.scope === undefined ? '' : ` ${process.scope}`}`);
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    this.#disturb(process, stop);
    const { signal } = stop;
    const { governed } = this;
    void oneRun({ stage, process, settings, signal, sabotage, task, governed }).then((result) => {
      process.end();
      state.isOver = true;
      state.result = result;
    });
    return state;
  }

  /** The only user that the process may touch; undefined means all. */
  #scopeOf(task: Task): string | undefined {
    const { dice, faults, world } = this.#parts.stage;
    if (task.kind === 'undo') return task.user;
    const isScoped = task.kind === 'rotate' && faults.areOn && dice.chance(0.1);
    return isScoped ? dice.pick([...world.users.keys()]) : undefined;
  }

  /** Somebody may call a run without saying where the secrets go. */
  #settingsOf(task: Task): RunSettings {
    const { stage, settings } = this.#parts;
    const isForgotten = task.kind === 'rotate' && stage.faults.hit('place-forgotten');
    const called = this.#withDeadline(settings);
    return isForgotten ? { ...called, destination: 'handoff', alsoTo: [] } : called;
  }

  /** Whoever calls a run may keep a deadline, and another one the next time. */
  #withDeadline(settings: RunSettings): RunSettings {
    const { faults } = this.#parts.stage;
    if (settings.oldKeyFate !== 'when-quiet' || !faults.hit('deadline-changes')) return settings;
    const days = faults.formOf([0, 7, 7, 60]);
    const deadlineDays = days === 0 ? undefined : days;
    return { ...settings, retire: { ...settings.retire, deadlineDays } };
  }

  #disturb(process: SimProcess, stop: AbortController): void {
    const { dice, faults, schedule, tables } = this.#parts.stage;
    if (faults.hit('interrupted')) {
      schedule.after(dice.below(MINUTE_MS), () => {
        if (!process.isAlive) return;
        process.note('is interrupted');
        stop.abort(new KeyturnError('interrupted', 'the run was interrupted'));
      });
    }
    if (faults.hit('suspended')) {
      // Where claims are files, nobody promises anything to whoever sleeps for longer than one lasts.
      const isSafe = process.machine.showsProcesses || tables !== undefined;
      const durationMs = dice.below(isSafe ? 2 * HOUR_MS : 40 * MINUTE_MS);
      schedule.after(dice.below(20_000), () => process.suspend(durationMs));
    }
  }
}
