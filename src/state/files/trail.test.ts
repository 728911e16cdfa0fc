import assert from 'node:assert/strict';
import { appendFile, readdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { assertAllTold, readTrail, wholeTrail } from '../../../test/state/contract-trail.ts';
import { CREATED, INTENDED, ROTATED, recorded } from '../../../test/state/subject.ts';
import {
  ACCOUNT,
  openState,
  rotationRecord,
  temporaryDirectory,
} from '../../../test/state/support.ts';
import type { FileSystem, OpenFile } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { sha256 } from '../../lifecycle/trail/line.ts';
import type { AccountState } from '../state-store.ts';
import { FileJournal } from './journal.ts';

const AT = new Date('2026-03-01T00:00:00.000Z');

interface Place {
  readonly directory: string;
  readonly trail: string;
  readonly journal: string;
  readonly open: (run: string, fs?: FileSystem) => Promise<AccountState>;
}

async function placeOf(t: TestContext): Promise<Place> {
  const directory = await temporaryDirectory(t);
  const at = (name: string) => join(directory, ACCOUNT, name);
  const open = (run: string, fs = nodeFileSystem) => openState(directory, { run, fs });
  return { directory, trail: at('trail.jsonl'), journal: at('journal.jsonl'), open };
}

const stepsIn = async (state: AccountState) => (await wholeTrail(state)).map(({ step }) => step);

test('a line that a dying writer cut short stays, and the next line says what it is', async (t) => {
  const { trail, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, [INTENDED]);
  const torn = '{"account":"123456789012","detail":{},"keys":["AKIA';
  await appendFile(trail, torn);
  // Until somebody writes, it is no fault: its writer may be writing still.
  const { verdict } = await readTrail(await open('run-2'));
  assert.deepEqual([verdict.faults, verdict.isUnended, verdict.lines], [[], true, 2]);
  await recorded(await open('run-2'), {}, [CREATED]);
  const after = await readTrail(await open('run-3'));
  assert.deepEqual(
    [after.verdict.faults, after.verdict.torn, after.verdict.isUnended],
    [[], 1, false],
  );
  const closing = after.lines.find(({ step }) => step === 'torn');
  assert.deepEqual(closing?.detail, { bytes: torn.length, sha256: sha256(torn) });
  assert.ok((await readFile(trail, 'utf8')).includes(`\n${torn}\n`));
  await assertAllTold(await open('run-3'));
});

test('a line that lacks its newline alone is a line', async (t) => {
  const { trail, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, [INTENDED]);
  const { length } = await readFile(trail);
  await truncate(trail, length - 1);
  await recorded(await open('run-2'), {}, [CREATED]);
  assert.deepEqual(await stepsIn(await open('run-3')), ['trail-began', 'intended', 'created']);
});

test('what was torn before the first line ever is replaced', async (t) => {
  const { trail, open } = await placeOf(t);
  const state = await open('run-1');
  await writeFile(trail, '{"account":"1234', { mode: 0o600 });
  await recorded(state, {}, [INTENDED]);
  assert.deepEqual(await stepsIn(state), ['trail-began', 'intended']);
});

test('a state directory without a trail stays readable; the first line says what is older', async (t) => {
  const { trail, journal, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, ROTATED);
  // As an earlier version leaves it.
  await rename(trail, `${trail}.gone`);
  const before = await readFile(journal, 'utf8');
  const state = await open('run-2');
  assert.deepEqual(await wholeTrail(state), []);
  await recorded(state, { rotation: 'r2' }, [INTENDED]);
  const [first, second] = await wholeTrail(state);
  assert.equal(first?.reason, '6 records of the journal are older than the trail, and not in it');
  assert.equal(first?.detail.records_before, 6);
  assert.equal(second?.step, 'intended');
  assert.ok((await readFile(journal, 'utf8')).startsWith(before));
  await assertAllTold(state, 6);
});

test('what was recorded by a version without a trail, or by a dead process, is told by the next writer', async (t) => {
  const { trail, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, [INTENDED]);
  const told = await readFile(trail);
  await recorded(await open('run-1'), {}, [CREATED]);
  await recorded(await open('run-1'), { user: 'bob' }, ROTATED);
  await writeFile(trail, told);
  const state = await open('run-2');
  await state.trail.tell([{ step: 'run-ended', at: AT }]);
  await assertAllTold(state);
  assert.equal((await stepsIn(state)).at(-1), 'run-ended');
});

test('a trail that was changed at its end, or cut short during a run, is not continued', async (t) => {
  const { trail, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, [INTENDED, CREATED]);
  const whole = await readFile(trail, 'utf8');
  const damaged = { code: 'trail-damaged', message: /trail\.jsonl: its last line/ };
  for (const text of [whole.replace(/created"/g, 'creaded"'), `${whole}\n`, `${whole}{}\n`]) {
    await writeFile(trail, text);
    await assert.rejects(recorded(await open('run-2'), { rotation: 'r2' }, [INTENDED]), damaged);
    assert.equal(await readFile(trail, 'utf8'), text);
  }
  await writeFile(trail, whole);
  const state = await open('run-2');
  await state.trail.tell([]);
  await writeFile(trail, whole.slice(0, whole.lastIndexOf('\n', whole.length - 2) + 1));
  await assert.rejects(state.trail.tell([]), { code: 'trail-damaged', message: /cut short/ });
  // Outcomes go on, since they have happened; no announcement does.
  await recorded(state, {}, ROTATED.slice(2, 4));
  await assert.rejects(recorded(state, {}, ROTATED.slice(4, 5)), { code: 'trail-damaged' });
});

test('a journal that somebody replaced is said so, once, and the trail goes on with the new one', async (t) => {
  const { journal, open } = await placeOf(t);
  await recorded(await open('run-1'), {}, ROTATED.slice(0, 2));
  const earlier = await readFile(journal, 'utf8');
  await recorded(await open('run-1'), {}, ROTATED.slice(2));
  await writeFile(journal, earlier);
  const state = await open('run-2');
  await recorded(state, { user: 'bob' }, [INTENDED]);
  await recorded(await open('run-3'), { user: 'carol' }, [INTENDED]);
  const lines = await wholeTrail(state);
  const steps = lines.map(({ step, user }) => `${step} ${user ?? ''}`.trim());
  assert.deepEqual(steps.slice(-3), ['journal-replaced', 'intended bob', 'intended carol']);
});

test('I9: what is recorded while lines are on their way to the disk is told after them', async (t) => {
  const { trail, journal, open } = await placeOf(t);
  let meanwhile: (() => Promise<unknown>) | undefined;
  const fs: FileSystem = {
    ...nodeFileSystem,
    open: async (path, intent) => {
      const file = await nodeFileSystem.open(path, intent);
      if (path !== trail) return file;
      const sync = async () => {
        const work = meanwhile;
        meanwhile = undefined;
        await work?.();
        await file.sync();
      };
      return Object.assign(Object.create(file), { sync });
    },
  };
  await recorded(await open('run-1'), {}, [INTENDED]);
  const state = await open('run-2', fs);
  await recorded(state, {}, [CREATED]);
  meanwhile = async () => {
    const another = new FileJournal({ fs: nodeFileSystem, path: journal, account: ACCOUNT });
    await another.append(rotationRecord(INTENDED, { user: 'bob' }));
    return await state.history('bob');
  };
  await state.trail.tell([{ step: 'run-began', at: AT }]);
  await recorded(state, { user: 'carol' }, ROTATED);
  await assertAllTold(state);
});

test('a trail that cannot be written: no change is announced, what happened is recorded, and told later', async (t) => {
  const { open, trail } = await placeOf(t);
  await recorded(await open('run-1'), { user: 'bob' }, [INTENDED]);
  let isFull = false;
  const fs: FileSystem = {
    ...nodeFileSystem,
    open: async (path, intent) => {
      const file = await nodeFileSystem.open(path, intent);
      if (path !== trail) return file;
      const write: OpenFile['write'] = async (bytes, position) => {
        if (isFull) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
        return await file.write(bytes, position);
      };
      return Object.assign(Object.create(file), { write });
    },
  };
  const state = await open('run-2', fs);
  const full = { code: 'trail-write', message: /no space left on the disk/, exitCode: 1 };
  await state.exclusively('alice', async (log) => {
    await log.record('r1', INTENDED);
    isFull = true;
    // AWS has made a key by now: what is known of it must not be lost.
    for (const step of ROTATED.slice(1, 4)) await log.record('r1', step);
    await assert.rejects(log.record('r1', { type: 'deactivating' }), full);
    await assert.rejects(log.record('r2', INTENDED), full);
    assert.equal(log.history.open?.phase, 'deactivating');
  });
  // The first announcement was recorded before it failed, and the second one not even that.
  assert.equal((await state.history('alice')).records.length, 5);
  isFull = false;
  await state.trail.tell([]);
  await assertAllTold(state);
});

test('nothing stays beside the trail: no claim, no temporary file', async (t) => {
  const { directory, open } = await placeOf(t);
  const state = await open('run-1');
  await state.trail.tell([{ step: 'run-began', at: AT }]);
  await recorded(state, {}, ROTATED);
  await state.exclusively('alice', async () => undefined);
  assert.deepEqual(await readdir(join(directory, ACCOUNT, 'claims')), []);
});
