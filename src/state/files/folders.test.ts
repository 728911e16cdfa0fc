import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { INTENDED } from '../../../test/state/subject.ts';
import {
  ACCOUNT,
  lastSeen,
  NEW_KEY,
  OLD_KEY,
  openState,
  settableClock,
  startScript,
  temporaryDirectory,
} from '../../../test/state/support.ts';
import { accessKeyId } from '../../base/access-key-id.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { Secret } from '../../base/secret.ts';
import type { Seen } from '../state-store.ts';
import { FileStore } from './file-store.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

const open = openState;

function entry(keyId = NEW_KEY) {
  const createdAt = new Date('2026-03-01T00:00:00.000Z');
  const names = { account: ACCOUNT, user: 'Alice', keyId, rotation: 'rotation-1' };
  return { ...names, secret: new Secret(SECRET), createdAt };
}

test('under any umask, directories are 0700 and files are 0600', async (t) => {
  const stateDir = join(await temporaryDirectory(t), 'made', 'on', 'the way');
  const before = process.umask(0o000);
  t.after(() => process.umask(before));
  const state = await open(stateDir);
  await state.custody.put(entry());
  await state.sightings.remember([{ at: new Date(), keyIds: [OLD_KEY] }]);
  await state.exclusively('alice', async (log) => {
    await log.record('rotation-1', INTENDED);
    const modes: Record<string, string> = {};
    for (const name of await readdir(stateDir, { recursive: true })) {
      // What is of this turn alone has a random name.
      const known = name.replace(/tmp-[0-9a-f]+$/, 'tmp');
      modes[known] = ((await stat(join(stateDir, name))).mode & 0o777).toString(8);
    }
    const account = (name: string) => join(ACCOUNT, name);
    assert.deepEqual(modes, {
      [ACCOUNT]: '700',
      [account('claims')]: '700',
      [account('claims/tmp')]: '600',
      [account('claims/user-alice.claim')]: '600',
      [account('handoff')]: '700',
      [account(`handoff/${NEW_KEY}.json`)]: '600',
      [account('journal.jsonl')]: '600',
      [account('sightings.json')]: '600',
      [account('trail.jsonl')]: '600',
    });
  });
  assert.equal((await stat(stateDir)).mode & 0o777, 0o700);
});

test('a read-only disk is refused before anything else happens', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const readOnly = () => Promise.reject(Object.assign(new TypeError('no'), { code: 'EROFS' }));
  const fs: FileSystem = {
    ...nodeFileSystem,
    open: (path, intent) => (intent === 'read' ? nodeFileSystem.open(path, intent) : readOnly()),
    makeDirectory: readOnly,
    assertWritable: (path) => nodeFileSystem.assertWritable(path).then(readOnly),
  };
  const message = /the file system is read-only \(EROFS\)$/;
  await assert.rejects(open(stateDir, { fs }), { code: 'state-dir', message });
  await assert.rejects(open(join(stateDir, 'new'), { fs }), { code: 'state-dir', message });
  // I12: a dry run is told the same, of a directory that is there and of one that would be made.
  for (const directory of [stateDir, join(stateDir, 'new', 'er')]) {
    const store = new FileStore({ directory, clock: settableClock(), run: 'run', fs });
    await assert.rejects(store.open(ACCOUNT, 'foretell'), { code: 'state-dir', message });
    await assert.rejects(store.prepare('foretell'), { code: 'state-dir', message });
    await store.open(ACCOUNT, 'read');
  }
  assert.deepEqual(await readdir(stateDir), []);
});

test('a dry run leaves no trace where a run could write', async (t) => {
  const stateDir = await temporaryDirectory(t);
  for (const directory of [stateDir, join(stateDir, 'new')]) {
    const store = new FileStore({ directory, clock: settableClock(), run: 'run' });
    const state = await store.open(ACCOUNT, 'foretell');
    await state.sightings.remember([{ at: new Date(), keyIds: [OLD_KEY] }]);
    await store.prepare('foretell');
  }
  assert.deepEqual(await readdir(stateDir), []);
});

test('a directory without write permission is refused', async (t) => {
  if (process.getuid?.() === 0) return t.skip('root writes everywhere');
  const stateDir = await temporaryDirectory(t);
  await chmod(stateDir, 0o500);
  await assert.rejects(open(stateDir), { code: 'state-dir', message: /permission denied/ });
});

test('an account that is not twelve digits cannot lead out of the state directory', async (t) => {
  const stateDir = await temporaryDirectory(t);
  for (const account of ['', '..', '../123456789012', '12345678901', '1234567890123']) {
    await assert.rejects(open(stateDir, { account }), { code: 'bad-value' });
  }
  assert.deepEqual(await readdir(stateDir), []);
});

test('a hand-off comes back as it was put, and a missing one is undefined', async (t) => {
  const { custody } = await open(await temporaryDirectory(t));
  await custody.put(entry());
  const path = custody.describe(NEW_KEY);
  const found = await custody.get(NEW_KEY);
  assert.deepEqual(found, entry());
  assert.equal(found?.secret.reveal(), SECRET);
  assert.deepEqual(Object.keys(JSON.parse(await readFile(path, 'utf8'))), [
    'format_version',
    'account_id',
    'user_name',
    'access_key_id',
    'secret_access_key',
    'rotation',
    'created_at',
  ]);
  assert.equal(await custody.get(OLD_KEY), undefined);
  assert.throws(() => custody.describe('../../etc/passwd' as typeof NEW_KEY), {
    code: 'bad-value',
  });
});

test('I8: a damaged hand-off is an error that shows nothing of it', async (t) => {
  const { custody } = await open(await temporaryDirectory(t));
  await custody.put(entry());
  const path = custody.describe(NEW_KEY);
  const whole = await readFile(path, 'utf8');
  for (const content of [
    '',
    whole.slice(0, -3),
    SECRET,
    whole.replace('1,', '2,'),
    `"${SECRET}"`,
  ]) {
    await writeFile(path, content);
    await assert.rejects(custody.get(NEW_KEY), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'state-dir');
      assert.doesNotMatch(`${error.stack} ${String(error.cause)}`, /wJalr/);
      return true;
    });
  }
  await writeFile(custody.describe(OLD_KEY), whole);
  const message = /it is about another key or account$/;
  await assert.rejects(custody.get(OLD_KEY), { code: 'state-dir', message });
});

test('I5: a sighting only moves forward, whoever saves last', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const [day1, day2, day3] = ['2026-01-01', '2026-01-02', '2026-01-03'].map((day) => new Date(day));
  assert.ok(day1 && day2 && day3);
  const [one, two] = [await open(stateDir), await open(stateDir)];
  await Promise.all([
    one.sightings.remember([{ at: day3, keyIds: [OLD_KEY] }]),
    two.sightings.remember([{ at: day2, keyIds: [OLD_KEY, NEW_KEY] }]),
  ]);
  await one.sightings.remember([{ at: day1, keyIds: [OLD_KEY, NEW_KEY] }]);
  const { sightings } = await open(stateDir);
  assert.deepEqual(lastSeen(sightings, OLD_KEY), day3);
  assert.deepEqual(lastSeen(sightings, NEW_KEY), day2);
  assert.equal(lastSeen(sightings, accessKeyId('AKIAUNKNOWNKEY000000')), undefined);
});

test('I5: a run learns what another one has seen meanwhile', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const [one, two] = [await open(stateDir), await open(stateDir)];
  const seenAt = new Date('2026-01-03');
  await one.sightings.remember([{ at: seenAt, keyIds: [OLD_KEY] }]);
  assert.equal(lastSeen(two.sightings, OLD_KEY), undefined);
  await two.sightings.refresh();
  assert.deepEqual(lastSeen(two.sightings, OLD_KEY), seenAt);
});

test('I5: a refresh reads the file again when it changed, and when it is too young to tell', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const clock = settableClock();
  const path = join(stateDir, ACCOUNT, 'sightings.json');
  let reads = 0;
  const fs: FileSystem = {
    ...nodeFileSystem,
    open: (name, intent) => {
      if (name === path) reads += 1;
      return nodeFileSystem.open(name, intent);
    },
  };
  const readsOf = async (work: () => Promise<unknown>) => {
    const before = reads;
    await work();
    return reads - before;
  };
  const write = async (day: string, at: Date) => {
    const seen = { [OLD_KEY]: `2026-01-${day}T00:00:00.000Z` };
    await writeFile(path, JSON.stringify({ format_version: 1, last_seen_active: seen }));
    await utimes(path, at, at);
  };
  const { sightings } = await open(stateDir, { fs, clock });
  assert.equal(await readsOf(() => sightings.refresh()), 0);
  const longAgo = new Date(clock.now().getTime() - 60_000);
  await write('03', longAgo);
  assert.equal(await readsOf(() => sightings.refresh()), 1);
  assert.equal(await readsOf(() => sightings.refresh()), 0);
  await write('04', new Date(clock.now().getTime() - 500));
  for (const _ of [1, 2]) assert.equal(await readsOf(() => sightings.refresh()), 1);
  // It looks the same in size and time, and only its youth tells that it may hold something else.
  await write('05', new Date(clock.now().getTime() - 500));
  await sightings.refresh();
  assert.deepEqual(lastSeen(sightings, OLD_KEY), new Date('2026-01-05'));
});

test('a sighting is kept for ten years, then forgotten', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const { sightings } = await open(stateDir);
  await sightings.remember([
    { at: new Date('2016-02-01'), keyIds: [OLD_KEY] },
    { at: new Date('2016-04-01'), keyIds: [NEW_KEY] },
  ]);
  const again = (await open(stateDir)).sightings;
  assert.equal(lastSeen(again, OLD_KEY), undefined);
  assert.deepEqual(lastSeen(again, NEW_KEY), new Date('2016-04-01'));
});

test('eight processes save their sightings at once and none is lost', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const ids = Array.from({ length: 8 }, (_, n) => `AKIASIGHTINGS000000${n}`);
  const runs = ids.map((id) => startScript(t, 'save-sightings', [stateDir, id]));
  for (const { ended } of runs) {
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
  }
  const { sightings } = await open(stateDir);
  for (const id of ids) assert.ok(lastSeen(sightings, accessKeyId(id)), id);
});

test('I11: damaged sightings are an error, not an empty list', async (t) => {
  const stateDir = await temporaryDirectory(t);
  await open(stateDir);
  for (const content of ['', '{', '[]', '{"format_version":2,"last_seen_active":{}}']) {
    await writeFile(join(stateDir, ACCOUNT, 'sightings.json'), content);
    const message = /sightings\.json cannot be read: it is not/;
    await assert.rejects(open(stateDir), { code: 'state-dir', message });
  }
});

test('I8: a secret is in its hand-off file and in no other file', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const state = await open(stateDir);
  await state.exclusively('Alice', async (log) => {
    await state.custody.put(entry());
    const receipts = [{ kind: 'handoff', reference: state.custody.describe(NEW_KEY) }];
    await log.record('rotation-1', INTENDED);
    await log.record('rotation-1', { type: 'created', newKeyId: NEW_KEY });
    await log.record('rotation-1', { type: 'delivered', receipts });
    await state.sightings.remember([{ at: new Date(), keyIds: [OLD_KEY, NEW_KEY] }]);
    assert.deepEqual(await filesWith(stateDir, SECRET), [`${ACCOUNT}/handoff/${NEW_KEY}.json`]);
    // The scan sees the other files too.
    assert.equal((await filesWith(stateDir, NEW_KEY)).length, 3);
    assert.equal((await filesWith(stateDir, 'format_version')).length, 4);
  });
  assert.deepEqual(await filesWith(stateDir, SECRET), [`${ACCOUNT}/handoff/${NEW_KEY}.json`]);
  assert.ok((await filesWith(stateDir, NEW_KEY)).includes(`${ACCOUNT}/trail.jsonl`));
});

async function filesWith(directory: string, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await readdir(directory, { recursive: true })) {
    const path = join(directory, name);
    if ((await stat(path)).isFile() && (await readFile(path, 'utf8')).includes(text)) {
      found.push(name);
    }
  }
  return found;
}

test('opening twice at once makes each directory once', async (t) => {
  const stateDir = join(await temporaryDirectory(t), 'a', 'b');
  await Promise.all(Array.from({ length: 8 }, () => open(stateDir)));
  assert.deepEqual((await readdir(join(stateDir, ACCOUNT))).sort(), ['claims', 'handoff']);
});

test('a symbolic link in place of the journal is not followed', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const state = await open(stateDir);
  const target = join(await temporaryDirectory(t), 'elsewhere');
  await writeFile(target, '');
  await symlink(target, join(stateDir, ACCOUNT, 'journal.jsonl'));
  const appended = state.exclusively('alice', (log) => log.record('rotation-1', INTENDED));
  await assert.rejects(appended, { code: 'journal-write', message: /symbolic link \(ELOOP\)/ });
  assert.equal(await readFile(target, 'utf8'), '');
});

test('I5: the first sight of Inactive is kept until the key is seen Active again', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const day = (number: number) => new Date(`2026-01-0${number}T00:00:00Z`);
  const noon = new Date('2026-01-09T12:00:00Z');
  const key = { id: OLD_KEY, status: 'Inactive', createdAt: new Date('2025-05-05') } as const;
  const inactive = [{ user: 'ada', key, keys: [key] }];
  const path = join(stateDir, ACCOUNT, 'sightings.json');
  const since = async () => (await open(stateDir)).sightings.inactiveSince(OLD_KEY);
  const remember = async (...seen: Seen[]) => (await open(stateDir)).sightings.remember(seen);

  await remember({ at: day(1), keyIds: [OLD_KEY] });
  assert.doesNotMatch(await readFile(path, 'utf8'), /first_seen_inactive/);
  await remember({ at: day(3), inactive });
  await remember({ at: day(4), inactive });
  await remember({ at: day(2), keyIds: [OLD_KEY] });
  assert.deepEqual(await since(), day(3));
  await remember({ at: day(5), keyIds: [OLD_KEY] });
  assert.equal(await since(), undefined);
  // The last sight of Active is later than this one.
  await remember({ at: day(4), inactive });
  assert.equal(await since(), undefined);
  await remember({ at: day(6), inactive });
  assert.deepEqual(await since(), day(6));
  // A report has shown it as Active since, without its ID.
  await remember({ at: day(7), slots: [{ user: 'ADA', createdAt: key.createdAt }] });
  await remember({ at: day(8), inactive });
  assert.deepEqual(await since(), day(8));

  // Whoever saves keeps what others know.
  const [one, two] = [(await open(stateDir)).sightings, (await open(stateDir)).sightings];
  const other = { ...key, id: NEW_KEY, createdAt: new Date('2025-06-06') };
  await one.remember([{ at: day(9), inactive: [{ user: 'ada', key: other, keys: [key, other] }] }]);
  await two.remember([{ at: day(9), keyIds: [accessKeyId('AKIAUNKNOWNKEY000000')] }]);
  const again = (await open(stateDir)).sightings;
  assert.deepEqual(again.inactiveSince(OLD_KEY), day(8));
  assert.deepEqual(again.inactiveSince(NEW_KEY), day(9));
  // Another user's key of the same second is Active still: that says nothing of this one.
  await remember({ at: day(9), slots: [{ user: 'somebody.else', createdAt: key.createdAt }] });
  await remember({ at: day(9), inactive });
  assert.deepEqual(await since(), day(8));
  // Under its own name it was Active, before the user got another one.
  await remember({ at: day(9), slots: [{ user: 'Ada', createdAt: key.createdAt }] });
  await remember({ at: noon, inactive: [{ user: 'renamed', key, keys: [key] }] });
  assert.deepEqual(await since(), noon);
  // A version that knows nothing of it has saved the file: the key is as if never seen.
  const { format_version, last_seen_active } = JSON.parse(await readFile(path, 'utf8'));
  await writeFile(path, JSON.stringify({ format_version, last_seen_active }));
  assert.equal(await since(), undefined);
});

test('I5: what credential reports showed is kept beside the keys that were read', async (t) => {
  const stateDir = await temporaryDirectory(t);
  const { sightings } = await open(stateDir);
  const [first, second] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-02-01T00:00:00Z')];
  await sightings.remember([
    { at: second, keyIds: [OLD_KEY] },
    { at: second, slots: [{ user: 'Ada', createdAt: first }] },
    { at: first, slots: [{ user: 'Ada', createdAt: first }] },
    { at: first, slots: [{ user: 'ada.lovelace', createdAt: first }] },
  ]);
  const again = (await open(stateDir)).sightings;
  const key = { id: NEW_KEY, status: 'Inactive', createdAt: first } as const;
  assert.deepEqual(again.lastActive('ADA', key, [key]), second);
  // Under any name: whoever has a key of that date may have been called so then.
  assert.deepEqual(again.lastActive('ada.Lovelace', key, [key]), second);
  assert.deepEqual(again.lastActive('renamed', key, [key]), second);
  assert.equal(again.lastActive('renamed', { ...key, createdAt: new Date(0) }, []), undefined);
  const later = { ...key, createdAt: second };
  assert.equal(again.lastActive('ADA', later, [later]), undefined);
  assert.deepEqual(lastSeen(again, OLD_KEY), second);
});
