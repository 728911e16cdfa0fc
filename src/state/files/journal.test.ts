import assert from 'node:assert/strict';
import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  ACCOUNT,
  NEW_KEY,
  OLD_KEY,
  rotationRecord,
  startScript,
  temporaryDirectory,
} from '../../../test/state/support.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../../lifecycle/record.ts';
import { encodeRecord } from '../record-codec.ts';
import { FileJournal } from './journal.ts';

function latch(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

async function recordsOf(journal: FileJournal, user: string): Promise<readonly JournalRecord[]> {
  return (await journal.historyOf(user)).records;
}

async function usersOf(journal: FileJournal): Promise<readonly string[]> {
  return [...(await journal.histories())].map(({ user }) => user);
}

async function newJournal(t: TestContext): Promise<{ journal: FileJournal; path: string }> {
  const path = join(await temporaryDirectory(t), 'journal.jsonl');
  return { journal: open(path), path };
}

/** As another process sees it: nothing is remembered from before. */
function open(path: string): FileJournal {
  return new FileJournal({ fs: nodeFileSystem, path, account: ACCOUNT });
}

const ROTATION_STEPS: { readonly [T in RotationStep['type']]: RotationStep & { type: T } } = {
  intended: {
    type: 'intended',
    oldKeyId: OLD_KEY,
    knownKeyIds: [OLD_KEY, NEW_KEY],
    oldKeyFate: 'keep',
    target: { kind: 'credentials-file', place: '/home/ada/.aws/credentials [production]' },
  },
  'create-refused': { type: 'create-refused', code: 'LimitExceeded' },
  'create-unknown': { type: 'create-unknown', reason: 'the socket closed\nwithout “reply” \u0000' },
  'orphan-found': { type: 'orphan-found', keyId: NEW_KEY },
  created: { type: 'created', newKeyId: NEW_KEY },
  placed: {
    type: 'placed',
    target: { kind: 'dotenv', place: '/a/.env' },
    receipt: { kind: 'dotenv', reference: '/a/.env', settle: 'next-start', proof: 'value' },
  },
  'place-found': {
    type: 'place-found',
    target: { kind: 'dotenv', place: '/a/.env' },
    state: 'overwritten',
  },
  delivered: { type: 'delivered', receipts: [{ kind: 'handoff', reference: '/a/b "c".json' }] },
  proved: { type: 'proved', checks: 3 },
  adopted: { type: 'adopted', newKeyId: NEW_KEY },
  'orphan-named': { type: 'orphan-named', keyId: NEW_KEY },
  verified: { type: 'verified', checks: 3 },
  deactivating: { type: 'deactivating', reason: 'a person said so', by: 'operator' },
  deactivated: { type: 'deactivated' },
  'in-grace': { type: 'in-grace' },
  'deadline-announced': { type: 'deadline-announced', deadline: '2026-12-28T10:00:00.000Z' },
  'deadline-withdrawn': { type: 'deadline-withdrawn' },
  'hook-begun': { type: 'hook-begun', on: 'after-deliver', mark: 'a1b2', label: 'kubectl rollout' },
  'hook-ended': { type: 'hook-ended', mark: 'a1b2', end: 'failed', reason: 'exit code 3' },
  told: { type: 'told' },
  vetoed: { type: 'vetoed', label: '/usr/bin/ask', reason: 'a payment is under way' },
  watched: { type: 'watched', saw: 'red', reason: 'HTTP 500' },
  completed: { type: 'completed' },
  discarding: { type: 'discarding', keyId: NEW_KEY, reason: 'nobody holds its secret' },
  discarded: { type: 'discarded', keyId: NEW_KEY },
  found: {
    type: 'found',
    oldKeyId: OLD_KEY,
    newKeyId: NEW_KEY,
    target: { kind: 'credentials-file', place: '/x [y]', alsoProfiles: ['z'] },
  },
  undoing: { type: 'undoing', toKeyId: OLD_KEY, fromKeyId: NEW_KEY, fromKeyFate: 'keep' },
  'undo-given-up': { type: 'undo-given-up', reason: 'not-accepted-yet' },
  undone: { type: 'undone', notPutBack: [{ kind: 'handoff', reference: '/a.json' }] },
  closed: { type: 'closed', reason: 'new-key-gone' },
};

const KEY_STEPS: { readonly [T in KeyStep['type']]: KeyStep & { type: T } } = {
  deleting: { type: 'deleting', keyId: OLD_KEY, reason: 'Inactive since 2026-01-01' },
  deleted: { type: 'deleted', keyId: OLD_KEY },
  retiring: { type: 'retiring', keyId: OLD_KEY, reason: 'finish' },
  retired: { type: 'retired', keyId: OLD_KEY },
  reactivating: { type: 'reactivating', keyId: OLD_KEY, reason: 'undo' },
  reactivated: { type: 'reactivated', keyId: OLD_KEY },
  lapsed: { type: 'lapsed', keyId: OLD_KEY },
};

const EVERY_RECORD: readonly JournalRecord[] = [
  ...Object.values(ROTATION_STEPS).map((step) => rotationRecord(step)),
  ...Object.values(KEY_STEPS).map((step) => ({
    ...rotationRecord(ROTATION_STEPS.deactivated),
    v: formatOf(step),
    rotation: null,
    step,
  })),
];

test('every kind of record is read back as it was written, oldest first', async (t) => {
  const { journal, path } = await newJournal(t);
  for (const record of EVERY_RECORD) await journal.append(record);
  assert.deepEqual(await recordsOf(journal, 'alice'), EVERY_RECORD);
  assert.deepEqual(await recordsOf(open(path), 'alice'), EVERY_RECORD);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
});

test('a user is found in any spelling and listed in the latest one', async (t) => {
  const { journal } = await newJournal(t);
  await journal.append(rotationRecord(ROTATION_STEPS.intended, { user: 'Alice' }));
  await journal.append(rotationRecord(ROTATION_STEPS.deactivated, { user: 'ALICE' }));
  await journal.append(rotationRecord(ROTATION_STEPS.intended, { user: '__proto__' }));
  assert.equal((await recordsOf(journal, 'alice')).length, 2);
  assert.equal((await recordsOf(journal, '__PROTO__')).length, 1);
  assert.deepEqual(await recordsOf(journal, 'bob'), []);
  assert.deepEqual(await usersOf(journal), ['ALICE', '__proto__']);
});

test('a journal that does not exist yet is empty, and asking does not make it', async (t) => {
  const { journal, path } = await newJournal(t);
  assert.deepEqual(await usersOf(journal), []);
  await assert.rejects(stat(path), { code: 'ENOENT' });
});

test('I8: fields that a record should not have are not written', async (t) => {
  const { journal, path } = await newJournal(t);
  const step = { ...ROTATION_STEPS.created, response: { SecretAccessKey: 'wJalrXUtnFEMI' } };
  const record = { ...rotationRecord(step), credentials: 'wJalrXUtnFEMI' };
  await journal.append(record);
  assert.doesNotMatch(await readFile(path, 'utf8'), /wJalr|Secret|credentials/);
  assert.deepEqual(await recordsOf(journal, 'alice'), [rotationRecord(ROTATION_STEPS.created)]);
});

test('a record cut short at any byte loses nothing before it and nothing after it', async (t) => {
  const { journal, path } = await newJournal(t);
  const before = rotationRecord(ROTATION_STEPS.intended);
  await journal.append(before);
  const start = (await stat(path)).size;
  for (const torn of EVERY_RECORD) {
    await truncate(path, start);
    await open(path).append(torn);
    const whole = await readFile(path);
    // The last byte is the newline: without it the record is whole.
    for (let length = start; length < whole.length; length += 1) {
      await writeFile(path, whole.subarray(0, length));
      const reader = open(path);
      const expected = length === whole.length - 1 ? [before, torn] : [before];
      assert.deepEqual(await recordsOf(reader, 'alice'), expected, `cut at byte ${length}`);
      if (length % 29 !== 0) continue;
      const after = rotationRecord(ROTATION_STEPS.verified);
      await open(path).append(after);
      assert.deepEqual(await recordsOf(reader, 'alice'), [...expected, after], `byte ${length}`);
      assert.deepEqual(await recordsOf(open(path), 'alice'), [...expected, after]);
    }
  }
});

test('blocks that a power cut left as NUL bytes are skipped', async (t) => {
  const { journal, path } = await newJournal(t);
  await journal.append(EVERY_RECORD[0] as JournalRecord);
  await appendFile(path, `\n{"v":1,"at":"20${'\0'.repeat(5000)}`);
  await open(path).append(EVERY_RECORD[1] as JournalRecord);
  assert.deepEqual(await recordsOf(journal, 'alice'), EVERY_RECORD.slice(0, 2));
});

test('a damaged line is refused and named, and lines before it stay readable on disk', async (t) => {
  const whole = JSON.stringify({
    v: 1,
    at: '2026-03-01T00:00:00.000Z',
    run: 'r',
    account: ACCOUNT,
    user: 'alice',
    rotation: 'x',
    step: { type: 'deactivated' },
  });
  const damages: Record<string, string> = {
    'not JSON at all': 'hello',
    'a bracket that became another': `${whole.slice(0, -1)}]`,
    'a quote that vanished': whole.replace('"run":', 'run":'),
    'the end of a record': whole.slice(10),
    'JSON of another kind': '[]',
    'a step that does not exist': whole.replace('deactivated', 'exploded'),
    'a step of the prototype': whole.replace('deactivated', 'constructor'),
    'a missing field': whole.replace('"type":"deactivated"', '"type":"created"'),
    'a date that is none': whole.replace('2026-03', '2026-99'),
    'another account': whole.replace(ACCOUNT, '999999999999'),
    'a clean-up step in a rotation': whole.replace('deactivated', 'deleted'),
    'a step that its format does not know': encodeRecord(
      rotationRecord(ROTATION_STEPS['undo-given-up']),
    ).replace('"v":2', '"v":1'),
  };
  for (const [name, line] of Object.entries(damages)) {
    for (const end of ['\n', '']) {
      const { journal, path } = await newJournal(t);
      await writeFile(path, `\n${whole}\n\n${line}${end}`);
      const expected = { code: 'journal-damaged', message: /journal.jsonl line 4\b/ };
      await assert.rejects(recordsOf(journal, 'alice'), expected, name);
      await assert.rejects(usersOf(journal), expected, `${name}, asked again`);
    }
  }
});

test('a record of a newer version is refused, whatever else it holds', async (t) => {
  const { journal, path } = await newJournal(t);
  await writeFile(path, '\n{"v":7,"brand":"new"}\n');
  const expected = { code: 'journal-newer', message: /line 2 has format version 7/ };
  await assert.rejects(recordsOf(journal, 'alice'), expected);
});

test('only what an older version does not know carries the newer format, so that it refuses', async (t) => {
  const { journal, path } = await newJournal(t);
  const { target, ...intended } = ROTATION_STEPS.intended;
  const shared = { ...intended, target: { ...target, alsoProfiles: ['copy'] } };
  const newer = { ...target, since: 3 } as const;
  const waiting = { ...intended, target, oldKeyFate: 'when-quiet' } as const;
  const inNewForm = { ...intended, target: newer };
  const alsoInNewForm = { ...intended, target, alsoTargets: [newer] };
  const foundInNewForm = { ...ROTATION_STEPS.found, target: newer };
  const { intended: plain, undoing, closed } = ROTATION_STEPS;
  const { 'in-grace': inGrace, 'deadline-announced': announced } = ROTATION_STEPS;
  const withdrawn = ROTATION_STEPS['deadline-withdrawn'];
  const untold = { type: 'deadline-announced' } as const;
  const known = [plain, shared, undoing, closed, inNewForm, alsoInNewForm, foundInNewForm];
  const { placed } = ROTATION_STEPS;
  const steps = [...known, waiting, inGrace, announced, untold, withdrawn, placed];
  for (const step of steps) await journal.append(rotationRecord(step));
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { v: number }).v),
    [1, 2, 2, 1, 3, 3, 3, 4, 4, 4, 4, 4, 5],
  );
});

test('I11: a journal that cannot be read is not an empty journal', async (t) => {
  const directory = await temporaryDirectory(t);
  const journal = open(directory);
  await assert.rejects(recordsOf(journal, 'alice'), { code: 'state-dir', message: /EISDIR/ });
});

test('what another process appended, or a restored file, is seen by the next question', async (t) => {
  const { journal, path } = await newJournal(t);
  await journal.append(EVERY_RECORD[0] as JournalRecord);
  assert.equal((await recordsOf(journal, 'alice')).length, 1);
  await open(path).append(EVERY_RECORD[1] as JournalRecord);
  assert.equal((await recordsOf(journal, 'alice')).length, 2);
  await truncate(path, 0);
  await open(path).append(EVERY_RECORD[2] as JournalRecord);
  assert.deepEqual(await recordsOf(journal, 'alice'), [EVERY_RECORD[2]]);
});

test('records of equal length that are read while an own one is on its way to the disk are each taken once', async (t) => {
  const { path } = await newJournal(t);
  const [reached, release] = [latch(), latch()];
  const slow: typeof nodeFileSystem = {
    ...nodeFileSystem,
    open: async (name, intent) => {
      const file = await nodeFileSystem.open(name, intent);
      const sync = async () => {
        reached.open();
        await release.opened;
        await file.sync();
      };
      return { ...file, sync };
    },
  };
  const [first, own, others] = ['first', 'own__', 'other'].map((rotation) =>
    rotationRecord(ROTATION_STEPS.created, { rotation }),
  ) as [JournalRecord, JournalRecord, JournalRecord];
  await open(path).append(first);
  const journal = new FileJournal({ fs: slow, path, account: ACCOUNT });
  assert.equal((await recordsOf(journal, 'alice')).length, 1);
  const appended = journal.append(own);
  await reached.opened;
  assert.deepEqual(await recordsOf(journal, 'alice'), [first, own]);
  release.open();
  await appended;
  await open(path).append(others);
  assert.deepEqual(await recordsOf(journal, 'alice'), [first, own, others]);
});

test('appends that come together share one write and one fsync', async (t) => {
  const { path } = await newJournal(t);
  const calls: string[] = [];
  const counting: typeof nodeFileSystem = {
    ...nodeFileSystem,
    open: async (name, intent) => {
      const file = await nodeFileSystem.open(name, intent);
      return {
        ...file,
        write: (bytes, position) => {
          calls.push('write');
          return file.write(bytes, position);
        },
        sync: () => {
          calls.push('sync');
          return file.sync();
        },
      };
    },
  };
  const journal = new FileJournal({ fs: counting, path, account: ACCOUNT });
  const records = Array.from({ length: 200 }, (_, n) =>
    rotationRecord(ROTATION_STEPS.intended, { rotation: `r${n}` }),
  );
  await Promise.all(records.map((record) => journal.append(record)));
  assert.deepEqual(await recordsOf(journal, 'alice'), records);
  assert.deepEqual(calls, ['write', 'sync', 'write', 'sync']);
});

test('I9: eight processes append at once; every record is there, in order, none merged', async (t) => {
  const { journal, path } = await newJournal(t);
  const [processes, each] = [8, 500];
  const runs = Array.from({ length: processes }, (_, n) =>
    startScript(t, 'append-records', [path, `run-${n}`, String(each)]),
  );
  for (const { ended } of runs) {
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
  }
  const records = await recordsOf(journal, 'shared');
  assert.equal(records.length, processes * each);
  for (let n = 0; n < processes; n += 1) {
    const own = records.filter((record) => record.run === `run-${n}`);
    const expected = Array.from({ length: each }, (_, index) => `rotation-${index}`);
    assert.deepEqual(
      own.map((record) => record.rotation),
      expected,
    );
  }
});
