// Everything that the demo starts and makes on this machine, and the end of all of it.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChildProcesses } from '../support/child-processes.ts';
import { ScriptError } from '../support/script-error.ts';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), 'keyturn-demo-'));
  readonly processes = new ChildProcesses();
  readonly #stop = new AbortController();
  readonly #forward = new Set<(signal: NodeJS.Signals) => void>();
  #exitCode: number | undefined;

  constructor() {
    for (const signal of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
      process.on(signal, () => this.#onSignal(signal));
    }
    // Whatever ends the demo, an error of its own included.
    process.on('exit', () => {
      this.processes.killAll();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  /** Aborted when the demo is asked to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The exit code after a signal; undefined when there was none. */
  get signalExitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Runs a command out of sight, and resolves with its exit code and all that it printed. */
  async performUnseen(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly printed: string }> {
    this.signal.throwIfAborted();
    const child = this.processes.start(args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let printed = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        printed += text;
      });
    }
    const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
    this.#forward.add(forward);
    const { code } = await this.processes.endOf(child);
    this.#forward.delete(forward);
    this.signal.throwIfAborted();
    return { code, printed };
  }

  /** Runs a command on this terminal and resolves with its exit code. */
  async perform(
    args: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<number | null> {
    this.signal.throwIfAborted();
    const child = this.processes.start(args, { env, stdio: 'inherit' });
    const forward = (signal: NodeJS.Signals): void => {
      // Ctrl-C reaches everything on the terminal without our help, and twice means at once.
      if (signal !== 'SIGINT' || process.stdin.isTTY !== true) child.kill(signal);
    };
    this.#forward.add(forward);
    const { code } = await this.processes.endOf(child);
    this.#forward.delete(forward);
    this.signal.throwIfAborted();
    return code;
  }

  async close(): Promise<void> {
    await this.processes.stopAll();
  }

  #onSignal(signal: keyof typeof EXIT_CODES): void {
    if (this.#exitCode !== undefined) process.exit(this.#exitCode);
    this.#exitCode = EXIT_CODES[signal];
    for (const forward of this.#forward) forward(signal);
    this.#stop.abort(new ScriptError(`${signal}: the demo ends here`));
  }
}
