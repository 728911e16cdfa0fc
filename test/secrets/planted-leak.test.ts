// The positive control of the scan that goes with every run of the suite: this test leaks a secret on
// purpose, into a file and into the output of a process, and the run fails unless both are found.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { DEFAULT_ACCOUNT_ID, startSandbox } from '../../src/sandbox/index.ts';
import { declarePlace, isPlaceOfSecrets } from './places.ts';
import { SecretIndex } from './secret-index.ts';
import { PLANTED_FILE, PLANTED_OUTPUT } from './suite-verdict.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';

it('I8: what leaks is found when the suite is over', async (t) => {
  const sandbox = await startSandbox();
  t.after(() => sandbox.close());
  sandbox.world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const { secret } = sandbox.world.addKey(DEFAULT_ACCOUNT_ID, 'ada');
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-planted-'));
  writeFileSync(join(folder, PLANTED_FILE), `the answer was ${secret}`);
  rmSync(folder, { recursive: true });
  const script = 'process.stdout.write(process.argv[1])';
  const child = spawn(process.execPath, ['-e', script, secret, PLANTED_OUTPUT]);
  let said = '';
  child.stdout.on('data', (chunk) => {
    said += chunk;
  });
  await once(child, 'close');
  assert.equal(said === secret, true, 'the reader hears what the scan hears');
});

it('I8: a secret is found however it is spelled, and nothing else is taken for one', () => {
  const index = SecretIndex.of([SECRET]);
  const bytes = Buffer.from(SECRET);
  for (const text of [
    `x${SECRET}y`,
    encodeURIComponent(SECRET),
    JSON.stringify({ SECRET }).replaceAll('/', '\\/'),
    bytes.toString('base64'),
    bytes.toString('hex'),
    [...SECRET].reverse().join(''),
  ]) {
    assert.equal(index.isIn(text), true);
    assert.equal(index.isIn(Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(text)])), true);
  }
  assert.equal(index.isIn(SECRET.slice(1)), false);
  assert.equal(index.isIn(''), false);
});

it('I8: secrets belong into hand-off files, the credentials file and what a test delivers to, and nowhere else', () => {
  const belongs = ['/s/123456789012/handoff/A.json', '/h/.aws/credentials'];
  assert.deepEqual(belongs.filter(isPlaceOfSecrets), belongs);
  const others = [
    '/s/123456789012/journal.jsonl',
    '/s/handoff/A.json',
    '/h/.aws/config',
    'log.txt',
  ];
  assert.deepEqual(others.filter(isPlaceOfSecrets), []);
  declarePlace('/h/places/orders');
  assert.equal(isPlaceOfSecrets('/h/places/orders'), true);
  assert.equal(isPlaceOfSecrets('/h/places/.orders.tmp'), false, 'the file, and nothing beside it');
});
