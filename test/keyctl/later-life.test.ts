// The later life of a replaced key, with somebody or something in the way.

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, it, type TestContext } from 'node:test';
import { finishProfile } from '../../src/app/keyctl/finish-profile.ts';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { KeyctlContext } from '../../src/app/keyctl/types.ts';
import { undoProfile } from '../../src/app/keyctl/undo-profile.ts';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { EventSink } from '../../src/base/events.ts';
import { hold } from '../sandbox/hold.ts';
import { eventually } from '../sandbox/wait.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop, type SeededKey } from './laptop.ts';

const DAY_MS = 86_400_000;
const NOW = { deleteNow: false, skipQuietWait: true };

async function rotated(laptop: Laptop, context: KeyctlContext = laptop.context) {
  const session = await openProfileSession(laptop.target('production'), context);
  try {
    return await session.rotate({ mayRemove: undefined, allProfiles: false });
  } finally {
    session.close();
  }
}

/** AWS does not accept the new key yet, or the file was written a moment ago: there the run is stopped. */
async function stoppedAt(
  event: 'waiting-for-key' | 'secret-delivered',
  laptop: Laptop,
): Promise<void> {
  const stop = new AbortController();
  const emit: EventSink = ({ code }) => {
    if (code === event) stop.abort(new KeyturnError('interrupted', 'stopped'));
  };
  const context = { ...laptop.context, emit, signal: stop.signal };
  await assert.rejects(rotated(laptop, context), { code: 'interrupted' });
}

const keysOf = (laptop: Laptop) => laptop.sandbox.world.user(ACCOUNT, 'ada').keys;
const statusOf = (laptop: Laptop, { id }: SeededKey) =>
  keysOf(laptop).find((key) => key.id === id)?.status;
const asAdmin = (laptop: Laptop) => laptop.target('production', { authProfile: 'admin' });

/** Waiting takes no time, and the time goes on all the same. */
function leapingClock(): Clock {
  let waitedMs = 0;
  return {
    now: () => new Date(systemClock.now().getTime() + waitedMs),
    sleep: async (ms) => {
      waitedMs += ms;
    },
  };
}

/** A profile rotated long ago by other means: a quiet old key, and no journal. */
async function rotatedElsewhere(t: TestContext) {
  const laptop = await openLaptop(t, { lastUsedLagSeconds: 3600 });
  const old = await laptop.addProfile('production-previous', 'ada');
  const current = laptop.sandbox.world.addKey(ACCOUNT, 'ada', { ageDays: 60 });
  await appendProfile(laptop.credentials, 'production', current);
  await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
  return { laptop, old, current };
}

/** Starts a finish and lets something happen after it has looked at the file, before it acts. */
async function finishOvertakenBy(laptop: Laptop, happens: () => Promise<unknown>) {
  const held = hold();
  laptop.sandbox.faults.add({
    operation: 'ListAccessKeys',
    calls: { nth: 1 },
    effect: { kind: 'delay', durationMs: held.ms },
  });
  const before = laptop.sandbox.requests.list('ListAccessKeys').length;
  const finishing = finishProfile(asAdmin(laptop), NOW, laptop.context);
  finishing.catch(() => {});
  await eventually(() => laptop.sandbox.requests.list('ListAccessKeys').length > before);
  await happens();
  await held.letGo();
  return await finishing;
}

describe('keyctl finish never takes the key that is needed', () => {
  it('I4: refuses while AWS has not accepted the new key: the profile is as it was', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    const before = await laptop.read();
    await stoppedAt('waiting-for-key', laptop);
    assert.equal(await laptop.read(), before);
    const finishing = finishProfile(asAdmin(laptop), NOW, laptop.context);
    await assert.rejects(finishing, { code: 'needs-operator' });
    assert.equal(statusOf(laptop, old), 'Active');
  });

  it('I4: refuses while the rotation has not come to its end', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await stoppedAt('secret-delivered', laptop);
    assert.match(await laptop.read(), /production-previous/);
    const finishing = finishProfile(asAdmin(laptop), NOW, laptop.context);
    await assert.rejects(finishing, { code: 'needs-operator' });
    assert.equal(statusOf(laptop, old), 'Active');
  });

  it('I4: refuses when the pair in the profile does not sign, whoever signs the calls', async (t) => {
    const { laptop, old, current } = await rotatedElsewhere(t);
    const damaged = (await laptop.read()).replace(current.secret, 'x'.repeat(40));
    await writeFile(laptop.credentials, damaged);
    const context = { ...laptop.context, clock: leapingClock() };
    const finishing = finishProfile(asAdmin(laptop), NOW, context);
    await assert.rejects(finishing, { code: 'not-accepted-yet' });
    assert.equal(statusOf(laptop, old), 'Active');
  });

  it('I9: an undo that overtakes a finish keeps its key Active', async (t) => {
    const { laptop, old } = await rotatedElsewhere(t);
    const finishing = finishOvertakenBy(laptop, () => undoProfile(asAdmin(laptop), laptop.context));
    await assert.rejects(finishing, { code: 'still-in-use', message: /taken back into use/ });
    assert.equal(statusOf(laptop, old), 'Active');
  });

  it('refuses while another profile still holds the key, whatever AWS says of its use', async (t) => {
    const { laptop, old } = await rotatedElsewhere(t);
    await appendProfile(laptop.credentials, 'nightly', old);
    await assert.rejects(finishProfile(asAdmin(laptop), NOW, laptop.context), {
      code: 'still-in-use',
      message: /nightly/,
    });
    assert.equal(statusOf(laptop, old), 'Active');
  });

  it('I11: a previous pair of another user is not gone, and stays in the file', async (t) => {
    const { laptop, old } = await rotatedElsewhere(t);
    laptop.sandbox.world.addUser(ACCOUNT, { name: 'grace' });
    const stranger = laptop.sandbox.world.addKey(ACCOUNT, 'grace', { ageDays: 300 });
    const text = await laptop.read();
    const swapped = text.replace(old.id, stranger.id).replace(old.secret, stranger.secret);
    await writeFile(laptop.credentials, swapped);
    await assert.rejects(finishProfile(asAdmin(laptop), NOW, laptop.context), {
      code: 'key-changed',
      message: /grace/,
    });
    assert.equal(await laptop.read(), swapped);
  });

  it('forgets only the pair whose key is gone, not one that came into its place', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await rotated(laptop);
    const keys = keysOf(laptop);
    for (const gone of keys.splice(0, 1)) gone.deleted = true;
    const result = await finishOvertakenBy(laptop, async () => {
      const text = await readFile(laptop.credentials, 'utf8');
      await writeFile(laptop.credentials, text.replace(old.id, 'AKIAIOSFODNN7EXAMPLE'));
    });
    assert.equal(result.outcome.kind, 'gone');
    assert.equal(result.removedProfile, undefined);
    assert.match(await laptop.read(), /AKIAIOSFODNN7EXAMPLE/);
  });

  it('I5: the hold begins anew when the answer to the deactivation was lost', async (t) => {
    const { laptop, old } = await rotatedElsewhere(t);
    laptop.sandbox.faults.add({
      operation: 'UpdateAccessKey',
      effect: { kind: 'error-after-commit' },
    });
    await assert.rejects(finishProfile(asAdmin(laptop), NOW, laptop.context));
    assert.equal(statusOf(laptop, old), 'Inactive');
    laptop.sandbox.faults.clear();
    const { outcome } = await finishProfile(asAdmin(laptop), NOW, laptop.context);
    assert.equal(outcome.kind, 'held');
    assert.equal(statusOf(laptop, old), 'Inactive');
  });

  it('goes on when the old key has been quiet for as long as runs wait, as its hint says', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotated(laptop);
    const usedAt = new Date(Date.now() + 10 * 60_000);
    const key = keysOf(laptop).find(({ id }) => id === old.id);
    key?.uses.push({ at: usedAt, service: 's3', region: 'us-east-1' });
    laptop.sandbox.clock.advance(20 * 60_000);
    const finishAfter = (ms: number) => {
      const clock = {
        ...laptop.context.clock,
        now: () => new Date(systemClock.now().getTime() + ms),
      };
      return finishProfile(laptop.target('production'), NOW, { ...laptop.context, clock });
    };
    await assert.rejects(finishAfter(34 * DAY_MS), { code: 'still-in-use' });
    assert.equal((await finishAfter(36 * DAY_MS)).outcome.kind, 'deactivated');
  });
});

describe('keyctl undo of a rotation that was left open', () => {
  it('leaves it open when there is no way back, so that it can still be finished', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await stoppedAt('secret-delivered', laptop);
    const damaged = (await laptop.read()).replace(old.secret, 'x'.repeat(40));
    await writeFile(laptop.credentials, damaged);
    const undoing = undoProfile(asAdmin(laptop), { ...laptop.context, clock: leapingClock() });
    await assert.rejects(undoing, { code: 'not-accepted-yet' });
    assert.equal(await laptop.read(), damaged);
    const session = await openProfileSession(asAdmin(laptop), laptop.context);
    session.close();
    assert.equal(session.exam.openPhase, 'delivered');
  });

  it('has nothing to put back before the new pair was delivered, and touches nothing', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    const before = await laptop.read();
    await stoppedAt('waiting-for-key', laptop);
    await assert.rejects(undoProfile(asAdmin(laptop), laptop.context), {
      code: 'needs-operator',
      hint: 'let it finish first: run the command that began it again, or:\n  keyturn recover --user ada',
    });
    assert.equal(await laptop.read(), before);
    assert.equal(statusOf(laptop, old), 'Active');
    // What the hint says goes on with the same key.
    const { resumed } = await rotated(laptop);
    assert.deepEqual([resumed, keysOf(laptop).length], [true, 2]);
  });

  it('ends it, and leaves no second copy of the secret in the hand-off (I8)', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await stoppedAt('secret-delivered', laptop);
    const { restoredKeyId, replacedKeyId } = await undoProfile(asAdmin(laptop), laptop.context);
    assert.equal(restoredKeyId, old.id);
    const handoff = `${laptop.stateDir}/${ACCOUNT}/handoff/${replacedKeyId}.json`;
    await assert.rejects(readFile(handoff), /ENOENT/);
    const session = await openProfileSession(asAdmin(laptop), laptop.context);
    session.close();
    assert.equal(session.exam.openPhase, undefined);
  });
});

describe('keyctl and a hand-off file that somebody removed', () => {
  it('I10: fetches the secret back from the profile that holds it, and goes on', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'admin', laptop.sandbox.world.administratorKey());
    await stoppedAt('secret-delivered', laptop);
    const made = keysOf(laptop).find(({ id }) => id !== old.id);
    await rm(`${laptop.stateDir}/${ACCOUNT}/handoff/${made?.id}.json`);
    laptop.sandbox.clock.advance(5 * 3_600_000);
    const clock = {
      ...laptop.context.clock,
      now: () => new Date(systemClock.now().getTime() + 5 * 3_600_000),
    };
    const { resumed, newKeyId } = await rotated(laptop, { ...laptop.context, clock });
    assert.deepEqual([resumed, newKeyId], [true, made?.id]);
    assert.deepEqual([statusOf(laptop, old), made?.deleted], ['Active', false]);
  });
});

describe('keyctl and the key that would have to make room', () => {
  it('is not idle while another profile of the file holds it, however long unused', async (t) => {
    const { laptop, old } = await rotatedElsewhere(t);
    const key = keysOf(laptop).find(({ id }) => id === old.id);
    assert(key);
    key.status = 'Inactive';
    await appendProfile(laptop.credentials, 'nightly', old);
    const session = await openProfileSession(asAdmin(laptop), laptop.context);
    session.close();
    const { slot } = session.exam;
    assert(slot.kind === 'removable');
    assert.equal(slot.key.id, old.id);
    assert.equal(slot.isIdle, false);
    assert.match(slot.because, /nightly/);
  });
});
