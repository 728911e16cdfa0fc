// Files of many dresses, edited, and read by readers that we did not write: each finds the new pair, and finds
// everything else as before. Which readers are there depends on the machine; Node and the shell always are.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { openDestination } from '../../src/destinations/kinds.ts';
import { NEW, OLD } from './contract.ts';
import { testOpening } from './opening.ts';

type Values = Readonly<Record<string, string>>;
type Reader = (path: string) => Values;

const fromJson = (command: string, args: readonly string[]): Values => {
  const { stdout, status, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
  assert.equal(status, 0, stderr);
  return JSON.parse(stdout) as Values;
};

const PRINT_PROCESS = 'process.stdout.write(JSON.stringify(process.env))';
const PRINT_PYTHON =
  'import json, sys, dotenv; print(json.dumps(dotenv.dotenv_values(sys.argv[1], interpolate=False)))';
/** The tools of the tests, where they are installed. */
const PYTHON = ['.venv/bin/python', 'python3'].find(
  (python) => spawnSync(python, ['-c', 'import dotenv'], { stdio: 'ignore' }).status === 0,
);

const READERS: Readonly<Record<string, Reader>> = {
  'node --env-file': (path) =>
    fromJson(process.execPath, [`--env-file=${path}`, '-e', PRINT_PROCESS]),
  sh: (path) =>
    fromJson('/bin/sh', [
      '-c',
      `set -a; . "$1"; exec "$2" -e "$3"`,
      'sh',
      path,
      process.execPath,
      PRINT_PROCESS,
    ]),
  ...(PYTHON !== undefined && {
    'python-dotenv': (path: string) => fromJson(PYTHON, ['-c', PRINT_PYTHON, path]),
  }),
};

const id = OLD.keyId;
const secret = OLD.secret.reveal();

/** The lines of a file, and the readers that take them as they are meant. */
const FILES: readonly (readonly [text: string, readers: readonly string[]])[] = [
  [`AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`, Object.keys(READERS)],
  [`AWS_SECRET_ACCESS_KEY=${secret}\n\n# key\nAWS_ACCESS_KEY_ID=${id}`, Object.keys(READERS)],
  [
    `export AWS_ACCESS_KEY_ID=${id}\nexport AWS_SECRET_ACCESS_KEY='${secret}'\n`,
    Object.keys(READERS),
  ],
  [
    `AWS_ACCESS_KEY_ID="${id}" # id\nAWS_SECRET_ACCESS_KEY="${secret}"\nB='x y'\n`,
    Object.keys(READERS),
  ],
  [`AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nB=1\n`, Object.keys(READERS)],
  [`A="1\n2"\nAWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`, Object.keys(READERS)],
  [
    `AWS_ACCESS_KEY_ID = ${id}\nAWS_SECRET_ACCESS_KEY = ${secret}\n`,
    ['node --env-file', 'python-dotenv'],
  ],
  [
    `AWS_ACCESS_KEY_ID=${id}\r\nAWS_SECRET_ACCESS_KEY=${secret}\r\nB=1\r\n`,
    ['node --env-file', 'python-dotenv'],
  ],
];

describe('a .env file, once it was written', () => {
  for (const [text, readers] of FILES) {
    for (const name of readers) {
      const reader = READERS[name];
      if (reader === undefined) continue;
      it(`${JSON.stringify(text.slice(0, 40))}… is read by ${name}`, async (test) => {
        const { folder, opening } = await testOpening(test);
        const path = join(folder, 'app.env');
        writeFileSync(path, text);
        const before = reader(path);
        const destination = await openDestination({ kind: 'dotenv', place: path }, opening);
        await destination?.prepare?.();
        await destination?.deliver(NEW);
        const pair = {
          AWS_ACCESS_KEY_ID: NEW.keyId,
          AWS_SECRET_ACCESS_KEY: NEW.secret.reveal(),
        };
        assert.deepEqual({ ...reader(path) }, { ...before, ...pair });
      });
    }
  }

  it('has the mode it had, is still behind its link, and leaves nothing beside it', async (test) => {
    const { folder, opening } = await testOpening(test);
    mkdirSync(join(folder, 'real'));
    const path = join(folder, 'real', 'app.env');
    writeFileSync(path, `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`, {
      mode: 0o640,
    });
    symlinkSync('real/app.env', join(folder, '.env'));
    const place = join(folder, '.env');
    const destination = await openDestination({ kind: 'dotenv', place }, opening);
    const receipt = await destination?.deliver(NEW);
    assert.equal(receipt?.reference, place);
    assert.ok(lstatSync(place).isSymbolicLink());
    assert.equal(statSync(path).mode & 0o777, 0o640);
    assert.ok(readFileSync(path, 'utf8').includes(NEW.keyId));
    const { stdout } = spawnSync('grep', ['-rlF', secret, folder], { encoding: 'utf8' });
    assert.equal(stdout, '');
  });
});
