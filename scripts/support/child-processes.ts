// The processes that a script starts, so that none is left behind however the script ends.

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { systemClock } from '../../src/base/clock.ts';

export interface StartOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly stdio: StdioOptions;
  /** Keeps Ctrl-C of the terminal away from it: the script decides when it ends. */
  readonly ownGroup?: boolean;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A busy machine takes long to end a process too, and one that is killed leaves its files. */
const GRACE_MS = 60_000;

export class ChildProcesses {
  readonly #running = new Map<ChildProcess, Promise<Ended>>();

  /** Starts Node with these arguments. */
  start(args: readonly string[], options: StartOptions): ChildProcess {
    const child = spawn(process.execPath, args, {
      env: options.env,
      stdio: options.stdio,
      detached: options.ownGroup === true,
    });
    const ended = new Promise<Ended>((resolve) => {
      child.once('error', () => resolve({ code: null, signal: null }));
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.#running.set(child, ended);
    void ended.then(() => this.#running.delete(child));
    return child;
  }

  async endOf(child: ChildProcess): Promise<Ended> {
    return (await this.#running.get(child)) ?? { code: child.exitCode, signal: child.signalCode };
  }

  /** Asks the process to end, and insists after a minute. */
  async stop(child: ChildProcess): Promise<Ended> {
    const insisted = new AbortController();
    child.kill('SIGTERM');
    const insist = systemClock.sleep(GRACE_MS, insisted.signal).then(
      () => child.kill('SIGKILL'),
      () => undefined,
    );
    const ended = await this.endOf(child);
    insisted.abort();
    await insist;
    return ended;
  }

  async stopAll(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((child) => this.stop(child)));
  }

  /** Without waiting: for a script that is about to end. */
  killAll(): void {
    for (const child of this.#running.keys()) child.kill('SIGKILL');
  }
}
