// What every store of state promises, whatever keeps it. A new store passes when it hands in how one is
// made, what its medium holds, and how that medium fails (contract.test.ts).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import {
  condemnsKeys,
  keepsSealedSecrets,
  keepsSecrets,
  tellsOfSecrets,
} from './contract-custody.ts';
import { keepsSecretsUnderFaults, keepsWholeUnderFaults } from './contract-faults.ts';
import { namesUsersAndKeys } from './contract-names.ts';
import { keepsNotices } from './contract-notices.ts';
import { refusesWhatCannotFollow } from './contract-order.ts';
import { remembersSightings } from './contract-sightings.ts';
import { shortensAndNames } from './contract-store.ts';
import { keepsTrail } from './contract-trail.ts';
import { comesBackWhole } from './contract-transfer.ts';
import {
  BUSY,
  CREATED,
  INTENDED,
  issued,
  RECEIPTS,
  ROTATED,
  recorded,
  SECRET,
  type Subject,
  stepsOf,
} from './subject.ts';
import { ACCOUNT, OLD_KEY } from './support.ts';

export function passesContract(subject: Subject): void {
  describe(`${subject.kind} as a state store`, () => {
    keepsRecords(subject);
    refusesWhatCannotFollow(subject);
    keepsRecordsBare(subject);
    keepsWritersApart(subject);
    letsChangesLeave(subject);
    foretells(subject);
    knowsWhatIsOpen(subject);
    keepsSecrets(subject);
    condemnsKeys(subject);
    keepsSealedSecrets(subject);
    tellsOfSecrets(subject);
    remembersSightings(subject);
    namesUsersAndKeys(subject);
    shortensAndNames(subject);
    comesBackWhole(subject);
    keepsTrail(subject);
    keepsNotices(subject);
  });
  describe(`${subject.kind} on a medium that fails`, () => keepsWholeUnderFaults(subject));
}

/** The part of it that is about secrets: for each way in which they can be kept. */
export function passesCustodyContract(subject: Subject): void {
  describe(`${subject.kind} as custody`, () => {
    keepsSecrets(subject);
    condemnsKeys(subject);
    keepsSealedSecrets(subject);
    tellsOfSecrets(subject);
    comesBackWhole(subject);
  });
  describe(`${subject.kind} on a medium that fails`, () => keepsSecretsUnderFaults(subject));
}

function keepsRecords({ medium }: Subject): void {
  it('I1: what one recorded, everybody finds in any spelling, oldest first', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    await recorded(state, { user: 'Alice' }, [INTENDED, CREATED]);
    await state.exclusively('ALICE', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
    const other = await store('run-2').open(ACCOUNT, 'read');
    for (const reader of [state, other]) {
      assert.deepEqual(await stepsOf(reader, 'aLiCe'), ['intended', 'created', 'deleted']);
      assert.deepEqual(await stepsOf(reader, 'bob'), []);
    }
    const { records } = await other.history('alice');
    const at = records[0]?.at;
    assert.ok(at instanceof Date);
    const envelope = { at, run: 'run-1', account: ACCOUNT };
    assert.deepEqual(records, [
      { ...envelope, v: 1, user: 'Alice', rotation: 'r1', step: INTENDED },
      { ...envelope, v: 1, user: 'Alice', rotation: 'r1', step: CREATED },
      {
        ...{ ...envelope, v: 1, user: 'ALICE', rotation: null },
        step: { type: 'deleted', keyId: OLD_KEY },
      },
    ]);
  });

  it('a record is in every history once it is recorded, inside as outside', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const other = await store('run-2').open(ACCOUNT, 'read');
    await state.exclusively('alice', async (log) => {
      for (const [index, step] of ROTATED.entries()) {
        await log.record('r1', step);
        const expected = ROTATED.slice(0, index + 1).map(({ type }) => type);
        for (const reader of [state, other]) assert.deepEqual(await stepsOf(reader), expected);
        assert.equal(log.history.records.length, index + 1);
        assert.deepEqual(log.history.records, (await other.history('alice')).records);
      }
    });
  });

  it('I9: what another writer recorded before is complete inside', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const two = await store('run-2').open(ACCOUNT, 'write');
    assert.deepEqual(await stepsOf(two), []);
    await recorded(one, {}, [INTENDED, CREATED]);
    await two.exclusively('Alice', async (log) => {
      assert.equal(log.history.open?.phase, 'created');
      await log.record('r1', { type: 'delivered', receipts: RECEIPTS });
      assert.equal(log.history.open?.phase, 'delivered-unproved');
    });
    await one.exclusively('alice', async ({ history }) => {
      assert.equal(history.open?.phase, 'delivered-unproved');
    });
  });
}

function keepsRecordsBare({ medium }: Subject): void {
  it('I8: what hangs on a record by accident is in no history', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const step = { ...CREATED, response: { SecretAccessKey: SECRET } };
    await state.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
      await log.record('r1', step);
      await state.custody.put(issued());
      assert.doesNotMatch(inspect(log.history.records, { depth: 9 }), /wJalr|Secret/);
    });
    const { records } = await (await store('run-2').open(ACCOUNT, 'read')).history('alice');
    assert.doesNotMatch(inspect(records, { depth: 9 }), /wJalr|Secret/);
    assert.deepEqual(records[1]?.step, CREATED);
  });
}

function keepsWritersApart({ medium }: Subject): void {
  it('I9: a user has one writer at a time, in any spelling, and other users have theirs', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const two = await store('run-2').open(ACCOUNT, 'write');
    const result = await one.exclusively('Alice', async () => {
      for (const state of [one, two]) {
        const second = state.exclusively('aLICE', async () => assert.fail('two at once'));
        await assert.rejects(second, BUSY);
      }
      assert.equal(await two.exclusively('bob', async () => 'bob too'), 'bob too');
      return 42;
    });
    assert.equal(result, 42);
    assert.equal(await two.exclusively('alice', async () => 'free'), 'free');
  });

  it('lets the user go when the work fails, with the failure of the work', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const two = await store('run-2').open(ACCOUNT, 'write');
    const failed = one.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
      throw new RangeError('the work failed');
    });
    await assert.rejects(failed, RangeError);
    await two.exclusively('alice', async ({ history }) => {
      assert.equal(history.open?.phase, 'intended');
    });
  });

  it('I9: a log records nothing once its work is over, also while another one works', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const kept = await state.exclusively('alice', async (log) => ({ log }));
    await assert.rejects(kept.log.record('r1', INTENDED));
    await state.exclusively('alice', async () => {
      await assert.rejects(kept.log.record('r1', INTENDED));
    });
    assert.deepEqual(await stepsOf(state), []);
  });

  it('of many who want one user at once, each works alone or is refused', async (test) => {
    const { store } = await medium(test);
    const states = await Promise.all(
      Array.from({ length: 8 }, (_, n) => store(`run-${n}`).open(ACCOUNT, 'write')),
    );
    let working = 0;
    let worked = 0;
    const turns = states.map((state, index) =>
      state.exclusively('alice', async (log) => {
        working += 1;
        assert.equal(working, 1);
        await log.record(`r${index}`, INTENDED);
        working -= 1;
        worked += 1;
      }),
    );
    const results = await Promise.allSettled(turns);
    for (const result of results) {
      if (result.status === 'rejected') assert.equal(result.reason.code, BUSY.code);
    }
    assert.ok(worked > 0);
    assert.equal((await states[0]?.history('alice'))?.records.length, worked);
  });
}

function letsChangesLeave({ medium }: Subject): void {
  it('I9: a change of a key may leave while the user is held, and not when the work is over', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const kept = await state.exclusively('alice', async (log) => {
      const { records } = log.history;
      assert.deepEqual(records, []);
      await log.record('r1', INTENDED);
      const now = log.history.records[0]?.at ?? new Date();
      await log.fence(now);
      return { log, now };
    });
    await assert.rejects(kept.log.fence(kept.now));
    await state.exclusively('alice', async () => {
      await assert.rejects(kept.log.fence(kept.now));
    });
  });
}

function knowsWhatIsOpen({ medium }: Subject): void {
  it('I10: tells who has an open rotation, spelled as last seen, until it is finished', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const other = await store('run-2').open(ACCOUNT, 'read');
    const open = async () => {
      const users = await other.openUsers();
      return users.map(({ user, history }) => [user, history.open?.phase]);
    };
    assert.deepEqual(await open(), []);
    await recorded(state, { user: 'alice' }, [INTENDED]);
    await recorded(state, { user: 'Alice' }, [CREATED]);
    await recorded(state, { user: 'bob' }, ROTATED);
    assert.deepEqual(await open(), [['Alice', 'created']]);
    assert.deepEqual(await open(), [['Alice', 'created']]);
    await recorded(state, { user: 'alice' }, ROTATED.slice(2));
    assert.deepEqual(await open(), []);
    await recorded(state, { user: 'bob', rotation: 'r2' }, [INTENDED]);
    assert.deepEqual(await open(), [['bob', 'intended']]);
  });

  it('I13: tells who has a request that was given up, because its key may land late', async (test) => {
    const { store } = await medium(test);
    const state = await store('run-1').open(ACCOUNT, 'write');
    const lost: RotationStep = { type: 'create-unknown', reason: 'no answer' };
    const givenUp: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
    await recorded(state, { user: 'alice' }, [INTENDED, lost, givenUp]);
    await recorded(state, { user: 'bob' }, [INTENDED, { type: 'create-refused', code: 'x' }]);
    const users = await (await store('run-2').open(ACCOUNT, 'read')).openUsers();
    assert.deepEqual(
      users.map(({ user, history }) => [user, history.mayHaveLateKey, history.open]),
      [['alice', true, undefined]],
    );
  });
}

function foretells({ medium }: Subject): void {
  it('I12: foretells that a user has a writer, and what the next one would begin with', async (test) => {
    const { store } = await medium(test);
    const one = await store('run-1').open(ACCOUNT, 'write');
    const dry = await store('run-2').open(ACCOUNT, 'foretell');
    assert.deepEqual((await dry.foretell('alice')).records, []);
    await one.exclusively('alice', async (log) => {
      await log.record('r1', INTENDED);
      await assert.rejects(dry.foretell('ALICE'), BUSY);
      assert.deepEqual((await dry.foretell('bob')).records, []);
    });
    assert.deepEqual(
      (await dry.foretell('alice')).records.map(({ step }) => step.type),
      ['intended'],
    );
  });
}
