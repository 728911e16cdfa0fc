// The pages that a first guess asks for: help and version as words, and words of other tools.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { commandFor } from '../../src/cli/keyturn/main.ts';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { type Command, runCommand } from '../../src/cli/run.ts';
import { fakeHost } from './fake-host.ts';

const SAME: readonly (readonly [words: string[], command: Command, args: string[]])[] = [
  [['help'], keyturnCommand, ['--help']],
  [['help', 'keyturn'], keyturnCommand, ['--help']],
  [['help', '--help'], keyturnCommand, ['--help']],
  [['help', 'undo'], keyturnCommand, ['undo', '--help']],
  [['help', 'keys'], keyturnCommand, ['keys', '--help']],
  [['help', 'keys', 'delete'], keyturnCommand, ['keys', 'delete', '--help']],
  [['help', 'sandbox', 'advance'], keyturnCommand, ['sandbox', 'advance', '--help']],
  [['help', 'completion'], keyturnCommand, ['completion', '--help']],
  [['help', 'keyctl'], keyctlCommand(), ['--help']],
  [['help', 'rotate-iam-keys'], rotateCommand(), ['--help']],
  [['version'], keyturnCommand, ['--version']],
];

for (const [words, command, args] of SAME) {
  test(`keyturn ${words.join(' ')} prints what ${command.program} ${args.join(' ')} prints`, async () => {
    const [asked, page] = [fakeHost(words), fakeHost(args)];
    assert.equal(await runCommand(keyturnCommand, asked), 0);
    assert.equal(await runCommand(command, page), 0);
    assert.equal(asked.out(), page.out());
    assert.notEqual(page.out(), '');
  });
}

test('keyturn help in-grace says what the code means, and what to do', async () => {
  const host = fakeHost(['help', 'in-grace']);
  assert.equal(await runCommand(keyturnCommand, host), 0);
  assert.match(host.out(), /^in-grace: The old key of the last rotation stays Active/);
  assert.match(host.out(), /^What to do: Wait until/m);
  assert.match(host.out(), /^Exit code 1, when it ends a run\. It stops only this user/m);
  assert.match(host.out(), /docs\/errors\/in-grace\.md/);
  assert(
    host
      .out()
      .split('\n')
      .every((line) => line.length <= 80),
  );
});

test('a word behind a code is refused', async () => {
  const host = fakeHost(['help', 'in-grace', 'now']);
  assert.equal(await runCommand(keyturnCommand, host), 2);
  assert.match(host.err(), /\[stray-argument\]/);
});

const HINTED: readonly (readonly [Command, string[], RegExp])[] = [
  [keyturnCommand, ['help', 'undoo'], /^ {4}keyturn undo$/m],
  [keyturnCommand, ['help', 'in-grase'], /^ {4}keyturn help in-grace$/m],
  [keyturnCommand, ['help', 'rotate-iam-key'], /^ {4}keyturn help rotate-iam-keys$/m],
  [keyturnCommand, ['list'], /^ {4}keyturn keys$/m],
  [keyturnCommand, ['preview'], /^ {4}keyturn plan$/m],
  [keyturnCommand, ['rotate-iam-key'], /^ {4}keyturn rotate-iam-keys$/m],
  [keyturnCommand, ['versoin'], /^ {4}keyturn version$/m],
  [rotateCommand(), ['help'], /did you mean --help\?/],
  [rotateCommand(), ['version'], /did you mean --version\?/],
  [rotateCommand(), ['--json'], /did you mean --output-format=json\?/],
];

for (const [command, args, hint] of HINTED) {
  test(`${command.program} ${args.join(' ')}: the hint has what was meant, the error its code`, async () => {
    const host = fakeHost(args);
    assert.equal(await runCommand(command, host), 2);
    assert.match(host.err(), hint);
    assert.match(host.err(), /error: .* \[(unknown-command|unknown-flag|stray-argument)\]$/m);
  });
}

for (const [word, other] of [
  ['keyctl', keyctlCommand()],
  ['rotate-iam-keys', rotateCommand()],
] as const) {
  for (const args of [['--help'], ['--version'], ['--no-such-flag']]) {
    test(`keyturn ${word} ${args.join(' ')} is ${word} ${args.join(' ')}`, async () => {
      const below = fakeHost([word, ...args]);
      const alone = fakeHost(args);
      assert.equal(await runCommand(commandFor(below.args), below), await runCommand(other, alone));
      assert.deepEqual([below.out(), below.err()], [alone.out(), alone.err()]);
    });
  }
}
