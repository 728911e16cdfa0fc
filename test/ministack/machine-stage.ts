// The state machine of deploy/aws in ministack, with the function as it is uploaded. ministack has the table and the key,
// unless the sandbox is to count what they cost, Step Functions, Lambda and SNS; IAM, STS, Organizations and Secrets Manager are a sandbox, which knows what became of keys.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lambdaFiles } from '../../scripts/bundle/lambda.ts';
import { zipOf } from '../../scripts/bundle/zip.ts';
import { openingOf } from '../../src/app/open-state.ts';
import { openAwsState } from '../../src/aws/open-aws-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import type { LambdaSummary } from '../../src/reports/lambda-results.ts';
import {
  addOrganization,
  DEFAULT_ACCOUNT_ID,
  type Sandbox,
  startSandbox,
} from '../../src/sandbox/index.ts';
import { makeState, openStateStore } from '../../src/state/stores.ts';
import { ROOT } from '../support/structured-files.ts';
import { type Ministack, startMinistack } from './ministack.ts';

export const TABLE = 'dynamodb:keyturn@us-east-1';
const REGION = 'us-east-1';
const DEFINITION = 'deploy/aws/state-machine.asl.tftpl';

export interface FleetSize {
  readonly accounts: number;
  readonly users: number;
  /** How many users of each account have a due key. */
  readonly due: number;
}

/** The same organization each time: what two runs make of it can be compared. */
export async function fleet({ accounts, users, due }: FleetSize): Promise<Sandbox> {
  const sandbox = await startSandbox({ seed: 'machine' });
  const ids = Array.from({ length: accounts - 1 }, (_, at) => String(100_000_000_001 + at));
  addOrganization(sandbox.world, { accounts: ids.map((id) => ({ id })) });
  for (const id of [DEFAULT_ACCOUNT_ID, ...ids]) {
    for (let at = 0; at < users; at += 1) {
      const name = `svc-${String(at).padStart(3, '0')}`;
      sandbox.world.addUser(id, { name });
      sandbox.world.addKey(id, name, { ageDays: at < due ? 200 : 20 });
    }
  }
  return sandbox;
}

/** What is asked of a run, so that it is the same of one process and of many. */
export const OPTIONS = {
  deliver: ['secrets-manager=app/{user}'],
  create_missing: true,
  // A report is waited for.
  inventory: 'scan',
} as const;

/** Every user with the keys, as far as two runs must agree: how old, in which state, and which one is served. */
export function outcome(sandbox: Sandbox): unknown {
  const dayAgoMs = sandbox.clock.nowMs() - 86_400_000;
  return [...sandbox.world.accounts.values()].map((account) => ({
    account: account.id,
    users: [...account.users.values()]
      .filter(({ name }) => name.startsWith('svc-'))
      .map(({ name, keys }) => ({
        name,
        keys: keys.map(({ id, createDate, status, secret }) => ({
          isNew: createDate.getTime() > dayAgoMs,
          status,
          isServed: servedText(sandbox, account.id, name)?.includes(id) === true,
          isWhole: servedText(sandbox, account.id, name)?.includes(secret) === true,
        })),
      })),
  }));
}

function servedText(sandbox: Sandbox, account: string, user: string): string | undefined {
  const { secrets } = sandbox.world.account(account);
  const secret = [...secrets.values()].find(({ name }) => name === `app/${user}`);
  const state = secret?.states.newest;
  return state?.versions.get(state.stages.get('AWSCURRENT') ?? '')?.text;
}

/** ministack calls every error of a function the same, so the names that are not tried again are tried again too. */
function definitionOf(): string {
  return readFileSync(join(ROOT, DEFINITION), 'utf8').replaceAll(
    /"MaxAttempts": [34],/g,
    '"MaxAttempts": 1,',
  );
}

export class MachineStage {
  readonly server: Ministack;
  readonly sandbox: Sandbox;
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  #machine = '';

  /** `stateIn` says where the tables and the key are. */
  private constructor(server: Ministack, sandbox: Sandbox, stateIn: string) {
    this.server = server;
    this.sandbox = sandbox;
    this.folder = mkdtempSync(join(tmpdir(), 'keyturn-machine-'));
    mkdirSync(join(this.folder, 'deaths'));
    mkdirSync(join(this.folder, 'died'));
    const endpoints = ['IAM', 'STS', 'ORGANIZATIONS', 'SECRETS_MANAGER'].map((service) => [
      `AWS_ENDPOINT_URL_${service}`,
      sandbox.url,
    ]);
    this.env = {
      ...sandbox.endpointEnv(),
      AWS_ENDPOINT_URL: stateIn,
      ...Object.fromEntries(endpoints),
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      KEYTURN_STATE: TABLE,
    };
  }

  static async open(
    sandbox: Sandbox,
    concurrency: number,
    stateIn: 'ministack' | 'sandbox' = 'ministack',
  ): Promise<MachineStage> {
    // Pauses between attempts are shortened.
    const server = await startMinistack({ SFN_WAIT_SCALE: '0.01' });
    const tables = stateIn === 'sandbox' ? sandbox.url : server.url;
    const stage = new MachineStage(server, sandbox, tables);
    await makeState(TABLE, openingOf({ clock: systemClock, env: stage.env }));
    const topic = await stage.#query('sns', { Action: 'CreateTopic', Name: 'keyturn' });
    const topicArn = /<TopicArn>(.*?)<\/TopicArn>/.exec(topic)?.[1];
    assert.ok(topicArn !== undefined, topic);
    const functionArn = await stage.#makeFunction();
    const definition = definitionOf().replaceAll(/\$\{(\w+)\}/g, (_, name: string) =>
      String(
        {
          partition: 'aws',
          function_arn: functionArn,
          topic_arn: topicArn,
          max_concurrency: concurrency,
          tolerated_failure_percentage: 10,
        }[name],
      ),
    );
    const role = 'arn:aws:iam::000000000000:role/keyturn';
    const made = await stage.#states('CreateStateMachine', {
      name: 'keyturn',
      definition,
      roleArn: role,
    });
    stage.#machine = String(made.stateMachineArn);
    return stage;
  }

  async #makeFunction(): Promise<string> {
    const files = {
      ...(await lambdaFiles()),
      'in-test.js': IN_TEST,
      // Lambda names the variables of the credentials itself.
      'test-env.json': JSON.stringify({ ...this.env, DEATHS: join(this.folder, 'deaths') }),
    };
    const response = await fetch(`${this.server.url}/2015-03-31/functions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ FunctionName: 'keyturn', Runtime: 'nodejs22.x', Handler: 'in-test.handler' },
        ...{ Role: 'arn:aws:iam::000000000000:role/keyturn', Timeout: 900, MemorySize: 512 },
        Code: { ZipFile: zipOf(files).toString('base64') },
      }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return JSON.parse(text).FunctionArn;
  }

  /** The next invocations kill their process at so many requests to AWS, one each. */
  dieAt(...requests: readonly number[]): void {
    for (const [at, count] of requests.entries()) {
      writeFileSync(join(this.folder, 'deaths', `${at}-${count}`), '');
    }
  }

  /** How many of those have not died yet. */
  get deathsLeft(): number {
    return readdirSync(join(this.folder, 'deaths')).length;
  }

  /** At which requests invocations have died. */
  get died(): readonly number[] {
    return readdirSync(join(this.folder, 'died')).map(Number);
  }

  /** Runs the machine to its end. */
  async run(name: string, rotate: object = OPTIONS): Promise<Execution> {
    return await this.start(name, { list: { organization: true }, rotate });
  }

  /** The same with any input. */
  async start(name: string, input: object): Promise<Execution> {
    const started = await this.#states('StartExecution', {
      ...{ stateMachineArn: this.#machine, name, input: JSON.stringify(input) },
    });
    for (;;) {
      const found = await this.#states('DescribeExecution', { executionArn: started.executionArn });
      if (found.status !== 'RUNNING')
        return { ...found, history: await this.#history(started) } as never;
      await sleep(100);
    }
  }

  async #history({ executionArn }: Answer): Promise<string> {
    return JSON.stringify(
      await this.#states('GetExecutionHistory', { executionArn, maxResults: 1000 }),
    );
  }

  /** All that is in both tables, as it travels: bytes in base64. */
  async tableTexts(): Promise<string> {
    const texts: string[] = [];
    for (const table of ['keyturn', 'keyturn-custody']) {
      const response = await fetch(this.server.url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.Scan',
          authorization: `AWS4-HMAC-SHA256 Credential=${this.env.AWS_ACCESS_KEY_ID}/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: JSON.stringify({ TableName: table }),
      });
      texts.push(await response.text());
    }
    return texts.join('\n');
  }

  /** Puts a secret where none may be: whoever searches finds it. */
  async plant(secret: string): Promise<void> {
    const { tables } = await openAwsState({ clock: systemClock, env: this.env });
    const item = { pk: 'planted', sk: 'planted', bytes: Buffer.from(secret) };
    await tables.write([{ kind: 'put', table: 'keyturn', item }], 'planted');
  }

  /** What half an hour does: the claims of processes that died are over. */
  async laterThanClaims(): Promise<void> {
    const { tables } = await openAwsState({ clock: systemClock, env: this.env });
    const opening = openingOf({ clock: systemClock, env: this.env });
    const store = await openStateStore(TABLE, opening);
    for (const account of await store.accounts()) {
      const page = await tables.query({ table: 'keyturn', pk: `A#${account}`, prefix: 'H#' });
      assert.equal(page.kind, 'done');
      for (const { pk, sk, nonce } of page.kind === 'done' ? page.value.items : []) {
        if (nonce === undefined) continue;
        const key = { pk: String(pk), sk: String(sk) };
        const ended = { update: 'SET #until = :until', values: { until: 1 } };
        await tables.write([{ kind: 'update', table: 'keyturn', key, ...ended }], 'later');
      }
    }
  }

  async #states(operation: string, input: object): Promise<Answer> {
    const response = await fetch(this.server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AWSStepFunctions.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const text = await response.text();
    assert.ok(response.ok, `${operation}: ${text}`);
    return JSON.parse(text);
  }

  async #query(service: string, fields: Readonly<Record<string, string>>): Promise<string> {
    const response = await fetch(this.server.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: new URLSearchParams(fields).toString(),
    });
    return await response.text();
  }

  async close(): Promise<void> {
    await this.server.stop();
    await this.sandbox.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Answer = Readonly<Record<string, unknown>>;

export interface Execution {
  readonly status: string;
  readonly output: string;
  readonly error?: string;
  readonly cause?: string;
  readonly history: string;
}

export function summaryIn({ history }: Execution): LambdaSummary {
  const at = /\\"sum\\":|"summary\\+":/.exec(history);
  assert.ok(at !== null, history.slice(0, 2_000));
  const { events } = JSON.parse(history);
  for (const event of events) {
    const text = event.stateExitedEventDetails?.output;
    const summary = text === undefined ? undefined : JSON.parse(text)?.sum?.summary;
    if (summary !== undefined) return summary;
  }
  throw new assert.AssertionError({ message: 'no summary in the history' });
}

/** The handler as it is uploaded, in the environment of the test, and killed where the test says so. */
const IN_TEST = `'use strict';
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');
Object.assign(process.env, JSON.parse(fs.readFileSync(path.join(__dirname, 'test-env.json'), 'utf8')));
let death = Number.POSITIVE_INFINITY;
let sent = 0;
const request = http.request;
http.request = (...args) => {
  sent += 1;
  if (sent === death) {
    fs.writeFileSync(path.join(process.env.DEATHS, '..', 'died', String(death)), '');
    process.kill(process.pid, 'SIGKILL');
  }
  return request(...args);
};
const { handler } = require('./index.js');
exports.handler = (event, context) => {
  sent = 0;
  death = event.mode === 'rotate' ? deathOf() : Number.POSITIVE_INFINITY;
  return handler(event, context);
};
/** Each is taken by one invocation. */
function deathOf() {
  for (const name of fs.readdirSync(process.env.DEATHS).sort()) {
    try {
      fs.unlinkSync(path.join(process.env.DEATHS, name));
      return Number(name.split('-')[1]);
    } catch {}
  }
  return Number.POSITIVE_INFINITY;
}
`;
