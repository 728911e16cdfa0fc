// Several processes on one table, some of which are killed or put to sleep in the middle of their work. The
// sleeper who was taken over writes nothing, and IAM carries nothing out for it. A store without one of the
// rules is found out by the same referee.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openingOf } from '../../../src/app/open-state.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { makeState } from '../../../src/state/stores.ts';
import { Referee } from './referee.ts';
import { COMPETITION } from './terms.ts';

type Variant = 'sound' | 'unfenced' | 'no-look';

const COMPETITORS = 6;
const TURN_MS = 200;
const SLEEP_MS = COMPETITION.leaseMs + 1_500;
/** A run that shows nothing by then is a fault of the competition. */
const SECONDS_MAX = 300;

class Competition {
  readonly referee: Referee;
  readonly #start: (seed: number) => ChildProcess;
  readonly #running = new Map<number, ChildProcess>();
  readonly #asleep = new Set<number>();
  #seed = 1;
  kills = 0;
  sleeps = 0;

  constructor(referee: Referee, start: (seed: number) => ChildProcess) {
    this.referee = referee;
    this.#start = start;
  }

  /** One more process. */
  join(): void {
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
      this.join();
      return;
    }
    // Half of them at most, or nobody is left to take over.
    if (this.#asleep.size >= COMPETITORS / 2) return;
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
}

async function compete(
  test: TestContext,
  variant: Variant,
  isEnough: (competition: Competition) => boolean,
): Promise<Competition> {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  const env = { ...process.env, ...sandbox.endpointEnv() };
  await makeState(`dynamodb:${COMPETITION.table}`, openingOf({ clock: systemClock, env }));
  const referee = new Referee(sandbox);
  const url = await referee.open();
  test.after(() => referee.close());
  const script = fileURLToPath(new URL('./compete.js', import.meta.url));
  const competition = new Competition(referee, (seed) =>
    spawn(process.execPath, ['--no-warnings', script, sandbox.url, url, variant, String(seed)], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    }),
  );
  test.after(() => competition.end());
  for (let number = 0; number < COMPETITORS; number += 1) competition.join();
  const endMs = Date.now() + SECONDS_MAX * 1000;
  const { failures } = referee;
  while (!isEnough(competition) && failures.length === 0 && Date.now() < endMs) {
    await sleep(TURN_MS);
    competition.strike();
  }
  await competition.end();
  return competition;
}

function shown({ referee, kills, sleeps }: Competition) {
  const { sections, takenOver, refused, expired, lateChanges, failures } = referee;
  return { kills, sleeps, sections, takenOver, refused, expired, lateChanges, failures };
}

it('I9: who was taken over records nothing, and changes no key, whatever sleeps or dies where', async (test) => {
  const competition = await compete(
    test,
    'sound',
    ({ referee, kills }) => referee.sections >= 20 && referee.takenOver >= 5 && kills >= 3,
  );
  const { referee } = competition;
  const audit = referee.audit();
  test.diagnostic(JSON.stringify({ ...shown(competition), ...audit }));
  assert.ok(referee.takenOver > 0, 'somebody was taken over');
  assert.deepEqual(
    [referee.lateChanges, audit.late, audit.lost, referee.failures],
    [0, 0, 0, []],
    'a change or a record after the takeover, a record lost, a fault',
  );
});

it('control: a store that looks first and writes then is found out', async (test) => {
  const competition = await compete(test, 'unfenced', ({ referee }) => {
    const { late, lost } = referee.audit();
    return late + lost > 0;
  });
  const { late, lost } = competition.referee.audit();
  test.diagnostic(JSON.stringify({ ...shown(competition), late, lost }));
  assert.ok(late + lost > 0, 'nobody noticed');
});

it('control: a change of a key without a look at the claim is found out', async (test) => {
  const competition = await compete(test, 'no-look', ({ referee }) => referee.lateChanges > 0);
  test.diagnostic(JSON.stringify(shown(competition)));
  assert.ok(competition.referee.lateChanges > 0, 'nobody noticed');
});
