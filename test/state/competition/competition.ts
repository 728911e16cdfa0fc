// Several processes on one table, some of which are killed or put to sleep in the middle of their work, and a
// referee who finds out who wrote although another one had taken over.

import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openingOf } from '../../../src/app/open-state.ts';
import { openAwsState } from '../../../src/aws/open-aws-state.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { makeState } from '../../../src/state/stores.ts';
import { Referee } from './referee.ts';
import { COMPETITION } from './terms.ts';

/** `sound`, or a store without one of its rules. */
export type Variant = 'sound' | 'unfenced' | 'no-look';

const TURN_MS = 200;
const SLEEP_MS = COMPETITION.leaseMs + 1_500;
/** A run that shows nothing by then is a fault of the competition. */
const SECONDS_MAX = 300;

export interface Course {
  readonly variant: Variant;
  readonly competitors: number;
  /** Where the tables are and how they are asked. */
  readonly url: string;
  readonly env: NodeJS.ProcessEnv;
  readonly isEnough: (competition: Competition) => boolean | Promise<boolean>;
}

export class Competition {
  readonly referee: Referee;
  readonly #competitors: number;
  readonly #start: (seed: number) => ChildProcess;
  readonly #running = new Map<number, ChildProcess>();
  readonly #asleep = new Set<number>();
  #seed = 1;
  kills = 0;
  sleeps = 0;

  constructor(referee: Referee, competitors: number, start: (seed: number) => ChildProcess) {
    this.referee = referee;
    this.#competitors = competitors;
    this.#start = start;
    for (let number = 0; number < competitors; number += 1) this.#join();
  }

  /** One more process. */
  #join(): void {
    const child = this.#start(this.#seed);
    this.#seed += 7919;
    const { pid = 0 } = child;
    this.#running.set(pid, child);
    child.once('exit', (code) => {
      this.#running.delete(pid);
      if (code !== null) this.referee.failures.push(`a competitor ended with ${code}`);
    });
  }

  /** Aims at somebody in the middle of a section: who is hit elsewhere shows nothing. */
  strike(): void {
    const awake = [...this.referee.inside.values()].filter(
      ({ pid }) => this.#running.has(pid) && !this.#asleep.has(pid),
    );
    const one = awake[(this.kills + this.sleeps) % Math.max(1, awake.length)];
    if (one === undefined) return;
    if ((this.kills + this.sleeps) % 3 === 0) {
      this.kills += 1;
      process.kill(one.pid, 'SIGKILL');
      this.#join();
      return;
    }
    // Half of them at most, or nobody is left to take over.
    if (this.#asleep.size >= this.#competitors / 2) return;
    this.sleeps += 1;
    this.#asleep.add(one.pid);
    process.kill(one.pid, 'SIGSTOP');
    setTimeout(() => {
      this.#asleep.delete(one.pid);
      if (this.#running.has(one.pid)) process.kill(one.pid, 'SIGCONT');
    }, SLEEP_MS);
  }

  async end(): Promise<void> {
    const left = [...this.#running.values()];
    const ended = left.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of left) child.kill('SIGKILL');
    await Promise.all(ended);
  }

  get shown() {
    const { sections, takenOver, refused, expired, lateChanges, failures } = this.referee;
    const { kills, sleeps } = this;
    return { kills, sleeps, sections, takenOver, refused, expired, lateChanges, failures };
  }
}

/** Plays until it is enough, or a competitor fails. */
export async function compete(test: TestContext, course: Course): Promise<Competition> {
  const { variant, competitors, url, env, isEnough } = course;
  await makeState(`dynamodb:${COMPETITION.table}`, openingOf({ clock: systemClock, env }));
  const { tables } = await openAwsState({ clock: systemClock, env });
  const referee = new Referee(tables);
  const told = await referee.open();
  test.after(() => referee.close());
  const script = fileURLToPath(new URL('./compete.js', import.meta.url));
  const competition = new Competition(referee, competitors, (seed) =>
    spawn(process.execPath, ['--no-warnings', script, url, told, variant, String(seed)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    }),
  );
  test.after(() => competition.end());
  const endMs = Date.now() + SECONDS_MAX * 1000;
  const { failures } = referee;
  while (!(await isEnough(competition)) && failures.length === 0 && Date.now() < endMs) {
    await sleep(TURN_MS);
    competition.strike();
  }
  await competition.end();
  return competition;
}
