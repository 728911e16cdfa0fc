// All workloads of a sandbox, and their time. Their events are played in the order of sandbox time, in
// this process and without HTTP, whenever somebody looks: before a request is carried out, before they
// are told of, and at the end of an advance. Nobody can tell that they were not played as they fell due,
// because between two looks nothing else happens that they could meet.

import { SeededRandom } from '../random.ts';
import { DEFAULT_ACCOUNT_ID, type World } from '../world.ts';
import { FilePass, placeReader } from './place.ts';
import { TimeQueue } from './queue.ts';
import { Workload, type WorkloadSeed, type WorkloadStatus } from './workload.ts';

export interface WorkloadTotals {
  readonly workloads: number;
  readonly reads: number;
  readonly calls: number;
  readonly refused: number;
}

export class Workloads {
  readonly #world: World;
  readonly #seed: string;
  readonly #files = new FilePass();
  readonly #byName = new Map<string, Workload>();
  readonly #queue = new TimeQueue<Workload>();

  /** The same seed and the same names give the same schedules. */
  constructor(world: World, seed: string) {
    this.#world = world;
    this.#seed = seed;
  }

  /** Starts a workload: it reads its place now. Throws a RangeError. */
  add(seed: WorkloadSeed): void {
    this.catchUp();
    const full = withDefaults(seed);
    if (this.#byName.has(full.name)) {
      throw new RangeError(`workload: there is one named '${full.name}' already`);
    }
    const { accountId, region } = full;
    // A misspelt account is an error now, and not a workload that never finds its place.
    this.#world.account(accountId);
    const context = { world: this.#world, accountId, region, files: this.#files };
    const random = new SeededRandom(`workload ${this.#seed} ${full.name}`);
    const phase = (): number => (random.below(1_000_000) + 1) / 1_000_000;
    const workload = new Workload(this.#world, full, {
      startMs: this.#world.clock.nowMs(),
      phases: [phase(), phase()],
      read: placeReader(context, full.place),
    });
    this.#byName.set(full.name, workload);
    this.#queue.add(workload);
  }

  /** Starts a workload again, as a new deployment does: it reads its place. Throws a RangeError. */
  restart(name: string): void {
    this.catchUp();
    const workload = this.#byName.get(name);
    if (workload === undefined) throw new RangeError(`workload: there is none named '${name}'`);
    workload.restart(this.#world.clock.nowMs());
  }

  /** Ends all of them. */
  clear(): void {
    this.#byName.clear();
    this.#queue.clear();
  }

  /** Moves the sandbox's clock, and plays what falls due on the way. */
  advance(durationMs: number): void {
    this.catchUp();
    this.#world.clock.advance(durationMs);
    this.catchUp();
  }

  /** Plays every event up to now. */
  catchUp(): void {
    const nowMs = this.#world.clock.nowMs();
    this.#files.begin();
    for (;;) {
      const next = this.#queue.first;
      if (next === undefined || next.nextMs > nowMs) return;
      next.playNext();
      this.#queue.settleFirst();
    }
  }

  /** Each of them as it is now, in the order in which they were added. */
  list(): WorkloadStatus[] {
    this.catchUp();
    return [...this.#byName.values()].map((workload) => workload.status());
  }

  totals(): WorkloadTotals {
    const all = this.list();
    const sum = (count: (status: WorkloadStatus) => number): number =>
      all.reduce((total, status) => total + count(status), 0);
    return {
      workloads: all.length,
      reads: sum(({ readCount }) => readCount),
      calls: sum(({ callCount }) => callCount),
      refused: sum(({ refusedCount }) => refusedCount),
    };
  }
}

function withDefaults(seed: WorkloadSeed): Required<WorkloadSeed> {
  return {
    name: seed.name,
    place: seed.place,
    reads: seed.reads ?? '20m',
    calls: seed.calls ?? '5m',
    service: seed.service ?? 'sts',
    region: seed.region ?? 'us-east-1',
    accountId: seed.accountId ?? DEFAULT_ACCOUNT_ID,
  };
}
