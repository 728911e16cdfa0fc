// Help is read by people in narrow terminals, and is the manual.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_CODES } from '../../base/error-codes.ts';
import { keyturnHelp } from '../keyturn/command.ts';
import { SANDBOX_FLAGS, sandboxHelp } from '../keyturn/sandbox-flags.ts';
import { ROTATE_FLAGS } from '../rotate/flags.ts';
import { rotateHelp } from '../rotate/help.ts';
import type { FlagTable } from './flag.ts';

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

test('rotate-iam-keys --help lists every exit code that errors can have', () => {
  const section = rotateHelp().split('Exit codes:')[1] ?? '';
  for (const { exit } of Object.values(ERROR_CODES)) {
    assert.match(section, new RegExp(`^ .*\\b${exit}\\b`, 'm'));
  }
});
