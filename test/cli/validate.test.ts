// keyturn validate: what it prints, for people and programs, and the exit code.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { validateReportSchema } from '../../src/reports/validate-report.ts';
import { fakeHost } from './fake-host.ts';

const GOOD = 'version: 1\nrules: [{name: a, match: all, hold_days: 30, deliver: [handoff]}]\n';
const BAD = 'version: 1\ndefaults:\n  day_threshold: 60\nrules: []\n';

function folderOf(t: TestContext, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-config-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files))
    writeFileSync(join(folder, name), text, { mode: 0o600 });
  return folder;
}

async function validate(
  cwd: string,
  words: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const host = { ...fakeHost(['validate', ...words], { env }), cwd };
  const code = await runCommand(keyturnCommand, host);
  return { code, out: host.out(), err: host.err() };
}

test('a mistake is shown in its place, and the exit code is 2', async (t) => {
  const { code, out } = await validate(folderOf(t, { 'keyturn.yaml': BAD }));
  assert.equal(code, 2);
  assert.equal(
    out,
    [
      'keyturn.yaml:3:3: unknown-key: unknown key "day_threshold"; did you mean "days_threshold"?',
      '    3 |   day_threshold: 60',
      '      |   ^',
      'keyturn.yaml:4:8: bad-value: an empty list says nothing; "rules" takes a list of rules, each with name and match',
      '    4 | rules: []',
      '      |        ^',
      'keyturn.yaml: 2 errors',
      '',
    ].join('\n'),
  );
});

test('a valid file says so, and what it promises', async (t) => {
  const promise = GOOD.replace(
    'hold_days: 30',
    'max_age_days: 90, before_next_run: 1d, retire_deadline_days: 30, hold_days: 30',
  );
  const { code, out } = await validate(folderOf(t, { 'keyturn.yaml': promise }));
  assert.equal(code, 0);
  assert.match(out, /^a: keys are replaced at 27 days, so that none gets older than 90$/m);
  assert.match(out, /^keyturn\.yaml is valid: 1 rule, 0 exemptions$/m);
});

test('the document has errors and warnings apart', async (t) => {
  const folder = folderOf(t, { 'bad.yaml': BAD, 'good.yaml': GOOD.replace('hold_days: 30, ', '') });
  const bad = await validate(folder, ['bad.yaml', '--json']);
  assert.equal(bad.code, 2);
  const report = validateReportSchema.parse(JSON.parse(bad.out));
  assert.deepEqual(
    report.errors.map(({ line, column, code }) => [line, column, code]),
    [
      [3, 3, 'unknown-key'],
      [4, 8, 'bad-value'],
    ],
  );
  const good = await validate(folder, ['good.yaml', '--json']);
  assert.equal(good.code, 0);
  assert.deepEqual(
    validateReportSchema.parse(JSON.parse(good.out)).warnings.map(({ code }) => code),
    ['inactive-keys-stay'],
  );
});

test('GitHub Actions is told where, with its own signs escaped', async (t) => {
  const folder = folderOf(t, { 'keyturn.yaml': `${GOOD}state: ""\n` });
  const { out } = await validate(folder, [], { GITHUB_ACTIONS: 'true' });
  assert.match(out, /^::error file=keyturn\.yaml,line=3,col=8::"state" takes a place of state, /m);
});

test('more than twenty mistakes are counted', async (t) => {
  const many = Array.from({ length: 30 }, (_, index) => `x${index}: 1\n`).join('');
  const { out } = await validate(folderOf(t, { 'keyturn.yaml': GOOD + many }));
  assert.match(out, /^10 more are not shown here; --json has them all$/m);
  assert.match(out, /^keyturn\.yaml: 30 errors$/m);
});

test('the file is the one named, then that of KEYTURN_CONFIG, then the one of the folder', async (t) => {
  const folder = folderOf(t, { 'keyturn.json': BAD, 'b.yaml': BAD, 'c.yaml': GOOD });
  const env = { KEYTURN_CONFIG: 'b.yaml' };
  assert.match((await validate(folder, ['c.yaml'], env)).out, /^c\.yaml is valid/m);
  assert.match((await validate(folder, [], env)).out, /^b\.yaml: 2 errors/m);
  assert.match((await validate(folder)).out, /^keyturn\.json: 2 errors/m);
});

test('none, and two that could be meant, are errors with a way out', async (t) => {
  const none = await validate(folderOf(t, {}));
  assert.equal(none.code, 2);
  assert.match(none.err, /no configuration is named/);
  assert.ok(none.err.includes('no-config'));
  assert.match(none.err, /^ +keyturn init$/m);
  const two = await validate(folderOf(t, { 'keyturn.yaml': GOOD, 'keyturn.yml': GOOD }));
  assert.equal(two.code, 2);
  assert.match(two.err, /keyturn\.yaml and keyturn\.yml are both here/);
});

test('a file that is not there, a folder, and exemptions that have a mistake', async (t) => {
  const folder = folderOf(t, {
    'keyturn.yaml': `${GOOD}exemptions_file: owners.yaml\n`,
    'owners.yaml': 'version: 1\nexemptions:\n  - match: {user: a}\n    owner: Ann\n',
  });
  mkdirSync(join(folder, 'sub'));
  assert.match(
    (await validate(folder, ['absent.yaml'])).out,
    /absent\.yaml:1:1: unreadable: .*there is no such file/,
  );
  assert.match((await validate(folder, ['sub'])).out, /sub:1:1: unreadable: .*it is a folder/);
  assert.match(
    (await validate(folder)).out,
    /^owners\.yaml:3:5: missing-key: "reason" is missing/m,
  );
});

test("a file that names programs is its owner's alone", async (t) => {
  const text = GOOD.replace('handoff', '"command=/usr/local/bin/put {user}"');
  const folder = folderOf(t, { 'keyturn.yaml': text });
  assert.equal((await validate(folder)).code, 0);
  const { chmodSync } = await import('node:fs');
  chmodSync(join(folder, 'keyturn.yaml'), 0o666);
  const { code, out } = await validate(folder);
  assert.equal(code, 2);
  assert.match(out, /others may write this file, and it names programs to run/);
});

test('control characters of a file never reach the terminal', async (t) => {
  const { out } = await validate(folderOf(t, { 'keyturn.yaml': `${GOOD}"\\e[31mx": 1\n` }));
  assert.ok(!out.includes('\u001b'));
});
