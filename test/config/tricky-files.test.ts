// Files that people write by mistake: each is refused once, at the right line and column, with what to write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FILE_ROWS } from './file-rows.ts';
import { FORM_ROWS } from './form-rows.ts';
import { NEIGHBOUR_ROWS } from './neighbour-rows.ts';
import { areRefused, errorsOf, M, R } from './tricky.ts';

areRefused([...FILE_ROWS, ...FORM_ROWS, ...NEIGHBOUR_ROWS]);

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
  ['a tag whose name is a number', M('{tag: {5: x}}')],
  ['a tag of an object', M('{tag: {toString: x}}')],
  ['names beyond ASCII where AWS takes them', M('{tag: {"Größe": "ü*"}}')],
  ['a block text', M('\n      user: |-\n        svc-a')],
  ['the marks of a document', `---\n${R('')}...\n`],
  [
    'commas at the end',
    '{"version":1,"rules":[{"name":"a","match":"all","deliver":["handoff"]},],}',
  ],
  [
    'a blank that is none, in quotes',
    R('freezes: [{from: 2027-01-04, to: 2027-01-05, reason: "fin d\u2019année\u00a0: gel"}]'),
  ],
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
