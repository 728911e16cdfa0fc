// Where one point of the matrix is played: a sandbox, a home, a state directory, and real processes
// that may be killed in it.

import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AccessKey,
  DEFAULT_ACCOUNT_ID,
  type LoggedRequest,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { binOf, hoursLater, type Program } from '../cli/process.ts';
import type { DiskMoment, Mortality } from './mortal.ts';

const HOOK = new URL('./mortal.js', import.meta.url).href;
/** AWS needs three answers a second apart; nobody needs to wait for that here. */
const HURRY = 100;
const POLL_MS = 4;
/** Far above what a run takes on a busy machine: a run that never ends is a failure, not a wait. */
const HANGS_AFTER_MS = 180_000;

export type { Program };

/** In the arguments of a command it stands for the first key of the scene's user, whatever its ID. */
export const OLD_KEY = 'OLD-KEY';

export interface Command {
  readonly program: Program;
  readonly args: readonly string[];
}

export interface Execution {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  /** It never ended by itself, nor did the moment come to kill it. */
  readonly hung: boolean;
}

export interface RunOptions {
  readonly trace?: string;
  readonly dieAt?: DiskMoment;
  /** Killed from outside as soon as this holds. */
  readonly killWhen?: () => boolean;
  /** Nobody reads: the process meets EPIPE. */
  readonly deaf?: 'stdout' | 'stderr' | 'both';
}

/** State that is in no directory of this machine. */
export interface KeptElsewhere {
  /** For `--state`. */
  readonly place: string;
  readonly settle: () => void;
  /** Into the directory, which is emptied before. */
  readonly copy: () => Promise<void>;
  readonly texts: () => ReadonlyMap<string, string>;
}

export class Arena {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly home: string;
  readonly stateDir: string;
  readonly logFile: string;
  readonly executions: Execution[] = [];
  /** Every key as the scene began. */
  seeded: ReadonlyMap<string, Readonly<AccessKey>> = new Map();
  #laterEnv: Readonly<Record<string, string>> = {};
  /** Where state is, if not in the directory. */
  #kept: KeptElsewhere | undefined;

  private constructor(sandbox: Sandbox) {
    this.sandbox = sandbox;
    this.folder = mkdtempSync(join(tmpdir(), 'keyturn-kill-'));
    this.home = join(this.folder, 'home');
    this.stateDir = join(this.folder, 'state');
    this.logFile = join(this.folder, 'log.txt');
    mkdirSync(join(this.home, '.aws'), { recursive: true });
  }

  static async open(seed: string): Promise<Arena> {
    return new Arena(await startSandbox({ seed, reportSeconds: 0 }));
  }

  async close(): Promise<void> {
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Call it when the scene is set. */
  remember(): void {
    const { keys } = this.sandbox.world;
    this.seeded = new Map([...keys].map(([id, key]) => [id, { ...key }]));
  }

  /** From now on state is there, and in the directory a copy of it for whoever looks. */
  keepStateIn(kept: KeptElsewhere): void {
    this.#kept = kept;
  }

  /** Lets so much time pass that a dead process is in nobody's way, and looks what it has left. */
  async settle(): Promise<void> {
    this.#kept?.settle();
    await this.copyState();
  }

  async copyState(): Promise<void> {
    await this.#kept?.copy();
  }

  /** All that is kept outside the folder, by name: no secret may be in it. */
  get textsElsewhere(): ReadonlyMap<string, string> {
    return this.#kept?.texts() ?? new Map();
  }

  /** Time passes, here and at AWS. */
  passHours(hours: number): void {
    this.#laterEnv = hoursLater(this.sandbox, hours);
  }

  get accountFolder(): string {
    return join(this.stateDir, DEFAULT_ACCOUNT_ID);
  }

  keysOf(user: string): readonly AccessKey[] {
    return this.sandbox.world.user(DEFAULT_ACCOUNT_ID, user).keys;
  }

  /** The requests since `from`, a length of the whole list. */
  requestsSince(from: number): readonly LoggedRequest[] {
    return this.sandbox.requests.list().slice(from);
  }

  /** Whom a request is about, as faults see it. */
  userOf({ params, accessKeyId }: LoggedRequest): string {
    const { keys } = this.sandbox.world;
    const owner = keys.get(params.AccessKeyId ?? '') ?? keys.get(accessKeyId ?? '');
    return params.UserName ?? owner?.userName ?? '';
  }

  async run(command: Command, options: RunOptions = {}): Promise<Execution> {
    const { trace, dieAt, killWhen, deaf } = options;
    const mortality: Mortality = {
      folder: this.folder,
      hurry: HURRY,
      ...(trace === undefined ? {} : { trace }),
      ...(dieAt === undefined ? {} : { dieAt }),
    };
    const args = command.args.map((arg) => (arg === OLD_KEY ? this.#oldKeyId() : arg));
    const child = spawn(process.execPath, [binOf(command.program), ...args], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...this.#env(command.program),
        ...this.#laterEnv,
        NODE_OPTIONS: `--import=${HOOK} ${this.#laterEnv.NODE_OPTIONS ?? ''}`.trim(),
        MORTAL: JSON.stringify(mortality),
      },
    });
    if (deaf === 'stdout' || deaf === 'both') child.stdout.destroy();
    if (deaf === 'stderr' || deaf === 'both') child.stderr.destroy();
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    let hung = false;
    const limit = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, HANGS_AFTER_MS);
    const poll = setInterval(() => {
      if (killWhen?.() === true) child.kill('SIGKILL');
    }, POLL_MS);
    const execution = await new Promise<Execution>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr, hung }));
    });
    clearInterval(poll);
    clearTimeout(limit);
    this.executions.push(execution);
    return execution;
  }

  #oldKeyId(): string {
    const { keys } = this.sandbox.world;
    const administrator = this.sandbox.world.administratorKey();
    return [...keys.keys()].find((id) => id !== administrator.id) ?? OLD_KEY;
  }

  #env(program: Program): Record<string, string> {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...endpoint } = this.sandbox.endpointEnv();
    return {
      ...endpoint,
      // keyctl signs with profiles; a key in the environment would be a stranger to it.
      ...(program === 'keyctl' ? {} : { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY }),
      PATH: process.env.PATH ?? '',
      HOME: this.home,
      ...(this.#kept === undefined
        ? { KEYTURN_STATE_DIR: this.stateDir }
        : { KEYTURN_STATE: this.#kept.place }),
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      // Wherever tests run, their secrets are worth nothing.
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      AWS_EC2_METADATA_DISABLED: 'true',
    } as Record<string, string>;
  }

  /** Names in a folder of the account's state, none when it does not exist. */
  stateNames(folder: 'claims' | 'handoff'): string[] {
    const path = join(this.accountFolder, folder);
    return existsSync(path) ? readdirSync(path).sort() : [];
  }

  /** The secret in a hand-off file, or undefined. */
  handedOff(keyId: string): string | undefined {
    const path = join(this.accountFolder, 'handoff', `${keyId}.json`);
    if (!existsSync(path)) return undefined;
    return (JSON.parse(readFileSync(path, 'utf8')) as { secret_access_key: string })
      .secret_access_key;
  }
}
