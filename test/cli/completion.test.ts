// The completion scripts in the shells that they are for.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { completedPrograms, SHELLS } from '../../src/cli/keyturn/completion/model.ts';
import { run } from './process.ts';

const home = mkdtempSync(join(tmpdir(), 'keyturn-completion-'));
after(() => rmSync(home, { recursive: true }));
mkdirSync(join(home, '.aws'));
writeFileSync(
  join(home, '.aws', 'credentials'),
  '[default]\naws_access_key_id = x\n[prod-1]\n[$(touch harm)]\n',
);
writeFileSync(join(home, '.aws', 'config'), '[profile staging]\nregion = us-east-1\n');

const env = { HOME: home, PATH: process.env.PATH ?? '' };

const isInstalled = (shell: string) => spawnSync(shell, ['--version'], { env }).status === 0;
const mustBe = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';
const skipWithout = (shell: string) =>
  mustBe || isInstalled(shell) ? false : `${shell} is not installed`;

async function scriptFor(shell: string): Promise<string> {
  const { code, stdout, stderr } = await run('keyturn', ['completion', shell]);
  assert.equal(code, 0, stderr);
  return stdout;
}

function answerOf(shell: string, args: readonly string[]): string[] {
  const { status, stdout, stderr } = spawnSync(shell, args, { env, cwd: home, encoding: 'utf8' });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout.split('\n').filter((line) => line !== '');
}

/** What is typed, and some of what must and must not be offered. */
const CASES: readonly (readonly [typed: readonly string[], some: string[], none: string[]])[] = [
  [['rotate-iam-keys', '--d'], ['--days-threshold', '--dry-run'], ['--user']],
  [['rotate-iam-keys', '--output-format', ''], ['json', 'text'], ['--dry-run']],
  [['rotate-iam-keys', '--profile', ''], ['default', 'prod-1', 'staging'], []],
  [['keyctl', 'pr'], ['prod-1'], ['default']],
  [['keyctl', 'f'], ['finish'], ['undo']],
  [['keyctl', '-t', 'st'], ['staging'], ['status']],
  [['keyturn', 's'], ['status', 'sandbox'], ['undo']],
  [['keyturn', 'sandbox', '--l'], ['--latency-ms'], ['--log-level']],
  [['keyturn', 'policy', ''], ['fleet', 'admin'], ['status']],
  [['keyturn', 'keyctl', 'pr'], ['prod-1'], ['default']],
  [['keyturn', 'rotate-iam-keys', '--d'], ['--dry-run'], ['--due']],
  [['keyturn', 'completion', 'f'], ['fish'], ['zsh']],
];

function check(offered: readonly string[], some: readonly string[], none: readonly string[]): void {
  const words = offered.map((line) => line.split('\t')[0]?.trim());
  for (const word of some) assert(words.includes(word), `${word} in ${words.join(' ')}`);
  for (const word of none) assert(!words.includes(word), `${word} not in ${words.join(' ')}`);
}

for (const [typed, some, none] of CASES) {
  test(`bash: ${typed.join(' ')}`, { skip: skipWithout('bash') }, async () => {
    const name = `_complete_${typed[0]?.replaceAll('-', '_')}`;
    const words = typed.map((word) => `'${word}'`).join(' ');
    const script = [
      await scriptFor('bash'),
      `COMP_WORDS=(${words}); COMP_CWORD=${typed.length - 1}`,
      `${name}; printf '%s\\n' "\${COMPREPLY[@]}"`,
    ].join('\n');
    check(answerOf('bash', ['--norc', '-c', script]), some, none);
  });

  test(`fish: ${typed.join(' ')}`, { skip: skipWithout('fish') }, async () => {
    const path = join(home, 'completion.fish');
    writeFileSync(path, await scriptFor('fish'));
    const line = typed.join(' ');
    check(answerOf('fish', ['-c', `source ${path}; complete -C '${line}'`]), some, none);
  });
}

test('bash: --flag=value, which bash breaks into three words', {
  skip: skipWithout('bash'),
}, async () => {
  const script = await scriptFor('bash');
  for (const [words, offered] of [
    ["rotate-iam-keys --output-format '='", ['json', 'text']],
    ["rotate-iam-keys --output-format '=' j", ['json']],
  ] as const) {
    const line = `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]}-1))`;
    const print = `_complete_rotate_iam_keys; printf '%s\\n' "\${COMPREPLY[@]}"`;
    assert.deepEqual(answerOf('bash', ['--norc', '-c', [script, line, print].join('\n')]), offered);
  }
});

test('zsh: the script loads, and completes flags and profiles', {
  skip: skipWithout('zsh'),
}, async () => {
  const path = join(home, '_keyturn');
  writeFileSync(path, await scriptFor('zsh'));
  assert.deepEqual(answerOf('zsh', ['-f', '-n', path]), []);
  // _arguments needs a terminal; here it is replaced by what prints its arguments.
  const load = `compdef() { :; }; _arguments() { printf '%s\\n' "$@"; }; source ${path}`;
  const flags = answerOf('zsh', [
    '-f',
    '-c',
    `${load}; words=(rotate-iam-keys --d); _complete_rotate_iam_keys`,
  ]);
  assert(
    flags.some((spec) => spec.startsWith('--output-format=[') && spec.endsWith('(json text)')),
  );
  assert.match(flags.join(' '), /--profile=\[[^\]]*\]:profile:\(default prod-1 staging\)/);
  const policy = answerOf('zsh', [
    '-f',
    '-c',
    `${load}; words=(keyturn policy ''); _complete_keyturn`,
  ]);
  assert(policy.includes('*:word:(self-service admin fleet organization state map)'));
});

test('every command of keyturn is completed', async () => {
  const { stdout } = await run('keyturn', ['--help']);
  const listed = /Commands:\n((?: {2}.*\n)+)/.exec(stdout)?.[1] ?? '';
  const commands = [...listed.matchAll(/^ {2}([\w-]+) /gm)].map(([, name]) => name);
  const completed = completedPrograms().find(({ program }) => program === 'keyturn')?.commands;
  assert.deepEqual(
    completed?.flatMap(({ command }) => command ?? []),
    commands,
  );
});

test('the help of every command ends with examples', async () => {
  for (const { program, commands } of completedPrograms()) {
    for (const { command } of commands) {
      const args = command === undefined ? ['--help'] : [command, '--help'];
      const { stdout } = await run(program as 'keyturn', args);
      assert.match(stdout, /\nExamples:\n {2}\S/, `${program} ${args.join(' ')}`);
    }
  }
});

test('a shell that is not known is refused with those that are', async () => {
  for (const args of [['completion', 'tcsh'], ['completion']]) {
    const { code, stderr, stdout } = await run('keyturn', args);
    assert.deepEqual([code, stdout], [2, '']);
    assert(stderr.includes(`hint: the shells are: ${SHELLS.join(', ')}`));
  }
});
