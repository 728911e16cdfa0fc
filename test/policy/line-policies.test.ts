// Each command line runs to its end with exactly the policy that `keyturn policy` prints for it, and without any
// one of its statements it fails with the action that is missing.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import type { PolicyDocument } from '../../src/app/policy/statement.ts';
import type { Clock } from '../../src/base/clock.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { alarmPlace } from '../../src/sandbox/cloudwatch/service.ts';
import { DEFAULT_ACCOUNT_ID, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { addSecret } from '../../src/sandbox/secretsmanager/secret.ts';
import { fakeHost } from '../cli/fake-host.ts';

interface Line {
  readonly what: string;
  readonly args: readonly string[];
  /** The configuration, where there is one. */
  readonly config?: string;
  /** Of which places there is nothing yet. */
  readonly isNew?: boolean;
}

const RETIRE = ['--retire', 'now', '--region', 'us-east-1'] as const;
const TABLE = ['--state', 'dynamodb:keyturn@us-east-1'] as const;
/** May be left out: then users are asked for one by one. */
const OPTIONAL = 'FindUsersWithoutReport';

const LINES: readonly Line[] = [
  {
    what: 'tables and secrets',
    args: [
      ...[...RETIRE, ...TABLE, '--deliver', 'secrets-manager=app/{user}'],
      ...['--account', DEFAULT_ACCOUNT_ID],
    ],
  },
  {
    what: 'custody in Secrets Manager, for one user',
    args: [
      ...[...RETIRE, ...TABLE, '--deliver', 'secrets-manager=app/{user}', '--user', 'ada'],
      ...['--custody', 'secrets-manager=keyturn/custody', '--account', DEFAULT_ACCOUNT_ID],
    ],
  },
  {
    what: 'parameters that are made, by a scan',
    args: [
      ...['--region', 'us-east-1', '--inventory', 'scan', '--deliver', 'ssm=/app/{user}'],
      ...['--create-missing', '--create-tags', 'team=platform', '--account', DEFAULT_ACCOUNT_ID],
    ],
    isNew: true,
  },
  {
    what: 'a configuration',
    args: ['--region', 'us-east-1'],
    config: `version: 1
state: dynamodb:keyturn@us-east-1
rules:
  - name: all
    match: {tag: {team: '*'}}
    retire: now
    deliver:
      - secrets-manager=app/{user}
    hooks:
      after_retire:
        - {alarm: app-errors, minutes: 0.1}
`,
  },
];

/** On which time passes for whoever waits, and not for us. */
function hurriedClock(): Clock {
  let aheadMs = 0;
  return {
    now: () => new Date(Date.now() + aheadMs),
    sleep: async (durationMs) => {
      aheadMs += durationMs;
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}

interface Ran {
  readonly code: number;
  readonly text: string;
  readonly stdout: string;
}

/** An account with a key that is due, its tables, and what the line delivers to. */
class Stage {
  readonly #sandbox: Sandbox;
  readonly #folder: string;
  readonly #line: Line;

  private constructor(sandbox: Sandbox, folder: string, line: Line) {
    this.#sandbox = sandbox;
    this.#folder = folder;
    this.#line = line;
  }

  static async open(test: TestContext, line: Line): Promise<Stage> {
    const sandbox = await startSandbox({ seed: 5 });
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-policy-'));
    test.after(async () => {
      await sandbox.close();
      rmSync(folder, { recursive: true, force: true });
    });
    if (line.config !== undefined) writeFileSync(join(folder, 'keyturn.yaml'), line.config);
    const stage = new Stage(sandbox, folder, line);
    await stage.#seed();
    return stage;
  }

  async #seed(): Promise<void> {
    const { world, url, region } = { ...this.#sandbox, region: 'us-east-1' };
    world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada', tags: { team: 'billing' } });
    const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 200 });
    const made = await this.#as('sandbox-admin', ['state', 'init', '--create', ...TABLE]);
    assert.equal(made.code, 0, made.text);
    assert.ok(url.length > 0);
    if (this.#line.isNew === true) return;
    const account = world.account();
    addSecret(world, account, {
      ...{ name: 'app/ada', region },
      first: {
        id: 'first',
        text: JSON.stringify({ access_key_id: old.id, secret_access_key: old.secret }),
        binary: undefined,
      },
    });
    account.alarms.set(alarmPlace(region, 'app-errors'), {
      ...{ name: 'app-errors', state: 'OK', reason: 'all is well' },
    });
  }

  /** The policy that is printed for the line. */
  async policy(): Promise<PolicyDocument> {
    const printed = await this.#run(['policy', 'fleet', ...this.#line.args], 'nobody');
    assert.equal(printed.code, 0, printed.text);
    return JSON.parse(printed.stdout) as PolicyDocument;
  }

  /** The line itself, by somebody with that policy alone. */
  async play(policy: PolicyDocument): Promise<Ran> {
    const { world } = this.#sandbox;
    world.addUser(DEFAULT_ACCOUNT_ID, { name: 'rotator', policies: { own: policy as never } });
    const args = this.#line.args.filter((word, index, all) => {
      const isAccount = word === '--account' || all[index - 1] === '--account';
      return !isAccount;
    });
    return await this.#as('rotator', args, rotateCommand());
  }

  get oldKeyIsInactive(): boolean {
    const keys = [...this.#sandbox.world.keys.values()];
    return keys.some(({ userName, status }) => userName === 'ada' && status === 'Inactive');
  }

  async #as(user: string, args: readonly string[], command = keyturnCommand): Promise<Ran> {
    return await this.#run(args, user, command);
  }

  async #run(args: readonly string[], user: string, command = keyturnCommand): Promise<Ran> {
    const { world, url } = this.#sandbox;
    const key = user === 'nobody' ? undefined : world.addKey(DEFAULT_ACCOUNT_ID, user);
    const env = {
      ...{ AWS_ENDPOINT_URL: url, KEYTURN_ENDPOINT_GUARD: 'loopback', HOME: this.#folder },
      KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
      ...(key !== undefined && {
        ...{ AWS_ACCESS_KEY_ID: key.id, AWS_SECRET_ACCESS_KEY: key.secret },
      }),
      ...(this.#line.config !== undefined && {
        KEYTURN_CONFIG: join(this.#folder, 'keyturn.yaml'),
      }),
    };
    const host = {
      ...fakeHost(args, { env }),
      ...{ clock: hurriedClock(), home: this.#folder, cwd: this.#folder },
    };
    const code = await runCommand(command, host);
    return { code, stdout: host.out(), text: `${host.out()}${host.err()}` };
  }
}

for (const line of LINES) {
  it(`${line.what}: with its policy a run goes to its end, and without any of its statements it is denied`, async (test) => {
    const stage = await Stage.open(test, line);
    const whole = await stage.policy();
    const ran = await stage.play(whole);
    assert.equal(ran.code, 0, ran.text);
    assert.ok(stage.oldKeyIsInactive || line.isNew, ran.text);
    const policy = { ...whole, Statement: whole.Statement.filter(({ Sid }) => Sid !== OPTIONAL) };
    const least = await (await Stage.open(test, line)).play(policy);
    assert.equal(least.code, 0, least.text);
    for (const left of policy.Statement) {
      const others = policy.Statement.filter((each) => each !== left);
      const without = await (await Stage.open(test, line)).play({ ...policy, Statement: others });
      assert.notEqual(without.code, 0, `${left.Sid} is not needed: ${without.text}`);
      assert.ok(
        left.Action.some((action) => without.text.includes(action)),
        `without ${left.Sid}: ${without.text}`,
      );
    }
  });
}

it('of a dry run: all that it reads, and nothing that changes anything', async (test) => {
  const [line] = LINES;
  assert.ok(line);
  const stage = await Stage.open(test, { ...line, args: [...line.args, '--dry-run'] });
  const policy = await stage.policy();
  const actions = policy.Statement.flatMap(({ Action: all }) => all);
  assert.deepEqual(
    actions.filter((action) => /:(?:Create|Update|Delete|Put|Tag)/.test(action)),
    [],
  );
  const ran = await stage.play(policy);
  assert.equal(ran.code, 0, ran.text);
  assert.match(ran.text, /Would rotate 1 key/);
});

it('over accounts that are named: each of them, and no other one', async (test) => {
  const printed = async (...accounts: string[]) => {
    const args = ['--accounts', accounts.join(), '--account', DEFAULT_ACCOUNT_ID, ...TABLE];
    const line = { what: 'named', args: [...args, '--region', 'us-east-1'] };
    return await (await Stage.open(test, line)).policy();
  };
  const other = '222233334444';
  const both = JSON.stringify(await printed(DEFAULT_ACCOUNT_ID, other));
  assert.match(both, /user\/\*/);
  assert.doesNotMatch(both, new RegExp(`${DEFAULT_ACCOUNT_ID}:role`));
  assert.equal(both.split(`"A#${DEFAULT_ACCOUNT_ID}"`).length, 3, 'once for each table');
  const one = JSON.stringify(await printed(other));
  assert.doesNotMatch(one, /iam:CreateAccessKey/);
  assert.doesNotMatch(one, new RegExp(`"A#${DEFAULT_ACCOUNT_ID}`));
  assert.match(one, new RegExp(`${other}:role`));
});
