// What the file is wrong in is said before anything is created, and mostly before any call.

import assert from 'node:assert/strict';
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import { undoProfile } from '../../src/app/keyctl/undo-profile.ts';
import type { ErrorCode } from '../../src/base/error-codes.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

const refusedWith = (code: ErrorCode, words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof KeyturnError);
  assert.equal(error.code, code, error.message);
  assert.match(error.message, words);
  return true;
};

/** Both readers agree about it; but when the token goes, the rest joins the line above. */
const TRAP = 'aws_session_token =\n  a = b\n';

async function assertNoCall(laptop: Laptop, text: string, code: ErrorCode, words: RegExp) {
  await writeFile(laptop.credentials, text);
  await assert.rejects(
    openProfileSession(laptop.target('production'), laptop.context),
    refusedWith(code, words),
  );
  assert.equal(laptop.sandbox.requests.list().length, 0);
  assert.equal(await laptop.read(), text);
  assert.deepEqual(await laptop.beside(), []);
}

describe('keyctl refuses before any call', () => {
  it('a profile that the AWS CLI and the AWS SDK read differently, with the line', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const text = `${(await laptop.read()).trimEnd()} # note\n`;
    const where = `${laptop.credentials}, line 3: this line has a comment behind its value`;
    await assertNoCall(laptop, text, 'file-not-understood', new RegExp(where));
  });

  it('a previous profile that could not be written back', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const text = `${await laptop.read()}[production-previous]\nRegion = x\n`;
    await assertNoCall(laptop, text, 'file-not-understood', /line 6: .* capitals/);
  });

  it('a session token that other lines hang on, which would go with it', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const text = (await laptop.read()).replace('\n\n', `\n${TRAP}`).concat('[bob]\nregion = x\n');
    await assertNoCall(laptop, text, 'file-not-understood', /line 4: .* deeper lines below/);
  });

  it('a profile without a long-term key of its own, with the reason', async (t) => {
    const laptop = await openLaptop(t);
    const text = '[production]\nrole_arn = arn:aws:iam::1:role/r\nsource_profile = bob\n';
    await assertNoCall(laptop, text, 'not-rotatable', /production .* it assumes a role/);
  });

  it('a directory in place of the file', async (t) => {
    const laptop = await openLaptop(t);
    await rm(laptop.credentials);
    await mkdir(laptop.credentials);
    await assert.rejects(
      openProfileSession(laptop.target('production'), laptop.context),
      refusedWith('credentials-file', /cannot be read: EISDIR|directory/),
    );
    assert.equal(laptop.sandbox.requests.list().length, 0);
  });

  it('an undo whose edit would not read as meant', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const older = laptop.sandbox.world.addKey(ACCOUNT, 'ada', { ageDays: 400 });
    await appendProfile(laptop.credentials, 'production-previous', older, TRAP);
    await assert.rejects(
      undoProfile(laptop.target('production'), laptop.context),
      refusedWith('file-not-understood', /line 8: .* deeper lines below/),
    );
    assert.equal(laptop.sandbox.requests.list().length, 0);
  });
});

describe('keyctl refuses before a key is created', () => {
  it('--all-profiles when one of the others cannot be edited', async (t) => {
    const laptop = await openLaptop(t);
    const key = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'copy', key, 'Region = x\n');
    const before = await laptop.read();
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    assert.deepEqual(session.exam.sameKeyProfiles, ['copy']);
    await assert.rejects(
      session.rotate({ mayRemove: undefined, allProfiles: true }),
      refusedWith('file-not-understood', /line 8: .* capitals/),
    );
    assert.equal(laptop.sandbox.requests.writes().length, 0);
    assert.equal(await laptop.read(), before);
    // Without that flag the odd profile is not touched, and does not matter.
    const result = await session.rotate({ mayRemove: undefined, allProfiles: false });
    session.close();
    assert.deepEqual(result.updatedProfiles, ['production']);
  });

  it('a file with a second name (hard link)', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await link(laptop.credentials, `${laptop.credentials}-too`);
    await assert.rejects(
      openProfileSession(laptop.target('production'), laptop.context),
      refusedWith('credentials-file', /2 names \(hard links\)/),
    );
    assert.equal(laptop.sandbox.requests.list().length, 0);
    assert.equal(laptop.sandbox.world.user(ACCOUNT, 'ada').keys.length, 1);
  });

  it('says that the AWS CLI takes something else of the profile', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada', 'sso_account_id = 1\nsso_role_name = r\n');
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    session.close();
    assert.match(
      session.exam.warnings.join(),
      /the AWS CLI takes the SSO sign-in of profile production and not this key/,
    );
  });

  it('says that others can read the file, and keeps its mode', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await chmod(laptop.credentials, 0o644);
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    session.close();
    assert.match(
      session.exam.warnings.join(),
      /others can read .* \(mode 644\); close it:\n {2}chmod 600 \//,
    );
    assert.ok((await readFile(laptop.credentials)).length > 0);
  });
});
