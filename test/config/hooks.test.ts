// Hooks that people write by mistake: each is refused once, at the right line and column, with what to write.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { run } from '../cli/process.ts';
import { areRefused, errorsOf, R, type Row } from './tricky.ts';

/** One list below `hooks:`, whose items begin on line 8. */
const H = (list: string, item: string) => R(`    hooks:\n      ${list}:\n        - ${item}`);
const D = (item: string) => H('after_deliver', item);

const ROWS: readonly Row[] = [
  [
    'nothing to do',
    D('{retry: true}'),
    '8:11',
    'missing-key',
    /does nothing: it takes run or call/,
  ],
  ['two things', D('{run: [a], call: "https://x.example"}'), '8:22', 'conflict', /are two hooks/],
  ['a shell', D('{run: ["kubectl rollout restart"]}'), '8:18', 'bad-value', /there is no shell/],
  ['a text', D('{run: kubectl}'), '8:17', 'bad-type', /"run" takes a list: a program/],
  ['a path from here', D('{run: [./restart.sh]}'), '8:18', 'bad-value', /by its absolute path/],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
  ['a variable', D('{run: [a, "${env:TOKEN}"]}'), '8:21', 'bad-value', /seen by everybody/],
  ['a program by user', D('{run: ["{user}"]}'), '8:18', 'bad-value', /the same for everybody/],
  ['a typo', D('{run: [a, "{usr}"]}'), '8:22', 'bad-value', /"\{usr\}" is not known/],
  ['an untrusted tag', D('{run: [a, "{tag:ns}"]}'), '8:22', 'untrusted-tag', /"trusted_tags:"/],
  ['http', D('{call: "http://ops.example/x"}'), '8:18', 'bad-value', /write https/],
  ['no URL', D('{call: ops.example}'), '8:18', 'bad-value', /no https URL/],
  ['a password', D('{call: "https://a:b@ops.example"}'), '8:18', 'secret-in-clear', /"auth:"/],
  [
    'a host by user',
    D('{call: "https://{user}.example/x"}'),
    '8:18',
    'bad-value',
    /no https URL|host is the same/,
  ],
  [
    'a token',
    D('{call: "https://x.example", auth: t0ken}'),
    '8:45',
    'secret-in-clear',
    /\$\{env:NAME\}/,
  ],
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
  ['auth of a program', D('{run: [a], auth: "${env:T}"}'), '8:22', 'conflict', /goes with "call"/],
  ['an alarm that tells', D('{alarm: x}'), '8:12', 'unknown-key', /unknown key "alarm"/],
  ['a time', D('{run: [a], timeout_s: 0}'), '8:33', 'bad-value', /from 1 to 3600/],
  [
    'a watch without end',
    H('after_retire', '{run: [a]}'),
    '8:11',
    'missing-key',
    /"minutes" is missing/,
  ],
  [
    'a watch that repeats',
    H('after_retire', '{run: [a], minutes: 5, retry: true}'),
    '8:34',
    'unknown-key',
    /"retry"/,
  ],
  [
    'a late look',
    H('after_retire', '{run: [a], minutes: 1, every_s: 90}'),
    '8:34',
    'conflict',
    /90 seconds are more/,
  ],
  [
    'a region',
    H('after_retire', '{run: [a], minutes: 1, region: eu-west-1}'),
    '8:34',
    'conflict',
    /goes with "alarm"/,
  ],
  [
    'no moment',
    R('    hooks: {after_delivery: []}'),
    '6:13',
    'unknown-key',
    /did you mean "after_deliver"\?/,
  ],
  ['a list', R('    hooks: [{run: [a]}]'), '6:12', 'bad-type', /a mapping with after_deliver/],
  [
    'twice',
    R('    hooks:\n      after_deliver:\n        - {run: [a]}\n        - {run: [a]}'),
    '9:11',
    'bad-value',
    /here twice/,
  ],
  [
    'the end of a key that never comes',
    R('    retire: never\n    hooks: {before_retire: [{run: [a]}]}'),
    '7:13',
    'conflict',
    /here it is "retire: never"/,
  ],
];

areRefused(ROWS);

test('braces that mean something to the program are left to it', async () => {
  const words = `[jq, "-n", '{"text":"x"}', "{.items}", "a{b", "{user|slug}"]`;
  assert.deepEqual(await errorsOf(D(`{run: ${words}}`)), []);
});

test('a file that others may write and that names programs is refused, whoever names them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'keyturn-hooks-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'keyturn.yaml');
  const defaults = (hooks: string) =>
    `version: 1\ndefaults: {hold_days: never, deliver: [handoff], hooks: ${hooks}}\nrules: [{name: a, match: all}]\n`;
  const rows = [
    ['{after_deliver: [{run: [kubectl]}]}', 2],
    ['{after_retire: [{run: [look], minutes: 1}]}', 2],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
    ['{before_retire: [{call: "https://x.example", auth: "${command:gh auth token}"}]}', 2],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as it is written in the file
    ['{before_retire: [{call: "https://x.example", auth: "${env:TOKEN}"}]}', 0],
  ] as const;
  for (const [hooks, code] of rows) {
    writeFileSync(file, defaults(hooks));
    chmodSync(file, 0o666);
    const open = await run('keyturn', ['validate', file]);
    assert.equal(open.code, code, `${hooks}\n${open.stdout}`);
    if (code !== 0) assert.match(open.stdout, /others may write this file/);
    chmodSync(file, 0o600);
    const own = await run('keyturn', ['validate', file]);
    assert.equal(own.code, 0, own.stdout);
    assert.match(own.stdout, /^a: (?:after|before)_/m);
    assert.ok(!own.stdout.includes('TOKEN'));
  }
});
