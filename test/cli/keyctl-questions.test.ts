// Each question that keyctl can ask, on a real pseudo-terminal: narrow and wide, drawn and written line by
// line, and where nothing but ASCII may be shown.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { KEY, type Sitting, type Step, sit, skipWithoutTerminal } from './terminal.ts';

const PROGRAM = fileURLToPath(new URL('./keyctl-fake-process.js', import.meta.url));
const skip = skipWithoutTerminal();

interface Question {
  readonly asks: string;
  readonly args: readonly string[];
  readonly world?: string;
  readonly steps: readonly Step[];
  /** What is on the screen in the end, however it is laid out. */
  readonly says: RegExp;
}

const QUESTIONS: readonly Question[] = [
  {
    asks: 'who signs',
    args: ['--yes'],
    steps: [
      ['Step 1 of 2', `3${KEY.enter}`],
      ['Step 2 of 2', KEY.enter],
    ],
    says: /Signing with production.*Rotated: production/s,
  },
  {
    asks: 'whose key is rotated',
    args: [],
    steps: [
      ['Step 1 of 2', KEY.enter],
      ['Step 2 of 2', `3${KEY.enter}`],
      ['[Y/n]', `no${KEY.enter}`],
    ],
    says: /Rotating the key of production.*nothing was changed/s,
  },
  {
    asks: 'whether the key that was chosen is rotated',
    args: [],
    steps: [
      ['Step 1', KEY.enter],
      ['Step 2', `3${KEY.enter}`],
      ['[Y/n]', `yes${KEY.enter}`],
    ],
    says: /Rotated: production/,
  },
  {
    asks: 'whether another key makes room',
    args: ['production'],
    world: 'busy',
    steps: [['[y/N]', `y${KEY.enter}`]],
    says: /AKIAQ3EGOTHERKEY0001 +to make room/,
  },
  {
    asks: 'the code of a device',
    args: ['production'],
    world: 'mfa',
    steps: [
      ['mfa/ada', `12${KEY.enter}`],
      ['a code has 6 digits', `AGAIN123456${KEY.enter}`],
    ],
    says: /IAM user code-123456/,
  },
  {
    asks: 'the code of a device that AWS named after a denial',
    args: ['production'],
    world: 'denied',
    steps: [['mfa/ada', `123456${KEY.enter}`]],
    says: /it may allow it with MFA.*IAM user code-123456/s,
  },
  {
    asks: 'whether old backups are deleted',
    args: ['backups', '--prune'],
    steps: [['[y/N]', `yes${KEY.enter}`]],
    says: /2 backups deleted/,
  },
];

const KINDS: readonly (readonly [name: string, env: Readonly<Record<string, string>>])[] = [
  ['drawn', {}],
  ['for a screen reader', { ACCESSIBLE: '1' }],
  ['on a terminal that cannot move its cursor', { TERM: 'dumb' }],
];

// Each waits for a process most of the time.
describe('questions', { concurrency: 4 }, () => {
  for (const { asks, args, world = 'plain', steps, says } of QUESTIONS) {
    for (const [kind, env] of KINDS) {
      for (const columns of [60, 120]) {
        test(`${asks}, ${kind}, ${columns} columns`, { skip }, async () => {
          const isDrawn = Object.keys(env).length === 0;
          const typed = steps.map(([expect, keys]): Step => [expect, keysFor(keys, isDrawn)]);
          const sitting = await sit([process.execPath, PROGRAM, ...args], typed, {
            ...env,
            COLUMNS: String(columns),
            FAKE_KEYCTL: world,
          });
          assertLegible(sitting, columns, isDrawn);
          assert.match(sitting.text.replaceAll(/\s+/g, ' '), says);
        });
      }
    }
  }
});

/** What was drawn is mended in place; a line is written anew. */
function keysFor(keys: string, isDrawn: boolean): string {
  return keys.replace('AGAIN12', isDrawn ? '' : '12');
}

/** No line is broken inside a word by the terminal, except where a single word has no room. */
function assertLegible(sitting: Sitting, columns: number, isDrawn: boolean): void {
  assert.equal(sitting.missing, null, sitting.text);
  assert.deepEqual([sitting.canonical, sitting.echo], [true, true]);
  for (const line of linesOf(sitting.raw)) {
    if (line.length <= columns || isOneThing(line)) continue;
    assert.fail(`${line.length} columns: ${line}`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
  if (!isDrawn) assert.doesNotMatch(sitting.raw, /\x1b\[\??\d*[A-HJKl]/);
}

function linesOf(raw: string): string[] {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor ends a line
  const apart = raw.replaceAll(/\x1b\[\d*[A-HJK]/g, '\n');
  return stripVTControlCharacters(apart).split(/[\r\n]+/);
}

/** A command to paste, or a path, is never broken by us. */
function isOneThing(line: string): boolean {
  return /^ +keyctl /.test(line) || !line.trim().includes(' ');
}

test('LANG=C: nothing but ASCII, whatever profiles are called, and commands that still work', {
  skip,
}, async () => {
  const sitting = await sit(
    [process.execPath, PROGRAM],
    [
      ['Step 1', KEY.enter],
      ['Step 2', KEY.enter],
      ['[Y/n]', KEY.enter],
    ],
    { LC_ALL: 'C', FAKE_KEYCTL: 'umlauts' },
  );
  assert.equal(sitting.code, 0, sitting.text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
  assert.match(sitting.raw, /^[\x00-\x7f]*$/);
  assert.match(sitting.text, /m\\u00fcller/);
  assert.match(sitting.text, /\n {2}keyctl undo -t \$'m\\303\\274ller'\n/);
});
