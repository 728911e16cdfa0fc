// Every command line of the document that keyctl's users know, typed as it is written there.

import assert from 'node:assert/strict';
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { type Finished, run } from '../cli/process.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

interface Desk {
  readonly laptop: Laptop;
  readonly keyctl: (line: string) => Promise<Finished>;
  readonly keyIdOf: (profile: string) => Promise<string | undefined>;
}

/** An administrator, and one IAM user for each profile, named like it. */
async function openDesk(t: TestContext, users: readonly string[]): Promise<Desk> {
  const laptop = await openLaptop(t);
  await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
  for (const user of users) await laptop.addProfile(user, user, 'region = us-east-1\n');
  const env = { ...laptop.context.env, HOME: laptop.folder, KEYTURN_STATE_DIR: laptop.stateDir };
  return {
    laptop,
    keyctl: (line) => run('keyctl', line.split(' ').slice(1), env as Record<string, string>),
    keyIdOf: async (profile) => pairsIn(await laptop.read()).get(profile)?.id,
  };
}

/** An INI reader of three lines: the tests must not trust the reader under test. */
function pairsIn(text: string): Map<string, { id: string; secret: string }> {
  const section = /\[(.+)\]\naws_access_key_id = (\S+)\naws_secret_access_key = (\S+)/g;
  return new Map(
    [...text.matchAll(section)].map(([, name = '', id = '', secret = '']) => [
      name,
      { id, secret },
    ]),
  );
}

const ROTATING_LINES = [
  'keyctl production',
  'keyctl -t production',
  'keyctl -a production -t production',
  'keyctl -a admin -t production',
];

describe('the document’s command lines', { concurrency: 4 }, () => {
  for (const line of ROTATING_LINES) {
    it(`${line}: rotates the key of the profile`, async (t) => {
      const { laptop, keyctl, keyIdOf } = await openDesk(t, ['production']);
      const before = await keyIdOf('production');
      const { code, stderr } = await keyctl(line);
      assert.equal(code, 0, stderr);
      assert.notEqual(await keyIdOf('production'), before);
      assert.equal(await keyIdOf('production-previous'), before);
      assert.match(await laptop.read(), /\[production-previous\]\n(?:.+\n){2}region = us-east-1\n/);
    });
  }

  it('keyctl -t my-profile: a self-service user needs no other profile', async (t) => {
    const { keyctl, keyIdOf } = await openDesk(t, ['my-profile']);
    const before = await keyIdOf('my-profile');
    assert.equal((await keyctl('keyctl -t my-profile')).code, 0);
    assert.notEqual(await keyIdOf('my-profile'), before);
  });

  it('for user in dev1 dev2 dev3: keyctl -a admin -t $user', async (t) => {
    const users = ['dev1', 'dev2', 'dev3'];
    const { laptop, keyctl, keyIdOf } = await openDesk(t, users);
    const before = pairsIn(await laptop.read());
    // All at once, which the document does not do: the file must not lose any of them (I9).
    const runs = await Promise.all(users.map((user) => keyctl(`keyctl -a admin -t ${user}`)));
    assert.deepEqual(
      runs.map(({ code }) => code),
      [0, 0, 0],
    );
    for (const user of users) {
      assert.equal(await keyIdOf(`${user}-previous`), before.get(user)?.id);
      const ids = laptop.sandbox.world.user(ACCOUNT, user).keys.map(({ id }) => id);
      assert(ids.includes((await keyIdOf(user)) as never));
    }
  });

  it('keyctl --list, keyctl -k: the profiles, without a call', async (t) => {
    const { laptop, keyctl } = await openDesk(t, ['production']);
    for (const line of ['keyctl --list', 'keyctl -k']) {
      const { code, stdout } = await keyctl(line);
      assert.equal(code, 0);
      assert.match(stdout, /admin[\s\S]*production/);
    }
    assert.equal(laptop.sandbox.requests.list().length, 0);
  });

  it('keyctl --credentials PATH: reading, signing and writing all use that file', async (t) => {
    const { laptop, keyctl, keyIdOf } = await openDesk(t, ['production']);
    const elsewhere = join(laptop.folder, 'elsewhere');
    await copyFile(laptop.credentials, elsewhere);
    const before = await laptop.read();
    const line = `keyctl --credentials ${elsewhere} -a admin -t production`;
    assert.equal((await keyctl(line)).code, 0);
    assert.equal(await laptop.read(), before);
    const pairs = pairsIn(await readFile(elsewhere, 'utf8'));
    assert.equal(pairs.get('production-previous')?.id, await keyIdOf('production'));
  });

  it('the pair in production-previous still works, and a backup can be copied back', async (t) => {
    const { laptop, keyctl } = await openDesk(t, ['production']);
    const before = await laptop.read();
    assert.equal((await keyctl('keyctl production')).code, 0);
    const pair = pairsIn(await laptop.read()).get('production-previous');
    assert(pair);
    const sts = new STSClient({
      region: 'us-east-1',
      endpoint: laptop.sandbox.url,
      credentials: { accessKeyId: pair.id, secretAccessKey: pair.secret },
    });
    assert.match((await sts.send(new GetCallerIdentityCommand())).Arn ?? '', /user\/production$/);
    sts.destroy();
    const [backup = ''] = (await laptop.beside()).filter((name) => name.includes('.backup.'));
    assert.equal(await readFile(join(laptop.folder, backup), 'utf8'), before);
  });

  it('a profile whose owner cannot be told: the documented error, and what to grant', async (t) => {
    const { laptop, keyctl } = await openDesk(t, ['production']);
    const { world } = laptop.sandbox;
    const nobody = { Version: '2012-10-17' as const, Statement: [] };
    world.addUser(ACCOUNT, { name: 'weak', policies: { none: nobody } });
    await appendProfile(laptop.credentials, 'weak', world.addKey(ACCOUNT, 'weak', { ageDays: 1 }));
    const { code, stderr } = await keyctl('keyctl -a weak -t production');
    assert.equal(code, 3);
    assert.match(stderr, /could not determine which user owns the target access key/);
    assert.match(stderr, /hint: .*--user.*iam:GetAccessKeyLastUsed/);
    const inJson = await keyctl('keyctl -a weak -t production --json');
    assert.equal(JSON.parse(inJson.stdout).error.code, 'unknown-owner');
    assert.equal(laptop.sandbox.requests.writes().length, 0);
  });
});
