// Where real runners meet on one account, with nothing in common but the tables: their clocks are moved by a
// file, and each signs with a key of its own, so that the log of the practice AWS tells whose request is whose.

import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openingOf } from '../../../src/app/open-state.ts';
import { systemClock } from '../../../src/base/clock.ts';
import {
  type AccessKey,
  ADMINISTRATOR_NAME,
  type LoggedRequest,
  type Sandbox,
  startSandbox,
} from '../../../src/sandbox/index.ts';
import { makeState } from '../../../src/state/stores.ts';
import { binOf, type Finished, finished } from '../../cli/process.ts';
import { SecretIndex } from '../../secrets/secret-index.ts';
import { ACCOUNT, temporaryDirectory } from '../support.ts';

const ARGS = ['--retire', 'now', '--deliver', 'handoff', '--log-level', 'debug'];
const HOOKS = ['../../cli/clock-of-file.js', '../../kill/mortal.js'].map(
  (path) => new URL(path, import.meta.url).href,
);
/** AWS needs three answers a second apart; nobody needs to wait for that here. */
const HURRY = 100;

export interface FieldOptions {
  /** So many users have a key that is due. */
  readonly due: number;
  readonly table?: string;
  /** Where tables and data keys are, if not at the practice AWS. */
  readonly tablesAt?: Readonly<Record<string, string>>;
  /** Hears by how much it is later than it is for the tables. */
  readonly onPass?: (aheadMs: number) => void;
}

export interface Runner {
  readonly child: ChildProcess;
  /** Signs its requests, and nobody else's. */
  readonly keyId: string;
  readonly ended: Promise<Finished>;
}

export class Field {
  readonly sandbox: Sandbox;
  readonly users: readonly string[];
  readonly #options: FieldOptions;
  readonly #folder: string;
  readonly #place: string;

  private constructor(sandbox: Sandbox, folder: string, options: FieldOptions) {
    this.sandbox = sandbox;
    this.#folder = folder;
    this.#options = options;
    this.#place = `dynamodb:${options.table ?? 'keyturn'}`;
    this.users = Array.from({ length: options.due }, (_, number) => `due-${number}`);
    for (const name of this.users) {
      sandbox.world.addUser(ACCOUNT, { name });
      sandbox.world.addKey(ACCOUNT, name, { ageDays: 200 });
    }
    writeFileSync(this.#clockFile, '0');
  }

  static async open(test: TestContext, options: FieldOptions): Promise<Field> {
    const sandbox = await startSandbox({ reportSeconds: 0 });
    test.after(() => sandbox.close());
    const field = new Field(sandbox, await temporaryDirectory(test), options);
    await makeState(field.#place, openingOf({ clock: systemClock, env: field.#env }));
    return field;
  }

  /** It is the caller who ends it. */
  start(): Runner {
    const { id, secret } = this.sandbox.world.addKey(ACCOUNT, ADMINISTRATOR_NAME);
    const child = spawn(process.execPath, ['--no-warnings', binOf('rotate-iam-keys'), ...ARGS], {
      cwd: this.#folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...{ ...this.#env, AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret },
        NODE_OPTIONS: HOOKS.map((hook) => `--import=${hook}`).join(' '),
        CLOCK_FILE: this.#clockFile,
        MORTAL: JSON.stringify({ folder: this.#folder, hurry: HURRY }),
      },
    });
    return { child, keyId: id, ended: finished(child) };
  }

  /** Time passes for everybody, asleep or not. */
  pass(durationMs: number): void {
    const { clock } = this.sandbox;
    clock.advance(durationMs);
    clock.signatureSkewMs += durationMs;
    writeFileSync(this.#clockFile, String(clock.signatureSkewMs));
    this.#options.onPass?.(clock.signatureSkewMs);
  }

  keysOf(user: string): readonly AccessKey[] {
    return this.sandbox.world.user(ACCOUNT, user).keys;
  }

  /** What is wrong with users: each is to have its old key Inactive and one new one. */
  get faults(): readonly string[] {
    return this.users.flatMap((user) => {
      const states = this.keysOf(user).map(({ status }) => status);
      return states.join() === 'Inactive,Active'
        ? []
        : [`${user} has ${states.join() || 'no key'}`];
    });
  }

  /** What was carried out of this operation. */
  done(operation: string): readonly LoggedRequest[] {
    return this.sandbox.requests.list(operation).filter(({ done }) => done);
  }

  /** Which of the texts hold a secret of the account, however it is spelled. */
  leaksIn(texts: ReadonlyMap<string, string>): readonly string[] {
    const index = SecretIndex.of(this.secrets);
    return [...texts].filter(([, text]) => index.isIn(text)).map(([place]) => place);
  }

  get secrets(): readonly string[] {
    return this.users.flatMap((user) => this.keysOf(user).map(({ secret }) => secret));
  }

  /** What runners printed, and what they told AWS as far as it is logged. */
  saidBy(runs: readonly Finished[]): ReadonlyMap<string, string> {
    const logged = this.sandbox.requests
      .list()
      .map(({ number, operation, params }) => [`${operation} ${number}`, JSON.stringify(params)]);
    const printed = runs.flatMap(({ stdout, stderr }, number) => [
      [`stdout of ${number}`, stdout],
      [`stderr of ${number}`, stderr],
    ]);
    return new Map([...logged, ...printed] as [string, string][]);
  }

  get #clockFile(): string {
    return join(this.#folder, 'ahead');
  }

  get #env(): Record<string, string> {
    return {
      ...{ PATH: process.env.PATH ?? '', HOME: this.#folder, TMPDIR: this.#folder },
      ...{ KEYTURN_ENDPOINT_GUARD: 'loopback', AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ ...this.sandbox.endpointEnv(), ...this.#options.tablesAt },
      KEYTURN_STATE: this.#place,
    };
  }
}
