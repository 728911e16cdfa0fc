// The pages that a first guess asks for: help and version as words, and words of other tools.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
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

const HINTED: readonly (readonly [Command, string[], RegExp])[] = [
  [keyturnCommand, ['help', 'undoo'], /^ {4}keyturn undo$/m],
  [keyturnCommand, ['list'], /^ {4}keyturn keys$/m],
  [keyturnCommand, ['preview'], /^ {4}keyturn plan$/m],
  [keyturnCommand, ['rotate-iam-keys'], /^ {4}rotate-iam-keys --dry-run$/m],
  [keyturnCommand, ['keyctl'], /^ {4}keyctl --help$/m],
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
