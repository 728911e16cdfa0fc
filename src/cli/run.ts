// One runner for every executable. It alone catches what a command throws, says it, and decides
// the exit code; nothing else ends the process.
//
//   bin/keyctl.cjs and its like -> bin/start.cjs -> runCli(command) -> command.run(session) -> exit code

import type { Clock } from '../base/clock.ts';
import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type Host, processHost } from './host.ts';
import { sinkFor } from './terminal/locale.ts';
import { createMasker, type Masker } from './terminal/mask.ts';
import { trackedSink } from './terminal/sink.ts';
import { createVoice, type Voice } from './terminal/voice.ts';

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly voice: Voice;
  readonly masker: Masker;
  /**
   * Where KEYTURN_SANDBOX names a sandbox, its time becomes that of `host.clock`. Called once by whatever
   * begins to work; a page of help needs no sandbox. Throws `no-sandbox` and `bad-value`.
   */
  readonly followSandbox: () => Promise<void>;
}

export interface Command {
  readonly program: string;
  /** The arguments, for a command that takes more than argv. Must not throw. */
  readonly args?: (host: Host) => readonly string[];
  /** Resolves with the exit code. May throw: what is thrown is said on stderr. */
  readonly run: (session: Session) => Promise<number>;
  /** The format of stderr; found in argv even when the rest of it is wrong. */
  readonly logFormat?: (args: readonly string[]) => 'text' | 'json';
  /** The exit code when `run` throws, where it is another than the error's own. Must not throw. */
  readonly failureCode?: (args: readonly string[], error: KeyturnError) => number;
  /** What stdout gets when `run` throws; undefined for nothing. */
  readonly failureOutput?: (host: Host, error: KeyturnError) => string | undefined;
}

/** Runs the command of this process, then ends it. */
export async function runCli(command: Command): Promise<void> {
  const host = processHost();
  const code = await runCommand(command, host);
  // stdout and stderr are flushed by now. The process is ended here and not by an empty event loop,
  // because an idle connection to AWS would keep the prompt from coming back.
  process.exit(code);
}

/** As runCli, without ending the process. */
export async function runCommand(command: Command, from: Host): Promise<number> {
  const clock = new HostClock(from.clock);
  const args = command.args?.(from) ?? from.args;
  const stderr = sinkFor(from.env, from.stderr);
  const host: Host = { ...from, args, clock, stderr, stdout: sinkFor(from.env, from.stdout) };
  const masker = createMasker();
  masker.register(host.env.AWS_SECRET_ACCESS_KEY);
  masker.register(host.env.AWS_SESSION_TOKEN);
  masker.register(host.env.AWS_SECURITY_TOKEN);
  const voice = createVoice({
    program: command.program,
    stderr: host.stderr,
    masker,
    format: command.logFormat?.(host.args) ?? 'text',
    now: () => clock.now(),
  });
  const stdout = trackedSink(host.stdout);
  const session: Session = {
    host: { ...host, stdout: stdout.sink },
    voice,
    masker,
    followSandbox: () => clock.follow(host.env),
  };
  const fault = new Promise<never>((_, reject) => host.onFault(reject));
  let code: number;
  try {
    code = await Promise.race([command.run(session), fault]);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    voice.error(error);
    // stdout gets one document at most: nothing follows one that was written, or tried to be.
    if (!stdout.isUsed()) await reportFailure(command, session, error);
    code = command.failureCode?.(host.args, error) ?? error.exitCode;
  }
  await flush(host);
  return code;
}

/** The clock of the command: this machine's, until it follows a sandbox. */
class HostClock implements Clock {
  readonly #machine: Clock;
  #clock: Clock;

  constructor(machine: Clock) {
    this.#machine = machine;
    this.#clock = machine;
  }

  get shift(): Clock['shift'] {
    return this.#clock.shift;
  }

  now(): Date {
    return this.#clock.now();
  }

  sleep(durationMs: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(durationMs, signal);
  }

  async follow(env: Host['env']): Promise<void> {
    // Nearly nobody is in a sandbox: what reaches one is loaded only there.
    if (!env.KEYTURN_SANDBOX) return;
    const { sandboxClock } = await import('../app/sandbox-control.ts');
    this.#clock = await sandboxClock(env, this.#machine);
  }
}

async function reportFailure(
  command: Command,
  { host, voice, masker }: Session,
  error: KeyturnError,
): Promise<void> {
  const output = command.failureOutput?.(host, error);
  if (output === undefined) return;
  try {
    await host.stdout.write(masker.mask(output));
  } catch (thrown) {
    voice.error(toKeyturnError(thrown));
  }
}

/** Waits until stderr is written. When it cannot be, there is nobody left to tell. */
async function flush(host: Host): Promise<void> {
  try {
    await host.stderr.write('');
  } catch {
    // The reader of stderr is gone.
  }
}
