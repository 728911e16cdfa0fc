// What a script plays on: a sandbox of its own, a home and a state directory of its own, and the real
// executable as the only actor.

import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccessKey,
  DEFAULT_ACCOUNT_ID,
  type LoggedRequest,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { binOf, type Program } from '../cli/process.ts';
import { type Hold, hold } from '../sandbox/hold.ts';
import { IN_MEMORY } from '../support/quick-directory.ts';

/** One execution of `rotate-iam-keys`, finished or not. */
export interface Execution {
  readonly args: readonly string[];
  readonly child: ChildProcess;
  readonly reader: Reader;
  stdout: string;
  stderr: string;
  /** Exit code, or the name of the signal that ended it. */
  result: number | string | undefined;
  /** From its start to its end. */
  seconds: number;
  readonly ended: Promise<void>;
}

/** Who gets stdout: the script, a pipe that ends early, a full disk, or nobody; or stderr is unread. */
export type Reader = 'all' | 'head -c 20' | '/dev/full' | 'nobody' | 'nobody reads the log';

const EXIT_CODE_LINE = /\nexit code (\d+)\n$/;
/** As $PATIENCE: many times what a run takes here and now, and long enough to see AWS refuse a key. */
const PATIENCE = 10;
const PATIENCE_MIN_S = 6;

export class Stage {
  readonly sandbox: Sandbox;
  readonly folder: string;
  /** What the scripts call a key, and the key. */
  readonly labels = new Map<string, AccessKey>();
  /** Whether a seeded key was Active when the script began. */
  readonly seededStatus = new Map<string, AccessKey['status']>();
  /** Users whose keys somebody took or changed by hand. */
  readonly robbed = new Set<string>();
  /** Labels that the script has made a statement about. */
  readonly spokenOf = new Set<string>();
  readonly env: Record<string, string>;
  readonly executions = new Map<string, Execution>();
  /** Executions that are over, the latest last. */
  readonly history: Execution[] = [];
  /** Who can read sealed hand-offs, where a script made one. */
  age = { identity: '', recipient: '' };
  /** The state directory as it was before the last execution began. */
  stateBefore: ReadonlyMap<string, string> = new Map();
  stateDir: string;
  #inMemory: string | undefined;
  #firstRequest = 0;
  /** After which request each began that had nobody beside it. */
  readonly #aloneFrom = new Map<Execution, number>();
  readonly #holds: { readonly operation: string; readonly hold: Hold }[] = [];

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.folder = mkdtempSync(join(tmpdir(), 'keyturn-script-'));
    mkdirSync(join(this.folder, 'home'));
    this.stateDir = join(this.folder, 'state');
    this.env = {
      ...sandbox.endpointEnv(),
      PATH: process.env.PATH ?? '',
      HOME: join(this.folder, 'home'),
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  static async open(): Promise<Stage> {
    return new Stage(await startSandbox({ reportSeconds: 0 }));
  }

  async close(): Promise<void> {
    for (const { child, ended } of this.executions.values()) {
      child.kill('SIGKILL');
      await ended;
    }
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
    if (this.#inMemory !== undefined) rmSync(this.#inMemory, { recursive: true, force: true });
  }

  /** The latest execution that ended. */
  get last(): Execution {
    const last = this.history.at(-1);
    if (last === undefined) throw new RangeError('the script has run nothing yet');
    return last;
  }

  /** What an execution asked of AWS, when no other was beside it. */
  ownRequests(execution: Execution): LoggedRequest[] | undefined {
    const first = this.#aloneFrom.get(execution);
    if (first === undefined) return undefined;
    return this.sandbox.requests.list().filter(({ number }) => number > first);
  }

  /** The requests since the latest execution began. */
  requests(operation?: string, user?: string): LoggedRequest[] {
    return this.sandbox.requests
      .list(operation)
      .filter(({ number }) => number > this.#firstRequest)
      .filter((entry) => user === undefined || userOf(this, entry) === user.toLowerCase());
  }

  /** A time for a fault of the operation that does not end before `letGo`. */
  hold(operation: string): number {
    const held = { operation, hold: hold() };
    this.#holds.push(held);
    return held.hold.ms;
  }

  async letGo(operation: string): Promise<void> {
    const index = this.#holds.findIndex((held) => held.operation === operation);
    const [first] = index < 0 ? [] : this.#holds.splice(index, 1);
    if (first === undefined) throw new RangeError(`no fault holds ${operation} until told`);
    await first.hold.letGo();
  }

  start(
    name: string,
    args: readonly string[],
    reader: Reader = 'all',
    executable: Program = 'rotate-iam-keys',
  ): void {
    if (this.executions.has(name)) throw new RangeError(`${name} is running already`);
    const isAlone = this.executions.size === 0;
    if (isAlone) {
      this.#firstRequest = this.sandbox.requests.list().at(-1)?.number ?? 0;
      this.stateBefore = this.stateFiles();
    }
    const command = [process.execPath, binOf(executable), ...args];
    // A shell's own pipe, so that the reader that goes away is a real one.
    const pipe = '{ "$0" "$@"; printf "\\nexit code %d\\n" $? >&2; } | head -c 20';
    const [program = '', ...rest] =
      reader === 'head -c 20' ? ['/bin/sh', '-c', pipe, ...command] : command;
    const env = { ...this.env, KEYTURN_STATE_DIR: this.stateDir };
    const stdout = reader === '/dev/full' ? openSync(reader, 'w') : 'pipe';
    const child = spawn(program, rest, {
      env,
      cwd: this.folder,
      stdio: ['ignore', stdout, 'pipe'],
    });
    if (stdout !== 'pipe') closeSync(stdout);
    const execution = follow(args, child, reader);
    this.executions.set(name, execution);
    if (isAlone) this.#aloneFrom.set(execution, this.#firstRequest);
    else this.#aloneFrom.clear();
  }

  /** Waits for the end of an execution, which is then the last one. */
  async finish(name: string): Promise<void> {
    const execution = this.running(name);
    await execution.ended;
    this.executions.delete(name);
    this.history.push(execution);
  }

  running(name: string): Execution {
    const execution = this.executions.get(name);
    if (execution === undefined) throw new RangeError(`nothing called ${name} is running`);
    return execution;
  }

  /**
   * A key by its label. `USER/new` is the only key of the user that the script did not seed;
   * `USER/made-N` is the Nth that was made for the user, whether it still exists or not.
   */
  key(label: string): AccessKey {
    const seeded = this.labels.get(label);
    if (seeded !== undefined) return seeded;
    const [user = '', name = ''] = label.split('/');
    const made = this.madeKeys(user);
    const nth = /^made-(\d+)$/.exec(name)?.[1];
    const found = nth !== undefined ? made[Number(nth) - 1] : onlyOne(name, made);
    if (found === undefined) throw new RangeError(`there is no key ${label}`);
    return found;
  }

  /** Every key of the user that the script did not seed, in the order of making. */
  madeKeys(user: string): AccessKey[] {
    const seeded = new Set(this.labels.values());
    return [...this.sandbox.world.keys.values()].filter(
      (key) =>
        key.userName.toLowerCase() === user.toLowerCase() &&
        key !== this.sandbox.world.administratorKey() &&
        !seeded.has(key),
    );
  }

  handoffPath(keyId: string): string {
    return join(this.stateDir, DEFAULT_ACCOUNT_ID, 'handoff', `${keyId}.json`);
  }

  /** Onto a real tmpfs. */
  moveStateIntoMemory(): void {
    this.#inMemory = mkdtempSync(join(IN_MEMORY, 'keyturn-script-'));
    this.stateDir = join(this.#inMemory, 'state');
  }

  /** Every file of the state directory with its content; directories with none. */
  stateFiles(): ReadonlyMap<string, string> {
    return filesBelow(this.stateDir);
  }

  /** The ID of the latest run that told its own, in a document or on a page. */
  get runId(): string {
    const told = this.history.map(({ stdout }) =>
      /"run_id": "([^"]+)"|undo --run (\S+)/.exec(stdout),
    );
    const last = told.findLast((match) => match !== null);
    if (last === undefined) throw new RangeError('no run has told its ID yet');
    return last[1] ?? last[2] ?? '';
  }

  /** Puts what a script cannot know into its text: $HOME, $STATE, $FOLDER, $URL, $RECIPIENT, $IDENTITY, $PATIENCE, $RUN, $SHORT_RUN as keyturn history shows it, and $USER/LABEL for a key ID. */
  expand(text: string): string {
    return text.replaceAll(
      /\$(HOME|STATE|FOLDER|URL|RECIPIENT|IDENTITY|PATIENCE|RUN|SHORT_RUN|[\w+=,.@-]+\/[\w-]+)/g,
      (_, name: string) => {
        if (name === 'HOME') return this.env.HOME ?? '';
        if (name === 'STATE') return this.stateDir;
        if (name === 'FOLDER') return this.folder;
        if (name === 'RUN') return this.runId;
        if (name === 'SHORT_RUN') return this.runId.slice(0, 8);
        if (name === 'URL') return this.sandbox.url;
        if (name === 'RECIPIENT') return this.age.recipient;
        if (name === 'IDENTITY') return this.age.identity;
        if (name === 'PATIENCE') return String(patienceAfter(this.last));
        return this.key(name).id;
      },
    );
  }
}

/** In whole seconds. */
function patienceAfter({ seconds }: Execution): number {
  return Math.max(PATIENCE_MIN_S, Math.ceil(PATIENCE * seconds));
}

function onlyOne(name: string, made: readonly AccessKey[]): AccessKey | undefined {
  const present = made.filter(({ deleted }) => !deleted);
  if (present.length > 1) throw new RangeError(`there are ${present.length} new keys, not one`);
  return name === 'new' ? present[0] : undefined;
}

function userOf(stage: Stage, entry: LoggedRequest): string | undefined {
  const signer = stage.sandbox.world.keys.get(entry.accessKeyId ?? '');
  return (entry.params.UserName ?? signer?.userName)?.toLowerCase();
}

function follow(args: readonly string[], child: ChildProcess, reader: Reader): Execution {
  const beganMs = performance.now();
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      execution.result = code ?? signal ?? undefined;
      execution.seconds = (performance.now() - beganMs) / 1000;
      const piped = EXIT_CODE_LINE.exec(execution.stderr);
      if (reader === 'head -c 20' && piped !== null) execution.result = Number(piped[1]);
      resolve();
    });
  });
  const execution: Execution = {
    args,
    child,
    reader,
    stdout: '',
    stderr: '',
    result: undefined,
    seconds: 0,
    ended,
  };
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    execution.stderr += text;
  });
  if (reader === 'nobody') child.stdout?.destroy();
  if (reader === 'nobody reads the log') child.stderr?.destroy();
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    execution.stdout += text;
  });
  return execution;
}

export function filesBelow(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return found;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    found.set(path, entry.isFile() ? readFileSync(path, 'utf8') : '');
  }
  return found;
}
