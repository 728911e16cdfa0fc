// Help is read by people in narrow terminals, and is the manual.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../../base/error-codes.ts';
import { CONTROL_REQUESTS } from '../../sandbox/control.ts';
import { FAULT_KINDS } from '../../sandbox/control-input.ts';
import { KEYCTL_FLAGS } from '../keyctl/flags.ts';
import { keyctlHelp } from '../keyctl/help.ts';
import { keyturnHelp } from '../keyturn/command.ts';
import { HISTORY_FLAGS } from '../keyturn/history.ts';
import { DEACTIVATE_FLAGS, DELETE_FLAGS, KEYS_FLAGS } from '../keyturn/keys/flags.ts';
import { RECOVER_FLAGS } from '../keyturn/recover.ts';
import { SANDBOX_FLAGS, sandboxHelp } from '../keyturn/sandbox-flags.ts';
import { STATUS_FLAGS } from '../keyturn/status.ts';
import { UNDO_FLAGS } from '../keyturn/undo-flags.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import { rotateHelp } from '../rotate/help.ts';
import type { FlagTable } from './flag.ts';
import { helpWidth } from './help.ts';

const PAGES: readonly (readonly [program: string, text: string, flags: FlagTable])[] = [
  ['rotate-iam-keys', rotateHelp(), ROTATE_FLAGS],
  ['keyturn sandbox', sandboxHelp(), SANDBOX_FLAGS],
  ['keyturn', keyturnHelp(), {}],
];

for (const [program, text, flags] of PAGES) {
  test(`${program} --help fits 80 columns`, () => {
    const tooLong = text.split('\n').filter((line) => line.length > 80 || line.endsWith(' '));
    assert.deepEqual(tooLong, []);
  });

  test(`${program} --help has usage, every flag and worked examples`, () => {
    assert.match(text, /\nUsage:\n/);
    assert.match(text, /\nExamples:\n/);
    for (const flag of Object.values(flags)) {
      for (const name of flag.names) assert(text.includes(`--${name}`), `--${name} is missing`);
    }
  });
}

test('a page fits a narrow terminal but for its commands, and no wider one than 80 columns', () => {
  for (const page of [rotateHelp(60), sandboxHelp(60), keyturnHelp(60), keyctlHelp(60)]) {
    const [text = ''] = page.split('\nExamples:\n');
    const tooLong = text.split('\n').filter((line) => line.length > 60);
    assert.deepEqual(tooLong, []);
  }
  assert.equal(helpWidth({ isTerminal: true, width: 60 }), 60);
  assert.equal(helpWidth({ isTerminal: true, width: 200 }), 80);
  assert.equal(helpWidth({ isTerminal: false, width: 60 }), 80);
});

test('rotate-iam-keys --help lists every exit code that errors can have', () => {
  const section = rotateHelp().split('Exit codes:')[1] ?? '';
  for (const { exit } of Object.values(ERROR_CODES)) {
    assert.match(section, new RegExp(`^ .*\\b${exit}\\b`, 'm'));
  }
});

test('keyturn sandbox --help names all that can be asked of it while it serves', () => {
  const text = sandboxHelp();
  for (const request of CONTROL_REQUESTS) {
    const [method = '', path = ''] = request.split(' ');
    const line =
      new RegExp(`^ {2}(?:GET|POST) ${path} .*(?:\\n {4,}.*)*`, 'm').exec(text)?.[0] ?? '';
    assert.match(text, new RegExp(`^ {2}(?:GET|POST) ${path} `, 'm'));
    if (method === 'DELETE') assert.match(line, /DELETE/, path);
    else assert.match(text, new RegExp(`^ {2}${request} `, 'm'));
  }
  for (const kind of FAULT_KINDS) assert.match(text, new RegExp(`\\b${kind}\\b`));
});

const TABLES: Readonly<Record<string, FlagTable>> = {
  'rotate-iam-keys': ROTATE_FLAGS,
  keyctl: KEYCTL_FLAGS,
  'keyturn recover': RECOVER_FLAGS,
  'keyturn history': HISTORY_FLAGS,
  'keyturn keys': KEYS_FLAGS,
  'keyturn keys deactivate': DEACTIVATE_FLAGS,
  'keyturn keys delete': DELETE_FLAGS,
  'keyturn sandbox': SANDBOX_FLAGS,
  'keyturn status': STATUS_FLAGS,
  'keyturn undo': UNDO_FLAGS,
};

for (const [program, table] of Object.entries(TABLES)) {
  test(`the flags of ${program} speak of flags that it has`, () => {
    const flags = Object.values(table);
    const known = new Set(flags.flatMap(({ names }) => names));
    const strange = flags.flatMap(({ names, about }) =>
      [...about.matchAll(/--([a-z][a-z-]+)/g)]
        .filter(([, name = '']) => !known.has(name))
        .map(([other]) => `--${names[0]} speaks of ${other}`),
    );
    assert.deepEqual(strange, []);
  });
}
