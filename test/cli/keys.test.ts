// keyturn keys and keyturn history around what they ask: bad input, the terminal, pipes.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { historyReportSchema } from '../../src/reports/history-report.ts';
import { keyChangeReportSchema, keysReportSchema } from '../../src/reports/keys-report.ts';
import { encodeRecord } from '../../src/state/record-codec.ts';
import { fakeHost, NOW } from './fake-host.ts';

const ACCOUNT = '123456789012';
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');

const BAD: readonly (readonly [words: string, code: string])[] = [
  ['keys --dues', 'unknown-flag'],
  ['keys --unused 45w', 'bad-value'],
  ['keys --unused 0', 'bad-value'],
  ['keys --exclude-accounts 111122223333', 'conflicting-flags'],
  ['keys --user ada --inventory scan', 'conflicting-flags'],
  ['keys remove X', 'unknown-command'],
  ['keys deactivate', 'bad-value'],
  ['keys deactivate not-a-key', 'bad-value'],
  [`keys deactivate ${KEY} more`, 'stray-argument'],
  [`keys deactivate ${KEY} --quiet-days 2`, 'bad-value'],
  [`keys activate ${KEY} --although-in-use`, 'unknown-flag'],
  [`keys delete ${KEY} --although-in-use`, 'unknown-flag'],
  [`keys delete ${KEY} --role-name Other`, 'conflicting-flags'],
];

for (const [words, code] of BAD) {
  test(`keyturn ${words}: ${code}, exit 2; with --json one document of the usual shape`, async () => {
    const plain = fakeHost(words.split(' '));
    assert.equal(await runCommand(keyturnCommand, plain), 2);
    assert.equal(plain.out(), '');
    const host = fakeHost([...words.split(' '), '--json']);
    assert.equal(await runCommand(keyturnCommand, host), 2);
    const document = JSON.parse(host.out());
    if (/^keys (?:deactivate|activate|delete)/.test(words)) {
      assert.equal(keyChangeReportSchema.parse(document).error?.code, code);
    } else {
      assert.equal(keysReportSchema.parse(document).errors[0]?.code, code);
    }
  });
}

test('keyturn history fits the terminal, and tells what was begun and is not on record as done', async (t) => {
  const stateDir = await mkdtemp(join(tmpdir(), 'keyturn-state-'));
  t.after(() => rm(stateDir, { recursive: true, force: true }));
  const user = 'svc-billing-of-the-whole-company';
  const envelope = { v: 1, at: NOW, run: 'a-run', account: ACCOUNT, user, rotation: null } as const;
  const records: JournalRecord[] = [
    { ...envelope, step: { type: 'retiring', keyId: KEY, reason: 'never used' } },
    { ...envelope, step: { type: 'retired', keyId: KEY } },
    { ...envelope, step: { type: 'deleting', keyId: KEY, reason: 'the operator ended the hold' } },
  ];
  await mkdir(join(stateDir, ACCOUNT), { mode: 0o700 });
  const lines = records.map((record) => `${encodeRecord(record)}\n`).join('');
  await writeFile(join(stateDir, ACCOUNT, 'journal.jsonl'), lines, { mode: 0o600 });
  const env = { KEYTURN_STATE_DIR: stateDir };

  const terminal = fakeHost(['history'], { env, isTerminal: true });
  assert.equal(await runCommand(keyturnCommand, terminal), 0, terminal.err());
  const shown = terminal.out().split('\n');
  assert.deepEqual(
    shown.filter(({ length }) => length > 80),
    [],
  );
  assert.match(terminal.out(), /made Inactive: never used/);
  assert.match(terminal.out(), /is to be deleted: the operator ended the hold/);
  assert.doesNotMatch(terminal.out(), /is to be made Inactive/);

  const pipe = fakeHost(['history'], { env });
  assert.equal(await runCommand(keyturnCommand, pipe), 0);
  assert.equal(pipe.out().trimEnd().split('\n').length, 3);
  assert.match(pipe.out(), new RegExp(`${user} .*${KEY}`));

  const document = fakeHost(['history', user, '--json'], { env });
  assert.equal(await runCommand(keyturnCommand, document), 0);
  const { entries } = historyReportSchema.parse(JSON.parse(document.out()));
  assert.deepEqual(
    entries.map(({ step, why, intent, settled }) => [step, why, intent, settled]),
    [
      ['retiring', 'never used', true, true],
      ['retired', 'never used', false, false],
      ['deleting', 'the operator ended the hold', true, false],
    ],
  );
});
