// Ten runners that are started at once on one account, with nothing in common but the tables: each due user
// is rotated once. And what is in the tables then, in what they printed and logged: no secret.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import { openingOf } from '../../../src/app/open-state.ts';
import { systemClock } from '../../../src/base/clock.ts';
import type { Item } from '../../../src/sandbox/dynamodb/value.ts';
import { startSandbox } from '../../../src/sandbox/index.ts';
import { makeState } from '../../../src/state/stores.ts';
import { ACCOUNT, temporaryDirectory } from '../support.ts';

const RUNNERS = 10;
const DUE = 6;
const command = fileURLToPath(new URL('../../../../bin/rotate-iam-keys.mjs', import.meta.url));

interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn(process.execPath, ['--no-warnings', command, ...args], { env });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

/** Everything in an item, what is packed unpacked. */
function textsOf(item: Item): string {
  return Object.values(item)
    .map((value) => {
      if (!('B' in value)) return JSON.stringify(value);
      const bytes = Buffer.from(value.B, 'base64');
      try {
        return inflateRawSync(bytes).toString('latin1');
      } catch {
        return bytes.toString('latin1');
      }
    })
    .join('\n');
}

/** Which of the secrets are in the texts, in clear or in base64. */
function leaked(texts: readonly string[], secrets: readonly string[]): number {
  const forms = secrets.flatMap((secret) => [
    secret,
    Buffer.from(secret).toString('base64').slice(0, 50),
  ]);
  return forms.filter((form) => texts.some((text) => text.includes(form))).length;
}

it('I8, I9: of ten runners started at once each due user is rotated once, and no secret is anywhere', async (test) => {
  const sandbox = await startSandbox();
  test.after(() => sandbox.close());
  for (let number = 0; number < DUE; number += 1) {
    sandbox.world.addUser(ACCOUNT, { name: `due-${number}` });
    sandbox.world.addKey(ACCOUNT, `due-${number}`, { ageDays: 200 });
  }
  const home = await temporaryDirectory(test);
  const { PATH } = process.env;
  const env = { PATH, HOME: home, ...sandbox.endpointEnv(), KEYTURN_STATE: 'dynamodb:keyturn' };
  await makeState('dynamodb:keyturn', openingOf({ clock: systemClock, env }));
  const args = ['--retire', 'now', '--deliver', 'handoff', '--log-level', 'debug'];
  const runs = await Promise.all(Array.from({ length: RUNNERS }, () => run(args, env)));

  const made = sandbox.requests.list('CreateAccessKey').filter(({ done }) => done);
  assert.equal(made.length, DUE, runs.map(({ stderr }) => stderr.slice(-500)).join('\n'));
  const secrets: string[] = [];
  for (let number = 0; number < DUE; number += 1) {
    const { keys } = sandbox.world.user(ACCOUNT, `due-${number}`);
    const states = keys.map(({ status }) => status);
    assert.deepEqual(states, ['Inactive', 'Active'], `due-${number}`);
    secrets.push(...keys.map(({ secret }) => secret));
  }
  // Whoever came too late was told so, or found nothing to do.
  for (const { code } of runs) assert.ok(code === 0 || code === 1, `exit ${code}`);

  const tables = sandbox.world.account(ACCOUNT).tables.get('us-east-1')?.all ?? [];
  const items = tables.flatMap((table) => table.items.map(textsOf));
  const logged = sandbox.requests
    .list()
    .filter(({ service }) => service === 'dynamodb' || service === 'kms')
    .map(({ params }) => JSON.stringify(params));
  const printed = runs.flatMap(({ stdout, stderr }) => [stdout, stderr]);
  const texts = [...items, ...printed, ...logged];
  assert.ok(items.length > DUE * 5);
  assert.equal(leaked(texts, secrets), 0, 'a secret was found');
  // Control: where one is, it is found.
  const planted: Item = {
    pk: { S: 'x' },
    sk: { S: 'y' },
    ct: { B: Buffer.from(secrets[0] ?? '').toString('base64') },
  };
  assert.equal(leaked([textsOf(planted)], secrets), 1);
  assert.equal(leaked([JSON.stringify(planted)], secrets), 1);
});
