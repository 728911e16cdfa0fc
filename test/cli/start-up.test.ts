// Help, version and bad input start about as fast as Node itself, because nothing heavy is loaded.
// Asserted by what is loaded, not by the clock: which files, and how many.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { startSandbox } from '../../src/sandbox/index.ts';
import { binOf, finished, type Program, start } from './process.ts';

/** Writes down at the end every file of this repository that was loaded. */
const HOOK = `
const { writeFileSync } = require('node:fs');
process.on('exit', () => {
  const files = [process.argv[1], ...Object.keys(require.cache)];
  writeFileSync(process.env.LOADED_FILES, files.filter((file) => file !== __filename).join('\\n'));
});
`;

async function loaded(
  program: Program,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-files-'));
  const list = join(folder, 'loaded.txt');
  const hook = join(folder, 'hook.cjs');
  writeFileSync(hook, HOOK);
  const child = start(['--require', hook, binOf(program), ...args], { ...env, LOADED_FILES: list });
  await finished(child);
  const files = readFileSync(list, 'utf8').split('\n');
  rmSync(folder, { recursive: true });
  return files;
}

const LIGHT: readonly (readonly [program: Program, args: readonly string[]])[] = [
  ['rotate-iam-keys', ['--help']],
  ['rotate-iam-keys', ['--version']],
  ['rotate-iam-keys', ['--dryrun']],
  ['rotate-iam-keys', ['--output-format=json', '--days_threshold=9e1']],
  ['rotate-iam-keys', ['--output-format=json', 'stray']],
  ['keyturn', ['--help']],
  ['keyturn', ['sandbox', '--help']],
  ['keyturn', ['nonsense']],
  ['keyturn', ['policy', '--help']],
  ['keyctl', ['--help']],
  ['keyctl', ['-t', 'p', '--dryrun']],
  ['keyctl', []],
  // A list of profiles reads two files: no SDK, no schema, nothing to ask with.
  ['keyctl', ['-l']],
  ['keyctl', ['--list-keys', '--json']],
];

/** What holds the files below: written by the build. */
const CHUNKS = JSON.parse(
  readFileSync(new URL('../../bin/chunks.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, readonly string[]>>;

const BIN =
  /\/bin\/(?:start\.cjs|rolldown-runtime-[\w-]+\.cjs|(?:keyctl|keyturn|rotate-iam-keys)\.mjs)$/;
/** The commands of keyturn, in files of their own. */
const SMALL = /\/bin\/(?:sandbox|policy|named-policies|sandbox-flags)-[\w-]+\.cjs$/;

for (const [program, args] of LIGHT) {
  test(`${program} ${args.join(' ')} loads the entry, and no engine`, async () => {
    const files = await loaded(program, args);
    assert(
      files.some((file) => file.endsWith('/dist/bin/start.cjs')),
      'the hook sees what is loaded',
    );
    assert.deepEqual(
      files.filter((file) => !BIN.test(file) && !SMALL.test(file)),
      [],
    );
    assert(files.length <= 6, `${files.length} files`);
  });
}

/** Rooms that are light throughout, and the files of others that a list of profiles needs. */
const LIGHT_FILE =
  /^src\/(?:entry|cli(?:\/[\w-]+)?|api|base|credentials-file)\/[\w-]+\.ts$|^src\/app\/(?:custody-wish|telling|read-(?:delivery|form)|keyctl\/(?:build-(?:keyctl|later)-report|file-troubles|list-profiles))\.ts$|^src\/base\/files\/file-system\.ts$|^src\/lifecycle\/retire-policy\.ts$|^src\/aws\/profile\.ts$|^src\/reports\/(?:keyctl-[\w-]+|page|table|words|skipped-words)\.ts$|^src\/app\/default-role\.ts$|^src\/custody\/wish\.ts$|^src\/lambda\/index\.ts$|^src\/state\/(?:stores|misspelt-place|ways-on|files\/index|dynamodb\/(?:index|place))\.ts$|^src\/destinations\/(?:forms\/(?:asked-form|text-form|forms)|entrance|way-there|written-name|regional-listing|(?:regional-)?place|place-(?:credentials|options)|service-place|variable-names|remarks|pair-fields|kinds|making|failure|[\w-]+\/(?:index|kind-of|listing|names|place|recipients|template))\.ts$/;

test('the entry holds light files only: no SDK, no schema, nothing to ask with', () => {
  const files = CHUNKS['start.cjs'] ?? [];
  assert(files.includes('src/cli/flags/argv.ts'));
  assert.deepEqual(
    files.filter((file) => !LIGHT_FILE.test(file)),
    [],
  );
});

test('no AWS client is in the entry or in the engine: each is loaded when it is used', () => {
  for (const [chunk, files] of Object.entries(CHUNKS)) {
    if (!/^(?:start|engine)/.test(chunk)) continue;
    assert.deepEqual(
      files.filter((file) => /node_modules\/@(?:aws-sdk|smithy)\//.test(file)),
      [],
      chunk,
    );
  }
});

/** Packages that a run with a key pair needs: those of the calls that it makes. */
const CLIENTS_OF_A_RUN = ['client-iam', 'client-sts'];

test('a rotation loads only the clients that it uses', async (t) => {
  const sandbox = await startSandbox({ seed: 'start-up' });
  t.after(() => sandbox.close());
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-state-'));
  t.after(() => rmSync(stateDir, { recursive: true }));
  const env = { ...sandbox.endpointEnv(), KEYTURN_STATE_DIR: stateDir };
  const files = await loaded('rotate-iam-keys', [], env);
  const chunks = files.map((file) => basename(file)).filter((name) => name in CHUNKS);
  const packages = chunks.flatMap((name) =>
    (CHUNKS[name] ?? []).flatMap(
      (file) =>
        /@aws-sdk\/(client-[\w-]+|credential-provider-[\w-]+|nested-clients)/.exec(file)?.[1] ?? [],
    ),
  );
  const clients = [...new Set(packages)].filter(
    (name) => !/^credential-provider-(?:node|env)$/.test(name),
  );
  assert.deepEqual(clients.sort(), CLIENTS_OF_A_RUN);
});
