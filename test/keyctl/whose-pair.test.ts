// Whose pair is it? Names of profiles are only names: `-previous` may be somebody else's, and a profile with
// a role has a pair of its own all the same.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import { undoProfile } from '../../src/app/keyctl/undo-profile.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

const OTHER_ACCOUNT = '210987654321';

async function laptopOfAda(t: TestContext): Promise<Laptop> {
  const laptop = await openLaptop(t, { keyLagSeconds: 0 });
  await laptop.addProfile('prod', 'ada');
  await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
  return laptop;
}

/** Neither an exam that finds nothing wrong nor a rotation; no key is made, and the file stays. */
async function assertKept(laptop: Laptop, says: RegExp, authProfile = 'prod'): Promise<void> {
  const before = await laptop.read();
  const options = laptop.target('prod', { authProfile });
  const obstacle = await obstacleOf(laptop, options);
  assert.match(`${obstacle.message} ${obstacle.hint}`, says);
  const undone = await errorOf(undoProfile(options, laptop.context));
  assert.ok(undone instanceof KeyturnError, 'undone');
  // Nobody is told to name the user, or to rotate first.
  assert.ok(['key-changed', 'unknown-profile', 'bad-value', 'not-rotatable'].includes(undone.code));
  assert.equal(await laptop.read(), before);
  assert.equal(laptop.sandbox.world.user(ACCOUNT, 'ada').keys.length, 1);
}

async function obstacleOf(
  laptop: Laptop,
  options: ReturnType<Laptop['target']>,
): Promise<KeyturnError> {
  let foretold: KeyturnError | undefined;
  const rotated = await errorOf(
    (async () => {
      const session = await openProfileSession(options, laptop.context);
      try {
        foretold = session.exam.obstacle;
        await session.rotate({ mayRemove: undefined, allProfiles: false });
      } finally {
        session.close();
      }
    })(),
  );
  assert.ok(rotated instanceof KeyturnError, 'rotated');
  // The dry run shows the exam: it says the same.
  if (foretold !== undefined) assert.equal(foretold.code, rotated.code);
  return rotated;
}

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('a -previous that is not the former pair is never overwritten, and nothing to go back to:', () => {
  for (const authProfile of ['prod', 'admin']) {
    it(`a pair of another user, signed by ${authProfile}`, async (t) => {
      const laptop = await laptopOfAda(t);
      await laptop.addProfile('prod-previous', 'bob');
      await assertKept(laptop, /prod-previous .*holds AKIA.* another name/, authProfile);
    });

    it(`a pair of another account, signed by ${authProfile}`, async (t) => {
      const laptop = await laptopOfAda(t);
      const { world } = laptop.sandbox;
      world.addAccount({ id: OTHER_ACCOUNT });
      world.addUser(OTHER_ACCOUNT, { name: 'ada' });
      const key = world.addKey(OTHER_ACCOUNT, 'ada', { ageDays: 10 });
      await appendProfile(laptop.credentials, 'prod-previous', key);
      await assertKept(laptop, /prod-previous .*account 210987654321/, authProfile);
    });
  }

  it('a session', async (t) => {
    const laptop = await laptopOfAda(t);
    const session = { id: 'ASIAIOSFODNN7EXAMPLE', secret: 'x' };
    await appendProfile(laptop.credentials, 'prod-previous', session, 'aws_session_token = t\n');
    await assertKept(laptop, /prod-previous .*ASIAIOSFODNN7EXAMPLE, and no key of an IAM user/);
  });

  it('a word that stands for a pair', async (t) => {
    const laptop = await laptopOfAda(t);
    await appendProfile(laptop.credentials, 'prod-previous', { id: 'CHANGEME', secret: 'x' });
    await assertKept(
      laptop,
      /in use for something else: its aws_access_key_id is no ID of an access key/,
    );
  });

  for (const [name, text, says] of [
    ['a role', 'role_arn = arn:aws:iam::1:role/r\nsource_profile = admin\n', /assumes a role/],
    ['a program', 'credential_process = /bin/true\n', /another program/],
    ['SSO', 'sso_start_url = https://example.awsapps.com/start\n', /SSO/],
    ['half a pair', 'aws_secret_access_key = x\n', /half of an access key/],
    [
      'the other half of a pair',
      'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n',
      /half of an access key/,
    ],
  ] as const) {
    it(name, async (t) => {
      const laptop = await laptopOfAda(t);
      const added = `${await laptop.read()}[prod-previous]\n${text}`;
      await writeFile(laptop.credentials, added);
      await assertKept(laptop, says);
    });
  }

  it('a role in the config file', async (t) => {
    const laptop = await laptopOfAda(t);
    await writeFile(
      join(laptop.folder, 'config'),
      '[profile prod-previous]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = prod\n',
    );
    await assertKept(laptop, /assumes a role/);
  });
});

describe('an undo', () => {
  it('of a key that nobody has any more goes back to the former pair', async (t) => {
    const laptop = await laptopOfAda(t);
    const options = laptop.target('prod');
    const session = await openProfileSession(options, laptop.context);
    const { newKeyId, oldKeyId } = await session.rotate({
      mayRemove: undefined,
      allProfiles: false,
    });
    session.close();
    const { keys } = laptop.sandbox.world.user(ACCOUNT, 'ada');
    keys.splice(
      keys.findIndex(({ id }) => id === newKeyId),
      1,
    );
    const undone = await undoProfile(options, laptop.context);
    assert.equal(undone.restoredKeyId, oldKeyId);
  });
});

describe('a pair with a role whose source is the profile itself', () => {
  for (const place of ['credentials', 'config']) {
    it(`is rotated by its own user, and goes back; the role is named in the ${place} file`, async (t) => {
      const laptop = await openLaptop(t, { keyLagSeconds: 0 });
      const role = 'role_arn = arn:aws:iam::210987654321:role/deploy\nsource_profile = prod\n';
      const old = await laptop.addProfile('prod', 'ada', place === 'credentials' ? role : '');
      if (place === 'config') {
        await writeFile(join(laptop.folder, 'config'), `[profile prod]\n${role}`);
      }
      const options = laptop.target('prod');
      const session = await openProfileSession(options, laptop.context);
      assert.equal(session.exam.user, 'ada');
      const { newKeyId } = await session.rotate({ mayRemove: undefined, allProfiles: false });
      session.close();
      const text = await readFile(laptop.credentials, 'utf8');
      assert.match(text, new RegExp(`^\\[prod\\]\\naws_access_key_id = ${newKeyId}\\n`));
      assert.ok(place === 'config' || text.includes(role));
      assert.equal((await undoProfile(options, laptop.context)).restoredKeyId, old.id);
    });
  }
});
