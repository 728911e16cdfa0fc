// keyturn audit, on a state directory that no run had to make.

import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { FileStore } from '../../src/state/files/file-store.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { INTENDED, ROTATED, recorded } from '../state/subject.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY, settableClock, temporaryDirectory } from '../state/support.ts';

const WHO = `arn:aws:iam::${ACCOUNT}:user/operator`;
const OTHER = '999999999999';
const INVALID = 'checkpoint-invalid';

async function place(t: TestContext) {
  const folder = await temporaryDirectory(t);
  const directory = join(folder, 'state');
  const clock = settableClock('2026-11-20T00:00:00.000Z');
  const store = (run: string) => new FileStore({ directory, clock, run });
  const open = async (run = 'run-1') => await store(run).open(ACCOUNT, 'write', WHO);
  await recorded(await open(), { user: 'alice' }, ROTATED);
  const audit = async (line: string, env: Record<string, string> = {}) => {
    const host = fakeHost(['audit', ...line.split(' ')], {
      env: { KEYTURN_STATE: directory, COLUMNS: '200', ...env },
    });
    const code = await runCommand(keyturnCommand, host);
    return { code, out: host.out(), err: host.err() };
  };
  const trail = join(directory, ACCOUNT, 'trail.jsonl');
  return { folder, directory, clock, store, open, audit, trail };
}

test('an untouched trail is whole; each fault is named with its line, and ends it with 1', async (t) => {
  const { audit, trail } = await place(t);
  const whole = await audit('verify');
  assert.equal(whole.code, 0);
  assert.match(whole.out, /^account 123456789012: whole, 7 lines since 2026-11-20/);
  assert.match(whole.out, /held against no checkpoint/);
  const text = await readFile(trail, 'utf8');
  const lines = text.split('\n');
  await writeFile(trail, lines.toSpliced(3, 1).join('\n').replace('"alice"', '"mallory"'));
  const found = await audit('verify');
  assert.equal(found.code, 1);
  assert.match(found.out, /account 123456789012: 2 faults in 6 lines/);
  assert.match(
    found.out,
    /line 2: altered: it does not say what was written as line 1 of the trail/,
  );
  assert.match(found.out, /line 4: removed: line 3 is missing before line 4 of the trail/);
  const { whole: isWhole, accounts } = JSON.parse((await audit('verify --json')).out);
  assert.equal(isWhole, false);
  assert.deepEqual(
    accounts[0].faults.map(({ kind, line }: { kind: string; line: number }) => [kind, line]),
    [
      ['altered', 2],
      ['removed', 4],
    ],
  );
  const exported = await audit('export');
  assert.equal(exported.code, 3);
  assert.match(exported.err, /\[trail-damaged\]/);
  assert.equal(exported.out.trim().split('\n').length, 5);
  const refused = await audit('checkpoint --anchor');
  assert.equal(refused.code, 3);
  assert.equal(refused.out, '');
});

test('what is shown: of a user, of a key with its rotations, of a run, since a day', async (t) => {
  const { audit, open, clock } = await place(t);
  clock.set(new Date('2026-11-21T00:00:00.000Z'));
  const state = await open('run-2');
  await recorded(state, { user: 'bob', rotation: 'r9' }, [INTENDED]);
  await state.exclusively('bob', (log) => log.recordKey({ type: 'deleted', keyId: OLD_KEY }));
  const steps = async (line: string) => {
    const { code, out } = await audit(`${line} --json`);
    assert.equal(code, 0);
    return JSON.parse(out)
      .lines.map(({ step }: { step: string }) => step)
      .join(' ');
  };
  const ofAlice = 'intended created delivered verified deactivating deactivated';
  assert.equal(await steps('show ALICE'), ofAlice);
  assert.equal(await steps('show'), `trail-began ${ofAlice} intended deleted`);
  assert.equal(await steps(`show ${NEW_KEY}`), ofAlice);
  assert.equal(await steps('show --run run-2'), 'intended deleted');
  assert.equal(await steps('show --since 2026-11-21'), 'intended deleted');
  assert.equal(await steps(`show --account ${OTHER}`), '');
  const { out } = await audit('show bob');
  assert.match(out, /^ *WHEN +USER +KEYS +STEP +RUN +WHO +WHY\n/);
  assert.match(
    out,
    /bob +AKIAIOSFODNN7EXAMPLE +deleted +run-2 +arn:aws:iam::123456789012:user\/operator/,
  );
  assert.match((await audit('show carol')).out, /No line of an audit trail in .* is about that/);
  assert.match((await audit('show not/anybody')).err, /is no IAM user name and no access key ID/);
});

test('a checkpoint finds what was cut off, and what was written anew', async (t) => {
  const { audit, folder, trail, open } = await place(t);
  const [key, pub, kept] = ['audit.key', 'audit.pub', 'kept'].map((name) => join(folder, name));
  const made = await audit(`keygen --name audit.example.com -o ${key}`);
  assert.equal(made.code, 0);
  assert.match(made.out, /^audit\.example\.com\+[0-9a-f]{8}\+[\w+/=]+\n$/);
  assert.equal((await stat(key ?? '')).mode & 0o777, 0o600);
  const secret = (await readFile(key ?? '', 'utf8')).trim();
  await writeFile(pub ?? '', made.out);
  const again = await audit(`keygen -o ${key}`);
  assert.match(again.err, /\[file-exists\]/);
  const first = await audit(`checkpoint --key-file ${key} -o ${kept}`);
  assert.equal(first.out, `${kept}/${ACCOUNT}-0000000007.checkpoint\n`);
  await recorded(await open('run-2'), { user: 'bob' }, [INTENDED]);
  // The key of the environment is the same.
  const second = await audit('checkpoint', { KEYTURN_AUDIT_KEY: secret });
  assert.match(second.out, /^keyturn\/123456789012\/[\w-]+\n8\n/);
  await writeFile(join(kept ?? '', 'second.checkpoint'), second.out);
  const verify = `verify --checkpoint ${kept} --key ${pub}`;
  const whole = await audit(verify);
  assert.equal(whole.code, 0, whole.out);
  assert.match(
    whole.out,
    /it begins with what .*0000000007\.checkpoint and .*second\.checkpoint saw/s,
  );
  assert.equal((await audit(`verify --checkpoint ${kept} --key ${made.out.trim()}`)).code, 0);
  const text = await readFile(trail, 'utf8');
  await writeFile(trail, text.split('\n').toSpliced(6, 2).join('\n'));
  assert.equal((await audit('verify')).code, 0);
  const cut = await audit(verify);
  assert.equal(cut.code, 1);
  assert.match(
    cut.out,
    /its end: truncated: .*0000000007\.checkpoint saw 7 lines, and there are 6/,
  );
  // A scheduled checkpoint notices it too, and signs nothing.
  const refused = await audit(`checkpoint --key-file ${key} -o ${kept}`);
  assert.match(refused.err, /\[trail-damaged\]/);
  await rm(dirname(trail), { recursive: true });
  const gone = await audit(`checkpoint --key-file ${key} -o ${kept}`);
  assert.notEqual(gone.code, 0);
  assert.match(gone.err, /\[trail-damaged\].*123456789012/s);
  for (const { out, err } of [first, second, cut, refused, gone, again]) {
    assert.ok(!`${out}${err}`.includes(secret));
  }
});

test('an anchor does the same without a key, and an account that is gone is missed', async (t) => {
  const { audit, folder, directory, trail } = await place(t);
  const anchor = await audit('checkpoint --anchor');
  assert.equal(anchor.code, 0);
  assert.deepEqual(Object.keys(JSON.parse(anchor.out)), [
    'account_id',
    'trail',
    'size',
    'root',
    'head',
  ]);
  const noted = join(folder, 'anchors.jsonl');
  const gone = { ...JSON.parse(anchor.out), account_id: OTHER };
  await writeFile(noted, anchor.out);
  assert.equal((await audit(`verify --anchor ${noted}`)).code, 0);
  await writeFile(noted, `${anchor.out}${JSON.stringify(gone)}\n`);
  const missed = await audit(`verify --anchor ${noted}`);
  assert.equal(missed.code, 1);
  assert.match(missed.out, /account 999999999999: 1 fault in 0 lines/);
  await writeFile(trail, '');
  assert.match((await audit(`verify --anchor ${noted}`)).out, /saw 7 lines, and there are 0/);
  await writeFile(noted, 'x\n');
  assert.match((await audit(`verify --anchor ${noted}`)).err, /\[checkpoint-invalid\]/);
  assert.ok((await readdir(directory)).includes(ACCOUNT));
});

test('a check against nothing is none, and a line that was altered is missed by whoever looks for it', async (t) => {
  const { audit, folder, trail } = await place(t);
  const key = join(folder, 'audit.key');
  const { out: pub } = await audit(`keygen -o ${key}`);
  await mkdir(join(folder, 'empty'));
  await writeFile(join(folder, 'anchors'), '\n');
  for (const line of [
    `verify --checkpoint ${join(folder, 'empty')} --key ${pub.trim()}`,
    `verify --anchor ${join(folder, 'anchors')}`,
  ]) {
    const { code, err } = await audit(line);
    assert.equal(code, 3, line);
    assert.match(err, /has no checkpoint to check against \[checkpoint-invalid\]/);
  }
  assert.equal((await audit('show alice')).code, 0);
  const text = await readFile(trail, 'utf8');
  await writeFile(trail, text.replace('"step":"created"', '"step":"creaded"'));
  const shown = await audit('show alice');
  assert.equal(shown.code, 3);
  assert.match(shown.err, /\[trail-damaged\]/);
  assert.match(shown.out, /intended/);
});

test('the folder keeps so many checkpoints of each account, and the newest', async (t) => {
  const { audit, folder, open } = await place(t);
  const [key, kept] = [join(folder, 'audit.key'), join(folder, 'kept')];
  await audit(`keygen -o ${key}`);
  await mkdir(kept);
  await writeFile(join(kept, 'notes.txt'), '');
  for (const rotation of ['r2', 'r3', 'r4', 'r5']) {
    await audit(`checkpoint --key-file ${key} -o ${kept} --keep 2`);
    await recorded(await open(), { user: 'bob', rotation }, [
      INTENDED,
      { type: 'create-refused', code: 'x' },
    ]);
  }
  const names = (await readdir(kept)).toSorted();
  assert.deepEqual(names, [
    `${ACCOUNT}-0000000011.checkpoint`,
    `${ACCOUNT}-0000000013.checkpoint`,
    'notes.txt',
  ]);
});

const REFUSED: readonly (readonly [line: string, code: string, said: RegExp])[] = [
  ['', 'unknown-command', /unknown command/],
  ['verfy', 'unknown-command', /did you mean/],
  ['verify --checkpoint /nowhere', 'bad-value', /is checked with the key/],
  ['verify --key audit+00000000+AAAA', 'bad-value', /--key checks checkpoints/],
  [
    'verify --checkpoint /nowhere --key audit+00000000+AAAA',
    'bad-value',
    /--key is no verifying key/,
  ],
  [
    'verify --checkpoint /nowhere --key /nowhere/key',
    'bad-value',
    /no file \/nowhere\/key can be read/,
  ],
  ['checkpoint', 'bad-value', /no key is named/],
  ['checkpoint --key-file /nowhere', 'bad-value', /\/nowhere cannot be read/],
  ['checkpoint --anchor --key-file /nowhere', 'bad-value', /--anchor signs nothing/],
  ['checkpoint --anchor -o /nowhere', 'bad-value', /--anchor prints/],
  ['checkpoint --keep 3 --key-file /nowhere', 'bad-value', /--keep is about a folder/],
  ['keygen', 'bad-value', /goes into a file/],
  ['keygen -o /nowhere/at/all', 'output-file', /cannot be written/],
  ['keygen -o x --name a+b', 'bad-value', /--name takes/],
  ['export --format xml', 'bad-value', /--format takes/],
  ['show --since yesterday', 'bad-value', /--since takes/],
];

for (const [line, code, said] of REFUSED) {
  test(`refused before anything is read: audit ${line}`, async (t) => {
    const { audit } = await place(t);
    const { err, out } = await audit(line);
    assert.equal(out, '');
    assert.match(err, said);
    if (line !== '') assert.match(err, new RegExp(`\\[${code}\\]`));
  });
}

test('a checkpoint of somebody else, or none, is refused as that', async (t) => {
  const { audit, folder } = await place(t);
  const at = (name: string) => join(folder, name);
  const { out: pub } = await audit(`keygen -o ${at('one.key')}`);
  await audit(`keygen -o ${at('two.key')}`);
  const { out: note } = await audit(`checkpoint --key-file ${at('two.key')}`);
  await writeFile(at('note'), note);
  await writeFile(at('none'), 'x');
  for (const [name, said] of [
    ['note', /is not signed by the key keyturn-audit/],
    ['none', /is no checkpoint of an audit trail/],
    ['missing', /cannot be read/],
  ] as const) {
    const { code, err } = await audit(`verify --checkpoint ${at(name)} --key ${pub.trim()}`);
    assert.equal(code, 3);
    assert.match(err, said);
    assert.ok(err.includes(`[${INVALID}]`));
  }
});

test('a state directory without a trail has none yet, which is no fault', async (t) => {
  const { audit, trail } = await place(t);
  await rm(trail);
  assert.match((await audit('verify')).out, /account 123456789012: no audit trail yet/);
  assert.equal((await audit('verify')).code, 0);
  assert.match((await audit('show')).out, /No audit trail is in .* yet/);
  assert.equal((await audit('export')).out, '');
});
