// Where the credentials of places come from, with real files and programs.

import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { placeCredentials } from '../../src/app/place-credentials.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { temporaryDirectory } from '../state/support.ts';

async function credentialsIn(test: TestContext, more: Record<string, string> = {}) {
  const folder = await temporaryDirectory(test);
  const program = join(folder, 'print-token');
  const calls = join(folder, 'calls');
  writeFileSync(program, `#!/bin/sh\necho call >> '${calls}'\necho "token-of-$1"\n`);
  chmodSync(program, 0o755);
  const file = join(folder, 'token');
  writeFileSync(file, 'token-in-a-file\n');
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    TOKEN: 'token-in-clear',
    ...more,
  };
  return { folder, file, program, calls, of: placeCredentials(env, nodePrograms(env)) };
}

async function refusalOf(found: Promise<unknown>): Promise<KeyturnError> {
  const thrown = await found.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert(thrown instanceof KeyturnError);
  assert.equal(thrown.code, 'not-deliverable');
  return thrown;
}

describe('a credential of a place', () => {
  it('comes from a variable, a file or a program, and is found out once', async (test) => {
    const { file, program, of } = await credentialsIn(test);
    const reveal = async (reference: string) => (await of.resolve(reference)).reveal();
    assert.equal(await reveal(`\${env:TOKEN}`), 'token-in-clear');
    assert.equal(await reveal(`\${file:${file}}`), 'token-in-a-file');
    assert.equal(await reveal(`\${file:~/token}`), 'token-in-a-file');
    assert.equal(await reveal(`\${command:${program} 'a b'}`), 'token-of-a b');
    assert.equal(await reveal(`\${command:print-token gh}`), 'token-of-gh');
    writeFileSync(file, 'another');
    assert.equal(await reveal(`\${file:${file}}`), 'token-in-a-file');
    assert.equal((await of.again(`\${file:${file}}`)).reveal(), 'another');
    assert.equal(String(await of.resolve(`\${file:${file}}`)), '[secret]');
  });

  it('is that of the first variable that is set, which may say where it is', async (test) => {
    const reference = `\${command:print-token vault}`;
    const { of } = await credentialsIn(test, { EMPTY: '', INDIRECT: reference });
    assert.equal((await of.fromEnvironment('EMPTY', 'TOKEN'))?.reveal(), 'token-in-clear');
    assert.equal((await of.fromEnvironment('INDIRECT'))?.reveal(), 'token-of-vault');
    assert.equal(await of.fromEnvironment('EMPTY', 'NONE'), undefined);
    assert.equal(of.setting('EMPTY'), undefined);
    assert.equal(of.setting('TOKEN'), 'token-in-clear');
  });

  it('says what is wrong with its source, and never quotes it', async (test) => {
    const { folder, of } = await credentialsIn(test);
    writeFileSync(join(folder, 'empty'), '\n');
    writeFileSync(join(folder, 'open'), '#!/bin/sh\necho x\n');
    chmodSync(join(folder, 'open'), 0o777);
    writeFileSync(join(folder, 'broken'), '#!/bin/sh\necho token >&2\nexit 3\n');
    chmodSync(join(folder, 'broken'), 0o755);
    const faults: readonly [string, RegExp][] = [
      [`\${env:NONE}`, /^the variable NONE holds no credential: it is empty$/],
      [`\${file:${folder}/none}`, /none with a credential cannot be read/],
      [`\${file:${folder}}`, /cannot be read: it is no file$/],
      [`\${file:token}`, /cannot be read: its path is not absolute$/],
      [`\${file:${folder}/empty}`, /empty holds no credential: it is empty$/],
      [`\${command:no-such-program}`, /no-such-program, is in no folder of PATH$/],
      [`\${command:${folder}/open}`, /is not run: others can write/],
      [`\${command:${folder}/broken}`, /gave none: it ended with exit code 3$/],
      [`\${command:a 'b}`, /has a quote that is not closed$/],
      ['token-in-clear', /^a credential is not named in a form that is known$/],
    ];
    for (const [reference, message] of faults) {
      const refusal = await refusalOf(of.resolve(reference));
      assert.match(refusal.message, message);
      assert(refusal.hint !== undefined);
    }
  });
});
