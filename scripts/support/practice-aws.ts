// `keyturn sandbox` as a process of its own, and its control interface as a client.

import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  LoggedRequest,
  OrganizationSeed,
  PopulationOptions,
} from '../../src/sandbox/index.ts';
import type { ChildProcesses } from './child-processes.ts';
import { ScriptError } from './script-error.ts';

export interface PracticeKey {
  readonly id: string;
  readonly secret: string;
  readonly status: 'Active' | 'Inactive';
  readonly createDate: string;
  readonly lastUsed?: string;
}

export interface PracticeUser {
  readonly name: string;
  readonly arn: string;
  readonly keys: readonly PracticeKey[];
}

/** A secret as its readers find it. */
export interface PracticeSecret {
  readonly name: string;
  readonly text: string;
}

/** What is known of a simulated workload. */
export interface PracticeWorkload {
  readonly name: string;
  readonly keyId?: string;
  readonly callCount: number;
  readonly refusedCount: number;
}

interface AccountState {
  readonly id: string;
  readonly users: readonly PracticeUser[];
  readonly secrets: readonly {
    readonly name: string;
    readonly versions: readonly { readonly id: string; readonly text?: string }[];
    readonly stages: Readonly<Record<string, string>>;
  }[];
}

export interface PracticeAwsOptions {
  /** More arguments of `keyturn sandbox`. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** The account beside its administrator: `users` in all, `counts` of some kinds; nobody when left out. */
  readonly population?: PopulationOptions;
  /** Makes the account manage an organization. */
  readonly organization?: OrganizationSeed;
  readonly signal?: AbortSignal;
}

const LAST_LINE = /^export AWS_DEFAULT_REGION=.*\n/m;
const ASSIGNMENT = /^export (AWS_\w+)=(.*)$/gm;

/** A practice AWS that runs in another process. */
export class PracticeAws {
  readonly url: string;
  /** What points AWS clients at it. Where keyturn keeps its state is the script's business. */
  readonly clientEnv: Readonly<Record<string, string>>;
  /** The same for a command of keyturn that is to follow its clock. */
  readonly shellEnv: Readonly<Record<string, string>>;
  readonly child: ChildProcess;
  readonly #signal: AbortSignal | undefined;

  private constructor(child: ChildProcess, environment: string, signal: AbortSignal | undefined) {
    this.child = child;
    this.clientEnv = Object.fromEntries(
      [...environment.matchAll(ASSIGNMENT)].map(([, name, value]) => [name, value]),
    );
    this.url = this.clientEnv.AWS_ENDPOINT_URL ?? '';
    this.shellEnv = { ...this.clientEnv, KEYTURN_SANDBOX: this.url };
    this.#signal = signal;
  }

  /** Resolves when it serves and has its account. */
  static async start(processes: ChildProcesses, options: PracticeAwsOptions): Promise<PracticeAws> {
    const { population } = options;
    const bin = fileURLToPath(new URL('../../../bin/keyturn.mjs', import.meta.url));
    const seed = ['--users', '0', '--seed', String(population?.seed ?? 'practice')];
    const child = processes.start(
      [...(options.nodeArgs ?? []), bin, 'sandbox', ...seed, ...options.args],
      { env: options.env, stdio: ['ignore', 'pipe', 'pipe'], ownGroup: true },
    );
    const environment = await environmentOf(child, processes);
    const practice = new PracticeAws(child, environment, options.signal);
    const { organization } = options;
    if (population !== undefined || organization !== undefined) {
      const populate = population === undefined ? {} : { populate: population };
      await practice.control('POST', 'seed', {
        accounts: [{ id: (await practice.account()).id, ...populate }],
        ...(organization === undefined ? {} : { organization }),
      });
    }
    return practice;
  }

  /** Every user with keys, secrets included. */
  async users(): Promise<readonly PracticeUser[]> {
    return (await this.account()).users;
  }

  /** What it was asked since the log was cleared. */
  async requests(): Promise<readonly LoggedRequest[]> {
    return (await this.control('GET', 'requests')) as LoggedRequest[];
  }

  async clearRequests(): Promise<void> {
    await this.control('DELETE', 'requests');
  }

  /** The secrets that have a value. */
  async secrets(): Promise<readonly PracticeSecret[]> {
    return (await this.account()).secrets.flatMap(({ name, versions, stages }) => {
      const text = versions.find(({ id }) => id === stages.AWSCURRENT)?.text;
      return text === undefined ? [] : [{ name, text }];
    });
  }

  async workloads(): Promise<readonly PracticeWorkload[]> {
    const told = (await this.control('GET', 'workloads')) as {
      readonly workloads: readonly PracticeWorkload[];
    };
    return told.workloads;
  }

  async now(): Promise<Date> {
    const { now } = (await this.control('GET', 'clock')) as { readonly now: string };
    return new Date(now);
  }

  /** The first of its accounts. */
  async account(): Promise<AccountState> {
    const state = (await this.control('GET', 'state')) as {
      readonly accounts: readonly AccountState[];
    };
    const [account] = state.accounts;
    if (account === undefined) throw new ScriptError('the practice AWS has no account');
    return account;
  }

  /** What its control interface answers. */
  async control(method: string, what: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/_sandbox/${what}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(this.#signal === undefined ? {} : { signal: this.#signal }),
    });
    const text = await response.text();
    if (!response.ok) throw new ScriptError(`the practice AWS answered ${method} ${what}: ${text}`);
    return JSON.parse(text);
  }
}

/** The environment that the sandbox prints when it is ready. */
async function environmentOf(child: ChildProcess, processes: ChildProcesses): Promise<string> {
  let stdout = '';
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ready = new Promise<string>((resolve) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (LAST_LINE.test(stdout)) resolve(stdout);
    });
  });
  const ended = processes.endOf(child).then(({ code }) => {
    throw new ScriptError(`the practice AWS ended with exit code ${code}: ${stderr.trim()}`);
  });
  // It also ends in the end; by then nobody waits for this promise.
  ended.catch(() => {});
  return Promise.race([ready, ended]);
}
