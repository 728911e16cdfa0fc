// keyctl's interactive mode on a real pseudo-terminal, with use cases made of memory.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KEY, type Sitting, type Step, sit, skipWithoutTerminal } from './terminal.ts';

const PROGRAM = fileURLToPath(new URL('./keyctl-fake-process.js', import.meta.url));
const skip = skipWithoutTerminal();

function keyctl(
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
): Promise<Sitting> {
  return sit([process.execPath, PROGRAM, ...args], steps, env);
}

/** As a shell needs it: cursor shown, lines, echo. */
function assertSane(sitting: Sitting): void {
  assert.equal(sitting.missing, null, sitting.text);
  assert.deepEqual([sitting.canonical, sitting.echo], [true, true]);
  const shown = sitting.raw.lastIndexOf('\x1b[?25h');
  assert(shown >= sitting.raw.lastIndexOf('\x1b[?25l'), 'the cursor is shown again');
}

test('arrows choose who signs, letters filter the target, Enter confirms: rotated', {
  skip,
}, async () => {
  const sitting = await keyctl(
    [],
    [
      ['Step 1 of 2', KEY.down + KEY.up + KEY.enter],
      ['Step 2 of 2', 'duct'],
      ['filter: duct', KEY.enter],
      ['Rotate AKIAIOSFODNN7EXAMPLE of production? [Y/n]', KEY.enter],
    ],
  );
  assertSane(sitting);
  assert.equal(sitting.code, 0);
  assert.match(sitting.text, /Signing with admin\n/);
  assert.match(sitting.text, /production +AKIAIOSFODNN7EXAMPLE {2}\d+ d old, used \d+ d ago/);
  assert.match(sitting.text, /Rotated: production, IAM user svc-a\n/);
  assert.match(sitting.text, /keyctl undo -a admin -t production\n/);
});

test('the one who signs comes first in the second step: own keys take two Enters', {
  skip,
}, async () => {
  const sitting = await keyctl(
    ['--yes'],
    [
      ['Step 1 of 2', KEY.down + KEY.down + KEY.enter],
      ['Step 2 of 2', KEY.enter],
    ],
  );
  assertSane(sitting);
  assert.equal(sitting.code, 0);
  assert.match(sitting.text, /Signing with production\n/);
  assert.match(sitting.text, /Rotated: production/);
});

// Leaving: nothing was changed, the terminal is as it was, exit 130.
const LEAVING: readonly (readonly [what: string, args: string, steps: readonly Step[]])[] = [
  ['Esc at the first step', '', [['Step 1', KEY.escape]]],
  ['q at the first step', '', [['Step 1', 'q']]],
  ['Ctrl-C at the first step', '', [['Step 1', KEY.ctrlC]]],
  ['Ctrl-D at the first step', '', [['Step 1', KEY.ctrlD]]],
  [
    'Ctrl-C at the second step',
    '',
    [
      ['Step 1', KEY.enter],
      ['Step 2', KEY.ctrlC],
    ],
  ],
  [
    'q at the second step',
    '',
    [
      ['Step 1', KEY.enter],
      ['Step 2', 'q'],
    ],
  ],
  [
    'Esc behind a filter',
    '',
    [
      ['Step 1', 'prod'],
      ['filter: prod', KEY.escape],
    ],
  ],
  [
    'n at the confirmation',
    '',
    [
      ['Step 1', KEY.enter],
      ['Step 2', KEY.enter],
      ['[Y/n]', `n${KEY.enter}`],
    ],
  ],
  [
    'Ctrl-C at the confirmation',
    '',
    [
      ['Step 1', KEY.enter],
      ['Step 2', KEY.enter],
      ['[Y/n]', KEY.ctrlC],
    ],
  ],
  ['Enter where a key would be deleted', 'production', [['[y/N]', KEY.enter]]],
  ['Ctrl-C where a key would be deleted', 'production', [['[y/N]', KEY.ctrlC]]],
];

for (const [what, args, steps] of LEAVING) {
  test(`${what} leaves: exit 130, nothing changed, the terminal as it was`, { skip }, async () => {
    const world = args === '' ? 'plain' : 'busy';
    const sitting = await keyctl(args === '' ? [] : [args], steps, { FAKE_KEYCTL: world });
    assertSane(sitting);
    assert.equal(sitting.code, 130);
    assert.match(sitting.text, /keyctl: nothing was changed\n$/);
    assert.doesNotMatch(sitting.text, /Rotated/);
  });
}

test('y deletes the key that was shown, and only then rotates', { skip }, async () => {
  const sitting = await keyctl(['production'], [['[y/N]', `y${KEY.enter}`]], {
    FAKE_KEYCTL: 'busy',
  });
  assertSane(sitting);
  assert.equal(sitting.code, 0);
  assert.match(sitting.text, /other key +AKIAQ3EGOTHERKEY0001 {2}Inactive, \d+ days old, used/);
  assert.match(sitting.text, /deleted +AKIAQ3EGOTHERKEY0001 {2}to make room/);
});

test('where a name begins with q, q filters, and the page says how to leave', {
  skip,
}, async () => {
  const sitting = await keyctl(
    [],
    [
      ['Esc: leave', 'qprod'],
      ['filter: qprod', KEY.enter],
      ['Step 2', KEY.ctrlC],
    ],
    { FAKE_KEYCTL: 'letterq' },
  );
  assertSane(sitting);
  assert.match(sitting.text, /Signing with qproduction\n/);
});

test('a filter that nothing matches chooses nothing', { skip }, async () => {
  const sitting = await keyctl(
    [],
    [
      ['Step 1', 'zz'],
      ['no profile has "zz" in its name', `${KEY.enter}\x7f\x7f${KEY.enter}`],
      ['Step 2', KEY.escape],
    ],
  );
  assertSane(sitting);
  assert.equal(sitting.code, 130);
});

test('sixty profiles scroll within 24 lines', { skip }, async () => {
  const sitting = await keyctl(
    [],
    [
      ['46 more', KEY.up],
      ['team-59', KEY.enter],
      ['Step 2', 'q'],
    ],
    {
      FAKE_KEYCTL: 'many',
    },
  );
  assertSane(sitting);
  assert.match(sitting.text, /Signing with team-59/);
});

test('the MFA code is asked, checked for 6 digits, and used', { skip }, async () => {
  const sitting = await keyctl(
    ['production'],
    [
      ['MFA code of arn:aws:iam::123456789012:mfa/ada:', `12${KEY.enter}`],
      ['a code has 6 digits', `3456${KEY.enter}`],
    ],
    { FAKE_KEYCTL: 'mfa' },
  );
  assertSane(sitting);
  assert.equal(sitting.code, 0);
  assert.match(sitting.text, /IAM user code-123456/);
});

for (const [keys, code] of [
  [KEY.ctrlC, 130],
  ['SIGTERM', 143],
] as const) {
  test(`while it rotates, ${keys === KEY.ctrlC ? 'Ctrl-C' : keys} ends it: exit ${code}`, {
    skip,
  }, async () => {
    const sitting = await keyctl(['production'], [['storing AKIAI44QH8DHBEXAMPLE', keys]], {
      FAKE_KEYCTL: 'slow',
    });
    assertSane(sitting);
    assert.equal(sitting.code, code);
    assert.match(sitting.text, /error: interrupted by SIG(INT|TERM) \[interrupted\]\n/);
  });
}

test('SIGTERM at a question leaves the terminal as it was: exit 143', { skip }, async () => {
  const sitting = await keyctl([], [['Step 1', 'SIGTERM']]);
  assertSane(sitting);
  assert.equal(sitting.code, 143);
});

// Only yes is yes: any other word is a no, and so is its first letter alone.
for (const [typed, code] of [
  ['y', 0],
  ['YES', 0],
  ['', 0],
  ['stop', 130],
  ['yesterday', 130],
  ['ja', 130],
  ['no', 130],
  ['1', 130],
] as const) {
  test(`"${typed}" and Enter at [Y/n]: exit ${code}`, { skip }, async () => {
    const sitting = await keyctl(
      [],
      [
        ['Step 1', KEY.enter],
        ['Step 2', KEY.enter],
        ['[Y/n]', typed + KEY.enter],
      ],
    );
    assertSane(sitting);
    assert.equal(sitting.code, code);
    assert.equal(sitting.text.includes('Rotated:'), code === 0);
  });
}

test('a number picks the entry that has it, in both lists', { skip }, async () => {
  const sitting = await keyctl(
    ['--yes'],
    [
      ['2  default', `1${KEY.enter}`],
      ['Step 2 of 2', `3${KEY.enter}`],
    ],
  );
  assertSane(sitting);
  assert.equal(sitting.code, 0);
  assert.match(sitting.text, /Signing with admin\n/);
  assert.match(sitting.text, /Rotated: production/);
});

test('a number picks its entry also where names hold digits', { skip }, async () => {
  const sitting = await keyctl(
    [],
    [
      ['1  team-0', `13${KEY.enter}`],
      ['Step 2', 'q'],
    ],
    { FAKE_KEYCTL: 'many' },
  );
  assert.match(sitting.text, /Signing with team-12-x/);
});

test('AWS_PROFILE is what Enter chooses, and that is said', { skip }, async () => {
  const sitting = await keyctl(
    [],
    [
      ['AWS_PROFILE names production', KEY.enter],
      ['Step 2', KEY.ctrlC],
    ],
    { AWS_PROFILE: 'production' },
  );
  assertSane(sitting);
  assert.match(sitting.text, /Signing with production\n/);
});

test('NO_COLOR and a plain locale: no colour, and ASCII while waiting', { skip }, async () => {
  const env = { NO_COLOR: '1', LC_ALL: 'C', FAKE_KEYCTL: 'slow' };
  const sitting = await keyctl(['production'], [['storing', KEY.ctrlC]], env);
  assert.match(sitting.text, /[|/\\-] storing AKIAI44QH8DHBEXAMPLE/);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what is looked for
  assert.doesNotMatch(sitting.raw, /\x1b\[\d+m/);
});
