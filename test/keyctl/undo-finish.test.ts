import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { finishProfile } from '../../src/app/keyctl/finish-profile.ts';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { UndoPlan } from '../../src/app/keyctl/types.ts';
import { undoProfile } from '../../src/app/keyctl/undo-profile.ts';
import type { ErrorCode } from '../../src/base/error-codes.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

async function rotated(laptop: Laptop, profile = 'production') {
  const session = await openProfileSession(laptop.target(profile), laptop.context);
  const result = await session.rotate({ mayRemove: undefined, allProfiles: false });
  session.close();
  return result;
}

const refusedWith = (code: ErrorCode) => (error: unknown) =>
  error instanceof KeyturnError && error.code === code;

const keysOf = (laptop: Laptop, user = 'ada') => laptop.sandbox.world.user(ACCOUNT, user).keys;
const NOW = { deleteNow: false, skipQuietWait: true };

/** What undo and finish both say: the same. */
async function refusal(laptop: Laptop, profile = 'production'): Promise<KeyturnError> {
  const before = await laptop.read();
  const errors: KeyturnError[] = [];
  for (const work of [
    () => undoProfile(laptop.target(profile), laptop.context),
    () => finishProfile(laptop.target(profile), NOW, laptop.context),
  ]) {
    const error: unknown = await work().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof KeyturnError);
    errors.push(error);
  }
  const [first, second] = errors as [KeyturnError, KeyturnError];
  assert.deepEqual([first.message, first.hint], [second.message, second.hint]);
  assert.equal(await laptop.read(), before);
  return first;
}

describe('undo and finish, of a file that was changed since the rotation:', () => {
  it('the previous profile was taken out by hand', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const { backupPath } = await rotated(laptop);
    const [kept = ''] = (await laptop.read()).split('\n[production-previous]');
    await writeFile(laptop.credentials, kept);
    const { code, message, hint = '' } = await refusal(laptop);
    assert.equal(code, 'unknown-profile');
    assert.match(
      message,
      new RegExp(`no profile production-previous with ${old.id}, which AKIA\\w+ replaced$`),
    );
    assert.ok(hint.includes(`${backupPath} holds the pair of ${old.id}`), hint);
    assert.match(hint, new RegExp(`\n {2}keyturn keys deactivate ${old.id}`));
    assert.doesNotMatch(hint, /rotate production first/);
  });

  it('the copy from before was put back', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const before = await laptop.read();
    const { newKeyId } = await rotated(laptop);
    await writeFile(laptop.credentials, before);
    const { code, message, hint = '' } = await refusal(laptop);
    assert.equal(code, 'key-changed');
    assert.match(message, new RegExp(`holds ${old.id} again, .* replaced with ${newKeyId}$`));
    assert.match(
      hint,
      new RegExp(`nothing here holds the pair of ${newKeyId} any more[^]*deactivate ${newKeyId}`),
    );
  });

  it('the previous profile itself is named', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const { code, hint } = await refusal(laptop, 'production-previous');
    assert.equal(code, 'unknown-profile');
    assert.equal(hint, 'name the profile whose key was replaced: -t production');
  });

  it('nothing was rotated yet', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const { hint } = await refusal(laptop);
    assert.match(hint ?? '', /^rotate production first:\n {2}keyctl -t production$/);
  });
});

describe('keyctl undo', () => {
  it('puts the previous pair back, and an undo can be undone', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada', 'region = eu-west-1\n');
    const { newKeyId } = await rotated(laptop);
    const afterRotation = await laptop.read();
    const plans: UndoPlan[] = [];
    const undone = await undoProfile(laptop.target('production'), laptop.context, {
      dryRun: false,
      tell: (plan) => plans.push(plan),
    });
    assert.equal(undone.restoredKeyId, old.id);
    assert.equal(undone.reactivated, false);
    const text = await laptop.read();
    assert(text.indexOf(old.id) < text.indexOf(newKeyId), 'the old pair is in the profile');
    assert.deepEqual(
      keysOf(laptop).map(({ status }) => status),
      ['Active', 'Active'],
    );
    const back = await undoProfile(laptop.target('production'), laptop.context, {
      dryRun: false,
      tell: (plan) => plans.push(plan),
    });
    assert.equal(await laptop.read(), afterRotation);
    assert.deepEqual([undone.kind, back.kind], ['undo', 'undo-of-undo']);
    assert.deepEqual(
      plans.map(({ kind, toKeyId, fromKeyId }) => [kind, toKeyId, fromKeyId]),
      [
        ['undo', old.id, newKeyId],
        ['undo-of-undo', newKeyId, old.id],
      ],
    );
  });

  it('tells which key comes back before it changes anything', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const before = await laptop.read();
    const writes = laptop.sandbox.requests.writes().length;
    const stopped = new KeyturnError('cancelled', 'stopped by the test');
    const undoing = undoProfile(laptop.target('production'), laptop.context, {
      dryRun: false,
      tell: () => {
        throw stopped;
      },
    });
    await assert.rejects(undoing, refusedWith('cancelled'));
    assert.equal(await laptop.read(), before);
    assert.equal(laptop.sandbox.requests.writes().length, writes);
  });

  it('makes an Inactive previous key Active again before the profile depends on it', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    await finishProfile(laptop.target('production'), NOW, laptop.context);
    assert.equal(keysOf(laptop).find(({ id }) => id === old.id)?.status, 'Inactive');
    const undone = await undoProfile(laptop.target('production'), laptop.context);
    assert.equal(undone.reactivated, true);
    assert.equal(keysOf(laptop).find(({ id }) => id === old.id)?.status, 'Active');
  });

  it('signs with the old pair when the new one does not work', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const { newKeyId } = await rotated(laptop);
    const fresh = keysOf(laptop).find(({ id }) => id === newKeyId);
    assert(fresh);
    fresh.status = 'Inactive';
    const undone = await undoProfile(laptop.target('production'), laptop.context);
    assert.equal(undone.restoredKeyId, old.id);
  });

  it('I5: finish after an undo knows when the other key was replaced, whoever had made it', async (t) => {
    for (const isJournaled of [true, false]) {
      const laptop = await openLaptop(t);
      const target = laptop.target('production');
      await laptop.addProfile('production', 'ada');
      const { newKeyId } = await rotated(laptop);
      if (!isJournaled) await rm(laptop.stateDir, { recursive: true });
      // In use until a moment ago: without the time of the undo, that would count for a day.
      const at = new Date(laptop.context.clock.now().getTime() - 60_000);
      const fresh = keysOf(laptop).find(({ id }) => id === newKeyId);
      fresh?.uses.push({ at, service: 's3', region: 'us-east-1' });
      await undoProfile(target, laptop.context);
      const soon = finishProfile(target, { ...NOW, skipQuietWait: false }, laptop.context);
      await assert.rejects(soon, {
        code: 'still-in-use',
        message: /is in use: last used today/,
      });
      const { keyId, outcome } = await finishProfile(target, NOW, laptop.context);
      assert.deepEqual([keyId, outcome.kind], [newKeyId, 'deactivated']);
    }
  });

  it('puts all profiles back that the rotation was for, and forth again', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'copy', old);
    const session = await openProfileSession(laptop.target('production'), laptop.context);
    const request = { mayRemove: undefined, allProfiles: true };
    const { newKeyId, updatedProfiles } = await session.rotate(request);
    session.close();
    assert.deepEqual(updatedProfiles, ['production', 'copy']);
    const holders = async (id: string) =>
      (await laptop.read())
        .split('[')
        .filter((section) => section.includes(id))
        .map((section) => section.split(']')[0]);
    await undoProfile(laptop.target('production'), laptop.context);
    assert.deepEqual(await holders(old.id), ['production', 'copy']);
    await undoProfile(laptop.target('production'), laptop.context);
    assert.deepEqual(await holders(newKeyId), ['production', 'copy']);
  });

  it('a previous pair of another user is nothing to go back to (I6)', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    const bob = await laptop.addProfile('production-previous', 'bob');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    const before = await laptop.read();
    const asAdmin = laptop.target('production', { authProfile: 'admin' });
    await assert.rejects(undoProfile(asAdmin, laptop.context), (thrown) => {
      assert(thrown instanceof KeyturnError);
      assert.equal(thrown.code, 'key-changed', thrown.message);
      assert(thrown.message.includes(`${bob.id} of bob`), thrown.message);
      return true;
    });
    assert.equal(await laptop.read(), before);
  });

  it('says that there is nothing to undo', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await assert.rejects(
      undoProfile(laptop.target('production'), laptop.context),
      refusedWith('unknown-profile'),
    );
    assert.equal(laptop.sandbox.requests.list().length, 0);
  });
});

describe('keyctl finish', () => {
  it('deactivates, holds, and deletes only when told to or after the hold (I5)', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const finish = (request: Partial<typeof NOW>) =>
      finishProfile(laptop.target('production'), { ...NOW, ...request }, laptop.context);

    const first = await finish({ deleteNow: true });
    assert.equal(first.outcome.kind, 'deactivated', 'never deleted in the run that deactivates');
    const second = await finish({});
    assert.equal(second.outcome.kind, 'held');
    assert.equal(keysOf(laptop).length, 2);
    const third = await finish({ deleteNow: true });
    assert.equal(third.outcome.kind, 'deleted');
    assert.equal(third.removedProfile, 'production-previous');
    assert.equal(keysOf(laptop).length, 1);
    assert.doesNotMatch(await laptop.read(), new RegExp(old.id));
    assert.doesNotMatch(await laptop.read(), /previous/);
  });

  it('refuses while AWS cannot know yet, and when the old key was used since', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const target = laptop.target('production');
    await assert.rejects(
      finishProfile(target, { ...NOW, skipQuietWait: false }, laptop.context),
      refusedWith('still-in-use'),
    );
    // AWS records the first use of each quarter of an hour only.
    laptop.sandbox.clock.advance(20 * 60_000);
    const sts = new STSClient({
      region: 'us-east-1',
      endpoint: laptop.sandbox.url,
      credentials: { accessKeyId: old.id, secretAccessKey: old.secret },
    });
    await sts.send(new GetCallerIdentityCommand());
    sts.destroy();
    await assert.rejects(finishProfile(target, NOW, laptop.context), refusedWith('still-in-use'));
    assert.equal(
      keysOf(laptop).every(({ status }) => status === 'Active'),
      true,
    );
  });

  it('I7: does not retire the key that signs the calls', async (t) => {
    const laptop = await openLaptop(t);
    await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const options = laptop.target('production', { authProfile: 'production-previous' });
    await assert.rejects(finishProfile(options, NOW, laptop.context), refusedWith('own-key'));
  });
});
