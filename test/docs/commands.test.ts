// Every command that a page shows is one that the programs take: its name, its flags, their values, and what goes
// together. Each is run where nothing signs calls, so that it ends before it could do anything.

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { helpPages } from '../../scripts/help-pages.ts';
import { keyctlCommand } from '../../src/cli/keyctl/command.ts';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { ROOT } from '../support/structured-files.ts';
import { type ShownCommand, shownCommands } from './shell-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'keyturn-docs-'));
after(() => rmSync(folder, { recursive: true }));

const PAGES = ['README.md', ...markdownBelow('docs'), ...markdownBelow('examples')];

function markdownBelow(path: string): readonly string[] {
  return readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(path, name))
    .filter((name) => !name.startsWith('docs/cli/'));
}

const ENV = {
  KEYTURN_STATE: join(folder, 'state'),
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
  KEYTURN_ENDPOINT_GUARD: 'loopback',
};

/** What pages write for something of the reader's. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  KEY: 'AKIAIOSFODNN7EXAMPLE',
  KEYID: 'AKIAIOSFODNN7EXAMPLE',
  OLDKEYID: 'AKIAIOSFODNN7EXAMPLE',
  OTHERKEYID: 'AKIAIOSFODNN7EXAMPLE',
  USER: 'svc-billing',
  NAME: 'svc-billing',
  COMMAND: 'keys',
  CODE: 'in-grace',
};

/** No file of this machine is opened: absolute paths lead into a folder of the test's own. */
function asGiven(word: string): string {
  if (word.startsWith('--log-file=/') || word.startsWith('/'))
    return word.replace('/', `${folder}/`);
  return STANDS_FOR[word] ?? word.replace('@REGION', '@eu-west-1');
}

/** Codes that say that the command line is wrong. */
const WRONG =
  /\[(?:unknown-flag|bad-value|repeated-flag|conflicting-flags|stray-argument|unknown-command)\]/;

/** Of the name of a command in a sentence no more can be asked than that there is such a command, and such a flag. */
const WRONG_IN_PROSE = /unknown (?:flag|command) /;

/** A file of the reader's, which is not there. */
const ABSENT = /(?:does not exist|cannot be read|no file \S+ can be read)/;

/** A slip that a page is about. */
const SLIPS: ReadonlySet<string> = new Set(['rotate-iam-keys --dryrun']);

/** A sandbox would start. */
const isStart = ({ words }: ShownCommand) =>
  words[1] === 'sandbox' && !['advance', 'clock', 'workloads'].includes(words[2] ?? '');

async function complaint(shown: ShownCommand): Promise<string | undefined> {
  const [program = '', ...args] = shown.words;
  const programs = {
    keyturn: keyturnCommand,
    keyctl: keyctlCommand(),
    'rotate-iam-keys': rotateCommand(),
  } as const;
  const host = fakeHost(isStart(shown) ? [...args, '--help'] : args.map(asGiven), { env: ENV });
  await runCommand(programs[program as keyof typeof programs], host);
  const said = host.err() + host.out();
  const isWrong = shown.isWhole
    ? WRONG.test(said) && !ABSENT.test(said)
    : WRONG_IN_PROSE.test(said) && !SLIPS.has(shown.text);
  return isWrong ? `${shown.path}: ${shown.text}\n    ${said.trim()}` : undefined;
}

async function complaints(commands: readonly ShownCommand[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const command of commands) {
    const said = await complaint(command);
    if (said !== undefined) found.push(said);
  }
  return found;
}

test('every command of the documentation is one that the programs take', async () => {
  const all = PAGES.flatMap((path) => shownCommands(path, readFileSync(join(ROOT, path), 'utf8')));
  const unlike = new Map(all.map((command) => [command.words.join('\0'), command]));
  assert(unlike.size > 200, `${unlike.size} commands`);
  const found = await complaints([...unlike.values()]);
  assert.equal(found.length, 0, `\n${found.join('\n')}`);
});

test('every example of --help is one that the programs take', async () => {
  const all = helpPages().flatMap(({ program, examples }) =>
    examples.flatMap(({ command }) =>
      shownCommands(`${program} --help`, `\`\`\`sh\n${command}\n\`\`\`\n`),
    ),
  );
  assert(all.length > 80, `${all.length} examples`);
  const found = await complaints(all);
  assert.equal(found.length, 0, `\n${found.join('\n')}`);
});

test('a flag, a value, a command and a pair of flags that are not taken would be found', async () => {
  const page = [
    '```sh',
    'keyturn keys --unusedd 14d # no such flag',
    'rotate-iam-keys --days-threshold soon',
    'FOO=1 keyturn undoo svc-billing | less',
    'rotate-iam-keys --role-name KeyRotation',
    'keyturn status && keyctl -l > profiles.txt',
    '```',
    'and `keyturn keys --olde 3` in a sentence',
  ].join('\n');
  assert.equal((await complaints(shownCommands('docs/a.md', page))).length, 5);
});
