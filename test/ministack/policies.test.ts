// The policies of `keyturn policy` on ministack, whose IAM nobody here wrote: a run as a user who has one of them and
// nothing else goes to its end, and without any of its statements it is denied. ministack knows no condition
// about items, data keys and services, and a statement with one never applies there: conditions are left out, and
// judged by the sandbox (test/policy/).

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { openingOf } from '../../src/app/open-state.ts';
import type { PolicyDocument } from '../../src/app/policy/statement.ts';
import { openAwsState } from '../../src/aws/open-aws-state.ts';
import { systemClock } from '../../src/base/clock.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { makeState } from '../../src/state/stores.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { type Ministack, skipsMinistack, startMinistack } from './ministack.ts';

const skip = skipsMinistack();
const ACCOUNT = '123456789012';
const STATE = ['--state', 'dynamodb:keyturn@us-east-1'] as const;
const DELIVER = ['--deliver', 'secrets-manager=app/{user}'] as const;

/** Stands for the ARN of the key: ministack does not look behind an alias, as AWS does. */
const KEY = 'KEY';

const LINES: readonly (readonly string[])[] = [
  [...STATE, ...DELIVER, '--custody-kms-key', KEY],
  [...STATE, ...DELIVER, '--custody', 'secrets-manager=keyturn/custody'],
];

describe('policies on ministack', { skip }, () => {
  let server: Ministack;
  let iam: IAMClient;
  let secrets: SecretsManagerClient;
  let keyArn = '';
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-policies-'));
  before(async () => {
    server = await startMinistack({ AUTH: 'true' });
    const config = {
      ...{ endpoint: server.url, region: 'us-east-1' },
      credentials: { accessKeyId: ACCOUNT, secretAccessKey: 'any' },
    };
    iam = new IAMClient(config);
    secrets = new SecretsManagerClient(config);
    const opening = openingOf({ clock: systemClock, env: server.env });
    await makeState('dynamodb:keyturn@us-east-1', opening);
    const { maker } = await openAwsState({ clock: systemClock, env: server.env });
    keyArn = (await (await maker()).describeKey('alias/keyturn'))?.arn ?? '';
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(args: readonly string[], signer: Readonly<Record<string, string>>) {
    const env = { ...server.env, ...signer, HOME: folder, KEYTURN_ENDPOINT_GUARD: 'loopback' };
    const clock = { ...systemClock, sleep: () => systemClock.sleep(1) };
    const host = { ...fakeHost(args, { env }), clock, home: folder, cwd: folder };
    const code = await runCommand(keyturnCommand, host);
    return { code, stdout: host.out(), text: `${host.out()}${host.err()}` };
  }

  /** A user with a key, whose place has it. */
  async function addUser(user: string): Promise<void> {
    const { id, secret } = await addKeyed(user);
    const text = JSON.stringify({ access_key_id: id, secret_access_key: secret });
    await secrets.send(new CreateSecretCommand({ Name: `app/${user}`, SecretString: text }));
  }

  async function addKeyed(user: string) {
    await iam.send(new CreateUserCommand({ UserName: user }));
    const { AccessKey: key } = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
    return { id: key?.AccessKeyId ?? '', secret: key?.SecretAccessKey ?? '' };
  }

  let count = 0;
  /** `keyturn rotate` of a user of its own, by somebody who has that policy and nothing else. */
  async function play(line: readonly string[], policy: PolicyDocument) {
    count += 1;
    const [user, rotator] = [`user-${count}`, `rotator-${count}`];
    await addUser(user);
    const { id, secret } = await addKeyed(rotator);
    const document = JSON.stringify(policy);
    await iam.send(
      new PutUserPolicyCommand({ UserName: rotator, PolicyName: 'own', PolicyDocument: document }),
    );
    const args = ['rotate', user, '--retire', 'now', '--region', 'us-east-1', ...line];
    return await run(args, { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret });
  }

  for (const written of LINES) {
    it(`${written.join(' ')}: is enough, and each statement is needed`, async () => {
      const line = written.map((word) => (word === KEY ? keyArn : word));
      const about = ['--user', 'user-1', '--account', ACCOUNT, '--region', 'us-east-1'];
      const printed = await run(['policy', 'fleet', ...line, ...about], {});
      assert.equal(printed.code, 0, printed.text);
      const policy = withoutConditions(JSON.parse(printed.stdout.replaceAll('user-1', '*')));
      const ran = await play(line, policy);
      assert.equal(ran.code, 0, ran.text);
      assert.match(ran.text, /Inactive/);
      for (const left of policy.Statement) {
        const others = policy.Statement.filter((each) => each !== left);
        const without = await play(line, { ...policy, Statement: others });
        assert.notEqual(without.code, 0, `${left.Sid} is not needed`);
        const isNamed = left.Action.some((action) => without.text.includes(action));
        assert.ok(isNamed, `without ${left.Sid}: ${without.text}`);
      }
    });
  }
});

function withoutConditions(policy: PolicyDocument): PolicyDocument {
  const statements = policy.Statement.map(({ Condition: _, ...statement }) => statement);
  return { ...policy, Statement: statements };
}
