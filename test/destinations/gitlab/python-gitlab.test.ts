// The GitLab for tests is one for python-gitlab 8.6.0 too: what it makes is where keys are delivered to, and what
// was delivered is what it reads.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openDestination } from '../../../src/destinations/kinds.ts';
import { NEW } from '../contract.ts';
import { testOpening } from '../opening.ts';
import { startGitlab, TOKEN } from './fake-gitlab.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const python = `${repository}.venv/bin/python`;
const isThere =
  existsSync(python) && spawnSync(python, ['-c', 'import gitlab'], { env: {} }).status === 0;
const isWanted = process.env.KEYTURN_TEST_REQUIRE_CLIENTS !== undefined;
const skip = isThere || isWanted ? false : 'npm run test:moto -- --prepare installs it';

async function speak(address: string, order: 'fill' | 'read'): Promise<unknown> {
  const script = `${repository}test/destinations/gitlab/speak.py`;
  const child = spawn(python, [script, address, order], {
    env: { PYTHONDONTWRITEBYTECODE: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = await once(child, 'close');
  const [out, complaints] = await told;
  assert.equal(code, 0, complaints);
  return JSON.parse(out);
}

it('python-gitlab and keyturn find each other\u2019s variables', { skip }, async (test) => {
  const gitlab = await startGitlab(test);
  gitlab.owners.set('projects acme/app', []);
  gitlab.owners.set('groups acme/backend', []);
  assert.deepEqual(await speak(gitlab.url, 'fill'), {
    ...{ twice: 400, ambiguous: 409, missing: 404, unmaskable: 400, unmasked: 400 },
  });
  const env = { KEYTURN_GITLAB_TOKEN: TOKEN, GITLAB_HOST: gitlab.url };
  const { opening, issue } = await testOpening(test, env);
  await issue(NEW);
  for (const [kind, place] of [
    ['gitlab', 'acme/app@*'],
    ['gitlab', 'acme/app@production'],
    ['gitlab-group', 'acme/backend'],
  ] as const) {
    const destination = await openDestination({ kind, place }, opening);
    await destination?.prepare?.();
    const receipt = await destination?.deliver(NEW);
    assert.ok(receipt !== undefined && (await destination?.holds(NEW.keyId, receipt)));
  }
  const pair = [NEW.keyId, NEW.secret.reveal()];
  const mark = `[keyturn ${NEW.keyId}]`;
  assert.deepEqual(await speak(gitlab.url, 'read'), {
    ...{ project: pair, group: pair, all: 4 },
    hidden: [
      [null, mark],
      [null, mark],
    ],
  });
});
