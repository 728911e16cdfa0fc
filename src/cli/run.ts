// One runner for every executable. It alone catches what a command throws, says it, and decides
// the exit code; nothing else ends the process.
//
//   bin/*.mjs -> runCli(command) -> command.run(host) -> exit code

import { type KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type Host, processHost } from './host.ts';
import { createMasker, type Masker } from './mask.ts';
import { trackedSink } from './sink.ts';
import { createVoice, type Voice } from './voice.ts';

/** What a command works with. */
export interface Session {
  readonly host: Host;
  readonly voice: Voice;
  readonly masker: Masker;
}

export interface Command {
  readonly program: string;
  /** The arguments, where they are not argv alone. Must not throw. */
  readonly args?: (host: Host) => readonly string[];
  /** Resolves with the exit code. May throw: what is thrown is said on stderr. */
  readonly run: (session: Session) => Promise<number>;
  /** Which format stderr has, whatever is wrong with the rest of argv. */
  readonly logFormat?: (args: readonly string[]) => 'text' | 'json';
  /** What stdout gets when `run` throws; undefined for nothing. */
  readonly failureOutput?: (host: Host, error: KeyturnError) => string | undefined;
}

/** Runs the command of this process, then ends it. */
export async function runCli(command: Command): Promise<void> {
  const host = processHost();
  const code = await runCommand(command, host);
  // stdout and stderr are flushed by now. Ending here, not by an empty event loop, because an idle
  // connection to AWS must not hold the prompt back.
  process.exit(code);
}

/** As runCli, without ending the process. */
export async function runCommand(command: Command, from: Host): Promise<number> {
  const host: Host = command.args === undefined ? from : { ...from, args: command.args(from) };
  const masker = createMasker();
  masker.register(host.env.AWS_SECRET_ACCESS_KEY);
  masker.register(host.env.AWS_SESSION_TOKEN);
  const voice = createVoice({
    program: command.program,
    stderr: host.stderr,
    masker,
    format: command.logFormat?.(host.args) ?? 'text',
    now: () => host.clock.now(),
  });
  const stdout = trackedSink(host.stdout);
  const session: Session = { host: { ...host, stdout: stdout.sink }, voice, masker };
  const fault = new Promise<never>((_, reject) => host.onFault(reject));
  let code: number;
  try {
    code = await Promise.race([command.run(session), fault]);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    voice.error(error);
    // One document at most: what is on stdout already, or was tried, is not followed by another.
    if (!stdout.isUsed()) await reportFailure(command, session, error);
    code = error.exitCode;
  }
  await flush(host);
  return code;
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

/** Waits until stderr is written; whether it could be is nobody's business any more. */
async function flush(host: Host): Promise<void> {
  try {
    await host.stderr.write('');
  } catch {
    // The reader of stderr is gone.
  }
}
