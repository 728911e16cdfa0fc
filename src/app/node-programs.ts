// Runs programs of the operator's: without a shell, with an environment of a few words, in a process group
// of their own that is ended when their time is over.

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { systemReason } from '../base/files/file-system.ts';
import { printable } from '../base/printable.ts';
import type { ProgramCall, ProgramResult, Programs } from '../base/programs.ts';
import { Secret } from '../base/secret.ts';
import { withoutSecrets, withoutWordsLikeSecrets } from '../base/without-secrets.ts';

/** Of keyturn's own environment a program gets these, and those that `KEYTURN_COMMAND_ENV` names. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'];
export const OUTPUT_BYTES_MAX = 65_536;
const STDERR_BYTES_MAX = 8_192;
const SECONDS_DEFAULT = 60;
/** From the request to end until the process is killed. */
const GRACE_MS = 5_000;
/** For what is still in its pipes when the program has ended. */
const DRAIN_MS = 200;

type Environment = Readonly<Record<string, string | undefined>>;

export function nodePrograms(environment: Environment): Programs {
  return {
    check: checkProgram,
    run: async (call) => {
      const { ownEnvironment: own } = call;
      const env = own === undefined ? childEnvironment(environment) : { ...environment, ...own };
      return await runProgram(call, env, secondsIn(environment) * 1_000);
    },
  };
}

/** Whoever can write the program, or the folder that it lies in, would be handed every new secret. */
async function checkProgram(path: string): Promise<void> {
  let real: string;
  try {
    real = await realpath(path);
    const info = await stat(real);
    if (!info.isFile()) throw refused(path, 'it is no file');
    await access(real, constants.X_OK);
    for (const each of [real, dirname(real)]) await refuseForeign(path, each);
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw refused(path, systemReason(thrown));
  }
}

async function refuseForeign(path: string, file: string): Promise<void> {
  const { uid, mode, isSticky } = await ownerOf(file);
  const own = process.geteuid?.();
  if (own !== undefined && uid !== 0 && uid !== own) {
    throw refused(path, `${file} belongs to another user (${uid})`);
  }
  if ((mode & 0o022) === 0 || isSticky) return;
  throw refused(path, `others can write ${file} (mode ${mode.toString(8).padStart(4, '0')})`);
}

async function ownerOf(file: string) {
  const info = await stat(file);
  const isSticky = info.isDirectory() && (info.mode & 0o1000) !== 0;
  return { uid: info.uid, mode: info.mode & 0o777, isSticky };
}

function refused(path: string, reason: string): KeyturnError {
  return new KeyturnError('not-deliverable', `the program ${path} is not run: ${reason}`, {
    hint: 'name a program by its absolute path that only you or root can write, in a folder of the same kind',
  });
}

function childEnvironment(environment: Environment): Record<string, string> {
  const added = (environment.KEYTURN_COMMAND_ENV ?? '').split(',').map((name) => name.trim());
  const names = [...PASSED_ON, ...added].filter((name) => name !== '');
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function secondsIn({ KEYTURN_COMMAND_SECONDS: text }: Environment): number {
  if (!text) return SECONDS_DEFAULT;
  if (/^\d{1,4}$/.test(text) && Number(text) > 0) return Number(text);
  throw new KeyturnError(
    'bad-value',
    `KEYTURN_COMMAND_SECONDS takes a whole number from 1 to 9999, not ${JSON.stringify(text)}`,
    { hint: 'set KEYTURN_COMMAND_SECONDS=60, or unset it' },
  );
}

function runProgram(
  { words, input, secrets, limitMs: own, signal, isChatty = false }: ProgramCall,
  env: Environment,
  usualMs: number,
): Promise<ProgramResult> {
  signal?.throwIfAborted();
  const limitMs = own ?? usualMs;
  const [program = '', ...args] = words;
  const child = spawn(program, args, { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const out = new Gathered(OUTPUT_BYTES_MAX);
  const err = new Gathered(STDERR_BYTES_MAX);
  child.stdout.on('data', (bytes: Buffer) => out.add(bytes));
  child.stderr.on('data', (bytes: Buffer) => err.add(bytes));
  // A program that reads nothing has its reasons, and its answer counts all the same.
  child.stdin.on('error', () => {});
  child.stdin.end(input.reveal());
  const ended = new AbortController();
  let overdue = false;
  const endInTime = async (): Promise<void> => {
    await overOrStopped(limitMs, ended.signal, signal);
    overdue = true;
    endGroup(child, 'SIGTERM');
    await systemClock.sleep(GRACE_MS, ended.signal);
    endGroup(child, 'SIGKILL');
  };
  // Rejects when the program was faster.
  endInTime().catch(() => {});
  return new Promise((resolve, reject) => {
    const end = (reason: string | undefined, exitCode?: number | null): void => {
      ended.abort();
      // Children that it left behind hold the secret, and maybe the pipes.
      endGroup(child, 'SIGKILL');
      const masked = [...secrets, ...secretsAmong(env)];
      const failure = reason ?? (out.isTooLong && !isChatty ? TOO_LONG : undefined);
      if (overdue && signal?.aborted) reject(signal.reason);
      else if (failure === undefined) resolve({ kind: 'answered', output: new Secret(out.text) });
      else {
        const lastLine = lastLineOf(out, masked) ?? lastLineOf(err, masked);
        const told = { reason: failure, stderr: lastWords(err, masked), lastLine };
        resolve({
          kind: 'failed',
          ...told,
          exitCode: overdue ? undefined : (exitCode ?? undefined),
        });
      }
    };
    child.on('error', (error) => end(`it cannot be run: ${systemReason(error)}`));
    child.on('exit', (code, signal) => {
      const reason = overdue ? overdueAfter(limitMs) : reasonOf(code, signal);
      child.on('close', () => end(reason, code));
      // A child of the program could keep stdout open for ever. Its end can be seen before what it printed, and
      // this process may have been busy since: what is in the pipes by now is read before the time counts as over.
      void systemClock.sleep(DRAIN_MS).then(() => setImmediate(() => end(reason, code)));
    });
  });
}

/** When its time is over, or the run is; rejects when the program was faster. */
async function overOrStopped(
  limitMs: number,
  ended: AbortSignal,
  stop: AbortSignal | undefined,
): Promise<void> {
  const either = stop === undefined ? ended : AbortSignal.any([ended, stop]);
  await systemClock.sleep(limitMs, either).catch((thrown: unknown) => {
    if (ended.aborted || !stop?.aborted) throw thrown;
  });
}

const LAST_WORDS_MAX = 300;

/**
 * The end of what a program said, for people. Its own credentials are nobody's business either (I8): those of its
 * environment are masked, and what has the form of one.
 */
function lastWords(said: Gathered, secrets: readonly Secret[]): string {
  const line = clean(wholeWords(said), secrets);
  return line.length <= LAST_WORDS_MAX
    ? line
    : `…${line.slice(-LAST_WORDS_MAX).replace(/^\S*/, '')}`;
}

/** Cut off in the middle, the rest of a word could be the rest of a secret. */
function wholeWords(said: Gathered): string {
  return said.isTooLong ? said.text.replace(/^\S*/, '') : said.text;
}

function clean(text: string, secrets: readonly Secret[]): string {
  const bare = withoutWordsLikeSecrets(withoutSecrets(text, secrets));
  return printable(bare.replaceAll(/\s+/g, ' ').trim());
}

/** The last line that says something, in no more letters than a person reads. */
function lastLineOf(said: Gathered, secrets: readonly Secret[]): string | undefined {
  const line = wholeWords(said).trimEnd().split('\n').at(-1) ?? '';
  return clean(line, secrets).slice(0, LAST_WORDS_MAX) || undefined;
}

const SECRET_NAME = /TOKEN|SECRET|PASSW|CREDENTIAL|PRIVATE|(?:^|_)KEY$|API_?KEY/i;
const SECRET_LENGTH_MIN = 8;

/** What the names of variables say to be a secret. */
function secretsAmong(env: Environment): readonly Secret[] {
  return Object.entries(env).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name) && value.length >= SECRET_LENGTH_MIN ? [new Secret(value)] : [],
  );
}

function overdueAfter(limitMs: number): string {
  const seconds = limitMs / 1_000;
  return `it did not come to its end within ${seconds} second${seconds === 1 ? '' : 's'}`;
}

function reasonOf(code: number | null, signal: string | null): string | undefined {
  if (signal !== null) return `it was ended by ${signal}`;
  return code === 0 ? undefined : `it ended with exit code ${code}`;
}

const TOO_LONG = `it printed more than ${OUTPUT_BYTES_MAX} bytes`;

/** The whole group: a program of several processes is ended with all of them. */
function endGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
  } catch {
    // It is gone.
  }
}

/** The last bytes of a stream, and whether there were more. */
class Gathered {
  readonly #most: number;
  #bytes = Buffer.alloc(0);
  isTooLong = false;

  constructor(most: number) {
    this.#most = most;
  }

  add(bytes: Buffer): void {
    const all = Buffer.concat([this.#bytes, bytes]);
    this.isTooLong ||= all.length > this.#most;
    this.#bytes = all.subarray(Math.max(0, all.length - this.#most));
  }

  get text(): string {
    return this.#bytes.toString('utf8');
  }
}
