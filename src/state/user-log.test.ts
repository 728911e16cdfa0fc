import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { systemClock } from '../base/clock.ts';
import { UserHistory } from '../lifecycle/history.ts';
import type { JournalRecord, RotationStep } from '../lifecycle/record.ts';
import type { UserLog } from './state-store.ts';
import { type Writer, withUserLog } from './user-log.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');

const INTENDED: RotationStep = {
  type: 'intended',
  ...{ oldKeyId: OLD, knownKeyIds: [OLD], oldKeyFate: 'when-quiet' },
  target: { kind: 'handoff', place: '' },
};
const CREATED: RotationStep = { type: 'created', newKeyId: NEW };
const PROVED: RotationStep = { type: 'proved', checks: 3 };
const DELIVERED: RotationStep = { type: 'delivered', receipts: [] };
const IN_GRACE: RotationStep = { type: 'in-grace' };

/** Keeps what it is told to, write by write, until it fails. */
class Medium {
  readonly writes: string[][] = [];
  isFailing = false;

  writer(more: Partial<Writer> = {}): Writer {
    const keepAll = async (records: readonly JournalRecord[]) => {
      if (this.isFailing) throw new Error('the disk is full');
      this.writes.push(records.map(({ step }) => step.type));
    };
    return {
      ...{ account: '123456789012', run: 'r', clock: systemClock, user: 'ada', who: undefined },
      history: new UserHistory(),
      keep: (record) => keepAll([record]),
      keepAll,
      reread: async () => [],
      fence: async () => {},
      ...more,
    };
  }
}

async function create(log: UserLog): Promise<void> {
  await log.record('one', INTENDED);
  await log.record('one', CREATED);
}

describe('a step that is noted', () => {
  it('is kept with the next one, before it and in the same write', async () => {
    const medium = new Medium();
    await withUserLog(medium.writer(), async (log) => {
      await create(log);
      await log.note('one', PROVED);
      await log.note('one', DELIVERED);
      assert.equal(log.history.rotation('one').phase, 'delivered');
      assert.deepEqual(medium.writes, [['intended'], ['created']]);
      await log.record('one', IN_GRACE);
    });
    assert.deepEqual(medium.writes.at(-1), ['proved', 'delivered', 'in-grace']);
    assert.equal(medium.writes.length, 3);
  });

  it('is kept when the work is over, however it ends', async () => {
    for (const failure of [undefined, new Error('of the work')]) {
      const medium = new Medium();
      const worked = withUserLog(medium.writer(), async (log) => {
        await create(log);
        await log.note('one', PROVED);
        if (failure !== undefined) throw failure;
      });
      if (failure === undefined) await worked;
      else await assert.rejects(worked, failure);
      assert.deepEqual(medium.writes.at(-1), ['proved']);
    }
  });

  it('fails the work that nothing else has failed when it cannot be kept', async () => {
    const medium = new Medium();
    const worked = withUserLog(medium.writer(), async (log) => {
      await create(log);
      await log.note('one', PROVED);
      medium.isFailing = true;
    });
    await assert.rejects(worked, /the disk is full/);
  });

  it('ends all recording when it could not be kept with the next one', async () => {
    const medium = new Medium();
    await withUserLog(medium.writer(), async (log) => {
      await create(log);
      await log.note('one', PROVED);
      medium.isFailing = true;
      await assert.rejects(log.record('one', DELIVERED), /the disk is full/);
      medium.isFailing = false;
      await assert.rejects(log.record('one', DELIVERED), /the disk is full/);
    });
    assert.deepEqual(medium.writes, [['intended'], ['created']]);
  });

  it('is recorded at once where several cannot be kept together', async () => {
    const medium = new Medium();
    await withUserLog(medium.writer({ keepAll: undefined }), async (log) => {
      await create(log);
      await log.note('one', PROVED);
      assert.deepEqual(medium.writes.at(-1), ['proved']);
    });
  });

  it('never announces a change of a key', async () => {
    await withUserLog(new Medium().writer(), async (log) => {
      await assert.rejects(log.note('one', INTENDED), /announced/);
    });
  });
});
