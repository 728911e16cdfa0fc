// Simulated machines and processes. A process dies at one of its steps, or with its machine; from
// then on nothing that it was waiting for ever comes.

import type { Clock } from '../../src/base/clock.ts';
import type { System } from '../../src/state/files/lasting.ts';
import type { ProcessTable } from '../../src/state/files/process-table.ts';
import type { Schedule } from './schedule.ts';
import type { Trace } from './trace.ts';

/**
 * What processes learn of each other: everything; nothing but their own, as in containers, where each has
 * process IDs of its own; or not even which machine they are on, so that each may be on another one.
 */
export type MachineKind = 'plain' | 'containers' | 'mute';

/** By linux/magic.h: ext4, and tmpfs, which is gone with its machine. */
const ON_DISK = 0xef53;
const IN_MEMORY = 0x01021994;

export class Machine {
  readonly host: string;
  /** What this machine's clock shows, less true time. */
  offsetMs = 0;
  readonly kind: MachineKind;
  /** Whether the state directory is in memory. */
  readonly isVolatile: boolean;
  /** Whether the clock was so wrong in this round that a claim may have outlived its time. */
  mayClaimsHaveExpired = false;
  #boots = 1;
  readonly #processes = new Map<number, SimProcess>();

  constructor(host: string, kind: MachineKind = 'plain', isVolatile = false) {
    this.host = host;
    this.kind = kind;
    this.isVolatile = isVolatile;
  }

  /** Whether a process can find out that the owner of a claim is dead. Else only the claim's time tells. */
  get showsProcesses(): boolean {
    return this.kind === 'plain';
  }

  /** What the state directory is on. */
  get system(): System {
    const type = this.isVolatile ? IN_MEMORY : ON_DISK;
    return {
      realPath: async (path) => path,
      fileSystemOf: async () => ({ type, device: 1 }),
      textOf: async () => undefined,
    };
  }

  get bootId(): string {
    return `${this.host}-boot-${this.#boots}`;
  }

  add(process: SimProcess): void {
    this.#processes.set(process.pid, process);
  }

  living(pid: number): SimProcess | undefined {
    const process = this.#processes.get(pid);
    return process?.isAlive ? process : undefined;
  }

  restart(): void {
    for (const process of this.#processes.values()) process.die('the machine lost its power');
    this.#processes.clear();
    this.#boots += 1;
  }
}

export interface ProcessSurroundings {
  readonly schedule: Schedule;
  readonly trace: Trace;
  readonly machine: Machine;
}

export class SimProcess {
  readonly name: string;
  readonly pid: number;
  readonly number: number;
  readonly clock: Clock;
  readonly table: ProcessTable;
  readonly #surroundings: ProcessSurroundings;
  readonly #onDeath: () => void;
  #stepsLeft: number;
  #suspendedUntilMs = 0;
  #sleptMs = 0;
  isAlive = true;
  /** The only user that this run may touch; undefined means all. */
  readonly scope: string | undefined;

  constructor(
    number: number,
    stepsToLive: number,
    surroundings: ProcessSurroundings,
    onDeath: () => void,
    scope: string | undefined,
  ) {
    this.scope = scope;
    this.name = `run ${number}`;
    this.number = number;
    // Process IDs are used again, as on a real machine.
    this.pid = 100 + (number % 7);
    this.#stepsLeft = stepsToLive;
    this.#surroundings = surroundings;
    this.#onDeath = onDeath;
    this.clock = {
      now: () => new Date(this.#now()),
      sleep: (ms, signal) => this.#sleep(ms, signal),
    };
    this.table = this.#table();
    surroundings.machine.add(this);
  }

  get machine(): Machine {
    return this.#surroundings.machine;
  }

  /** For the operating system's eyes only: steps go on after this time. */
  suspend(durationMs: number): void {
    const { nowMs } = this.#surroundings.schedule;
    const awakeFromMs = Math.max(nowMs, this.#suspendedUntilMs);
    this.#suspendedUntilMs = nowMs + durationMs;
    this.#sleptMs += Math.max(0, this.#suspendedUntilMs - awakeFromMs);
  }

  /** For how long it was suspended in all. */
  get sleptMs(): number {
    return this.#sleptMs;
  }

  die(why: string): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.note(`DIES: ${why}`);
    this.#onDeath();
  }

  /** Nothing of the dead process goes on, and nobody hears of it. */
  end(): void {
    this.isAlive = false;
  }

  /** One step of the process: true when it is dead, or dies here. */
  dies(): boolean {
    if (!this.isAlive) return true;
    this.#stepsLeft -= 1;
    if (this.#stepsLeft > 0) return false;
    this.die('killed');
    return true;
  }

  /** Lets time pass. Never resolves for a process that died meanwhile. */
  wait(durationMs: number): Promise<void> {
    const { schedule } = this.#surroundings;
    const suspendedMs = Math.max(0, this.#suspendedUntilMs - schedule.nowMs);
    return new Promise((resolve) => {
      schedule.after(durationMs + suspendedMs, () => {
        if (this.isAlive) resolve();
      });
    });
  }

  note(what: string): void {
    const { schedule, trace } = this.#surroundings;
    trace.add(schedule.nowMs, this.name, what);
  }

  #now(): number {
    return this.#surroundings.schedule.nowMs + this.machine.offsetMs;
  }

  #sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        if (this.isAlive) reject(signal?.reason);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#surroundings.schedule.after(durationMs, () => {
        signal?.removeEventListener('abort', onAbort);
        if (this.isAlive) resolve();
      });
    });
  }

  #table(): ProcessTable {
    return {
      self: async () => ({ pid: this.pid, host: this.machine.host, ...this.#identity() }),
      find: async (pid) => {
        const found = this.machine.showsProcesses ? this.machine.living(pid) : this;
        return found?.pid === pid ? { processStart: found.#identity().processStart } : undefined;
      },
    };
  }

  #identity() {
    const { kind, host, bootId } = this.machine;
    if (kind === 'mute') {
      return { processStart: null, machineId: null, bootId: null, pidNamespace: null };
    }
    return {
      processStart: `start-${this.number}`,
      machineId: `${host}-id`,
      bootId,
      pidNamespace: kind === 'containers' ? `container-${this.number}` : 'host',
    };
  }
}

/** What a dead process waits for. A new promise each time: one that is shared would only grow. */
export function never(): Promise<never> {
  return new Promise(() => {});
}
