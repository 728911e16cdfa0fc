// Files that people write by mistake: each is refused once, at the right line and column, with what to write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areRefused, B, D, E, errorsOf, M, R, type Row } from './tricky.ts';

const ROWS: readonly Row[] = [
  ['an empty selection', M('{}'), '4:12', 'bad-value', /would be everybody; write "match: all"/],
  [
    'no selection',
    M('').replace('match: ', 'match:'),
    '4:11',
    'bad-type',
    /takes "all" or a mapping .*, not nothing \(null\)/,
  ],
  ['All', M('All'), '4:12', 'bad-value', /takes "all" or a mapping .*, not "All"/],
  ['an empty list', M('{user: []}'), '4:19', 'bad-value', /an empty list selects nothing/],
  ['a star alone', M('{user: "*"}'), '4:19', 'bad-value', /selects everybody; write "match: all"/],
  ['the path of all', M('{path: "/*"}'), '4:19', 'bad-value', /selects everybody/],
  [
    'a star beside others',
    M('{user: ["svc-*", "*"]}'),
    '4:29',
    'bad-value',
    /makes them meaningless/,
  ],
  [
    'only not',
    M('{not: {user: "*-legacy"}}'),
    '4:12',
    'bad-value',
    /only "not:" would be everybody else/,
  ],
  [
    'users',
    M('{users: svc-*}'),
    '4:13',
    'unknown-key',
    /unknown key "users"; did you mean "user"\?/,
  ],
  ['an unquoted star', B('user: *-ci'), '5:13', 'unquoted-star', /in quotes: "\*-ci"/],
  [
    'an unquoted tag',
    B('user: !svc-old'),
    '5:13',
    'unquoted-tag',
    /means a YAML tag, and the text "!svc-old" would be lost/,
  ],
  [
    'a quoted exclamation mark',
    B('user: ["svc-*", "!svc-old"]'),
    '5:23',
    'bad-value',
    /stands under "not:"/,
  ],
  [
    'a regular expression without slashes',
    M('{user: ^svc-}'),
    '4:19',
    'bad-value',
    /between slashes, in single quotes: '\/\^svc-\/'/,
  ],
  [
    'a regular expression without quotes',
    M('{user: /^ci-[a-z]+$/}'),
    '4:24',
    'unquoted-regexp',
    /in single quotes/,
  ],
  [
    'a backslash in double quotes',
    M('{user: "/^ci-\\d+$/"}'),
    '4:25',
    'unquoted-regexp',
    /use single quotes/,
  ],
  [
    'a number as a name',
    M('{user: 007}'),
    '4:19',
    'bad-type',
    /takes text; write it in quotes: "007"/,
  ],
  [
    'false as a value of a tag',
    M('{tag: {rotate: false}}'),
    '4:27',
    'bad-type',
    /in quotes: "false"/,
  ],
  [
    'two names in one text',
    B('user: svc-a svc-b'),
    '5:13',
    'bad-value',
    /several names are a list: \[svc-a, svc-b\]/,
  ],
  [
    'a deadline with now',
    R('    retire: now\n    retire_deadline_days: 30'),
    '7:5',
    'conflict',
    /needs "retire: when-quiet"; here it is "now"/,
  ],
  [
    'a deadline with now from the defaults',
    `${R('    retire_deadline_days: 30')}defaults: {retire: now}\n`,
    '6:5',
    'conflict',
    /here it is "now"/,
  ],
  [
    'a deadline before quiet',
    R('    quiet_days: 14\n    retire_deadline_days: 7'),
    '7:5',
    'conflict',
    /is over before 14 quiet days can be/,
  ],
  [
    'no hold',
    R('    hold_days: 0'),
    '6:16',
    'bad-value',
    /takes a whole number of days from 1 to 3650, or "never", not 0/,
  ],
  [
    'a duration without a unit',
    R('    before_next_run: 31'),
    '6:22',
    'bad-type',
    /such as 1d, 36h or 2w/,
  ],
  [
    'no place',
    'version: 1\nrules:\n  - name: a\n    match: all\n',
    '3:5',
    'missing-key',
    /rule "a" says nowhere where new secrets go/,
  ],
  [
    'a place that is no list',
    D('handoff'),
    '5:14',
    'bad-type',
    /takes a list of places, not "handoff"/,
  ],
  [
    'an unquoted brace',
    D('[ssm=/app/{user}]'),
    '5:24',
    'unquoted-brace',
    /a text with "\{" must be in quotes/,
  ],
  [
    'an unknown placeholder',
    D('["ssm=/app/{usr}"]'),
    '5:25',
    'bad-value',
    /"\{usr\}" is not known; known are \{account\}/,
  ],
  [
    'a brace without a partner',
    D('["ssm=/app/{user"]'),
    '5:25',
    'bad-value',
    /this brace has no partner/,
  ],
  [
    'two places in one text',
    D('["ssm=/a/{user},secrets-manager=b/{user}"]'),
    '5:29',
    'bad-value',
    /each is an item of its own/,
  ],
  [
    'fields in a comment',
    D('\n      - dotenv=/srv/{user}.env #ID,SECRET'),
    '6:9',
    'bad-value',
    /the fields after "#" are missing \(" #" begins a comment\)/,
  ],
  [
    'a misspelt kind',
    D('["secretsmanager=app/{user}"]'),
    '5:15',
    'bad-value',
    /did you mean "secrets-manager"\? The kinds are/,
  ],
  [
    'a tag that anybody may set',
    D('\n      - to: secrets-manager={tag:owner}/api/{user}'),
    '6:29',
    'untrusted-tag',
    /could send a secret elsewhere/,
  ],
  [
    'a variable of the environment',
    D(`["secrets-manager=app/${'$'}{env:STAGE}/x"]`),
    '5:36',
    'bad-value',
    /does not depend on the environment/,
  ],
  [
    'an exemption without an end',
    R(`exemptions:\n  - match: {user: a}\n${E}`),
    '7:5',
    'missing-key',
    /"until" is missing/,
  ],
  [
    'an exemption for ever',
    R(`exemptions:\n  - match: {user: a}\n${E}    until: 2099-12-31`),
    '10:12',
    'bad-value',
    /ends within 366 days, by 2027-11-29/,
  ],
  [
    'a day that is none',
    R(`exemptions:\n  - match: {user: a}\n${E}    until: 2027-02-30`),
    '10:12',
    'bad-value',
    /takes a day such as/,
  ],
  [
    'an exemption for all',
    R(`exemptions:\n  - match: all\n${E}    until: 2027-02-01`),
    '7:12',
    'bad-value',
    /cannot be for all; .*"freezes:"/,
  ],
  [
    'all before another rule',
    'version: 1\ndefaults: {deliver: [handoff]}\nrules:\n  - name: a\n    match: all\n  - {name: billing, match: {user: b}}\n',
    '5:12',
    'unreachable',
    /so "billing" on line 6 can never match; put this rule last/,
  ],
  [
    'two levels of extends',
    'version: 1\nrules:\n  - {name: c, match: {user: c}, extends: b}\n  - {name: b, match: {user: b}, extends: a}\n  - {name: a, match: all, deliver: [handoff]}\n',
    '3:42',
    'bad-value',
    /"b" itself extends "a"; one level only/,
  ],
  ['two documents', R('---\nversion: 1'), '6:1', 'several-documents', /a configuration is one/],
  ['YAML 1.1', `%YAML 1.1\n---\n${R('')}`, '1:1', 'yaml-version', /reads "no" as false/],
  [
    'yes',
    'version: 1\naccounts: {organization: yes}\nrules: [{name: a, match: all, deliver: [handoff]}]\n',
    '2:26',
    'bad-type',
    /takes true or false, not "yes"/,
  ],
  [
    'a short name of a zone',
    'version: 1\ntime_zone: EST\nrules: [{name: a, match: all, deliver: [handoff]}]\n',
    '2:12',
    'bad-value',
    /an IANA time zone/,
  ],
  // The form of the file.
  [
    'a duplicate key',
    R('    retire: now\n    retire: never'),
    '7:5',
    'duplicate-key',
    /"retire" is here twice \(first on line 6\)/,
  ],
  [
    'two lists of rules',
    R('rules: []'),
    '6:1',
    'duplicate-key',
    /"rules" is here twice \(first on line 2\)/,
  ],
  ['a tab', R('\tretire: now'), '6:1', 'tab', /YAML takes spaces/],
  [
    'a merge key',
    'version: 1\nx: &x {retire: now}\nrules:\n  - <<: *x\n    name: a\n    match: all\n    deliver: [handoff]\n',
    '4:5',
    'merge-key',
    /with "extends:"/,
  ],
  [
    'an octal number',
    R('    hold_days: 030'),
    '6:16',
    'bad-value',
    /is read as another number by other tools; write 30/,
  ],
  ['a hexadecimal number', R('    hold_days: 0x1f'), '6:16', 'bad-value', /write 31/],
  [
    'a number with a fraction',
    R('    hold_days: 1.5'),
    '6:16',
    'bad-value',
    /a whole number of days .* not 1.5/,
  ],
  [
    'a number with a unit',
    R('    hold_days: 30d'),
    '6:16',
    'bad-type',
    /a whole number of days .* not "30d"/,
  ],
  ['a number in quotes', R('    hold_days: "30"'), '6:16', 'bad-type', /not "30"/],
  [
    'an account as a number',
    M('{account: 012345678901}'),
    '4:22',
    'bad-type',
    /in quotes: "012345678901"/,
  ],
  [
    'a sexagesimal time',
    R('    windows: {retire: [10:30:00]}'),
    '6:24',
    'bad-value',
    /a window is "Mon-Fri 09:00-17:00"/,
  ],
  [
    'a window without zeros',
    R('    windows: {retire: ["Mon 9:00-17:00"]}'),
    '6:24',
    'bad-value',
    /not "Mon 9:00-17:00"/,
  ],
  [
    'an alias of a window',
    'version: 1\nrules:\n  - name: a\n    match: all\n    deliver: [handoff]\n    windows: {rotate: &w ["Mon 9:00-17:00"], retire: *w}\n',
    '6:27',
    'bad-value',
    /not "Mon 9:00-17:00" \(used again on line 6 by \*w\)/,
  ],
  [
    'a comment of JSON',
    '{\n  // one\n  "version": 1\n}\n',
    '2:3',
    'syntax',
    /JSON has no comments/,
  ],
  ['a list', '- a\n', '1:1', 'bad-type', /takes a mapping that begins with version: 1, not a list/],
  ['nothing', '', '1:1', 'missing-key', /the file is empty/],
  ['comments alone', '# one\n', '1:1', 'missing-key', /the file is empty/],
  [
    'another version',
    R('').replace('version: 1', 'version: 2'),
    '1:10',
    'bad-value',
    /"version" takes 1, not 2/,
  ],
  [
    'no version',
    'rules: [{name: a, match: all, deliver: [handoff]}]\n',
    '1:1',
    'missing-key',
    /"version" is missing/,
  ],
  ['a key that is a list', R('[a]: 1'), '6:1', 'bad-type', /a key is a word/],
  ['__proto__', R('__proto__: {retire: now}'), '6:1', 'unknown-key', /unknown key "__proto__"/],
  [
    'a byte that is not UTF-8',
    Buffer.concat([Buffer.from('version: 1\n# '), Buffer.from([0xff]), Buffer.from('\n')]),
    '2:3',
    'unreadable',
    /save the file as UTF-8/,
  ],
  [
    'UTF-16 without a mark',
    Buffer.from(R(''), 'utf16le'),
    '1:2',
    'unreadable',
    /UTF-16 without a byte order mark/,
  ],
  ['a control character', R('# \u0007'), '6:3', 'unreadable', /U\+0007/],
  [
    'a megabyte and more',
    Buffer.alloc(1024 * 1024 + 1, '#'),
    '1:1',
    'too-large',
    /at most 1048576/,
  ],
  [
    'brackets without an end',
    `a: ${'['.repeat(30_000)}`,
    '1:44',
    'too-deep',
    /more than 40 levels/,
  ],
  ['lists in lists', `${'- '.repeat(5_000)}a`, '1:81', 'too-deep', /more than 40 levels/],
  [
    'a bomb of aliases',
    `version: 1\na: &a [${'x,'.repeat(9)}x]\n${'bcdefghij'
      .split('')
      .map((name, index) => `${name}: &${name} [${`*${'abcdefghi'[index]},`.repeat(9)}y]\n`)
      .join('')}`,
    '8:23',
    'too-many-aliases',
    /more than 50 aliases/,
  ],
  [
    'an alias in itself',
    'version: 1\nrules: &r [*r]\n',
    '2:12',
    'too-many-aliases',
    /contains itself/,
  ],
  [
    'a token',
    R('# ghp_0123456789abcdefghijABCDEFGHIJ012345'),
    '6:3',
    'secret-in-clear',
    /looks like a secret \(ghp_…, 40 characters\)/,
  ],
  ['an unclosed quote', R('    hold_days: "30'), '7:1', 'syntax', /is not closed/],
  ['an at sign', M('{user: @all}'), '4:19', 'syntax', /begins with "@" must be in quotes/],
];

areRefused(ROWS);

const GOOD: readonly (readonly [what: string, text: string | Uint8Array])[] = [
  ['no as the value of a tag', M('{tag: {rotate: no}}')],
  ['everybody but those with a tag', M('{user: "*", not: {tag: {team: "*"}}}')],
  ['a byte order mark', `\ufeff${R('')}`],
  ['UTF-16 with a mark', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(R(''), 'utf16le')])],
  ['lines that end as in Windows', R('').replaceAll('\n', '\r\n')],
  [
    'JSON',
    JSON.stringify({
      $schema: 'x',
      version: 1,
      rules: [{ name: 'a', match: 'all', deliver: ['handoff'] }],
    }),
  ],
  ['YAML 1.2', `%YAML 1.2\n---\n${R('')}`],
  ['an alias', `${R('')}freezes: []\ntrusted_tags: &t []\n`],
];

for (const [what, text] of GOOD) {
  test(`accepted: ${what}`, async () => {
    const faults = await errorsOf(text);
    assert.deepEqual(
      faults.map(({ message }) => message),
      [],
    );
  });
}

test('a secret is told without itself, and nothing else of its line', async () => {
  const secret = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
  const faults = await errorsOf(R(`    hold_days: ${secret}`));
  assert.deepEqual(
    faults.map(({ code }) => code),
    ['secret-in-clear'],
  );
  assert.ok(!JSON.stringify(faults).includes(secret.slice(6)));
});

test('every mistake of a file is told, in the order of its lines', async () => {
  const faults = await errorsOf(R('    hold_days: 0\n    retires: now\nlimit: {}'));
  assert.deepEqual(
    faults.map(({ line, code }) => `${line} ${code}`),
    ['6 bad-value', '7 unknown-key', '8 unknown-key'],
  );
});
