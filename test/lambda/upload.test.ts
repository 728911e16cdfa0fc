// The package that is uploaded: small, the same each time, and it starts without anything beside it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { lambdaFiles } from '../../scripts/bundle/lambda.ts';
import { zipOf } from '../../scripts/bundle/zip.ts';
import { finished } from '../cli/process.ts';

const BYTES_MAX = 5_000_000;

const PROGRAM = `
const { handler } = require('./index.js');
handler({ mode: 'none' }, { getRemainingTimeInMillis: () => 1000 }).then(
  () => process.exit(1),
  ({ name, message }) => process.stdout.write(JSON.stringify({ name, message })),
);
`;

test('the package of the function is small, the same each time, and starts alone', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-upload-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const files = await lambdaFiles();
  assert.deepEqual(Object.keys(files).toSorted(), [
    'index.js',
    'licenses.txt',
    'package.json',
    'sbom.cdx.json',
  ]);
  const zip = zipOf(files);
  assert.ok(zip.length < BYTES_MAX, `${zip.length} bytes`);
  assert.ok(zip.equals(zipOf(await lambdaFiles())));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, 'program.js'), PROGRAM);
  const child = spawn(process.execPath, ['program.js'], { cwd: folder, env: {} });
  const { code, stdout, stderr } = await finished(child);
  assert.equal(code, 0, stderr);
  assert.deepEqual(JSON.parse(stdout), {
    name: 'KeyturnBadInput',
    message: 'bad-value: mode takes rotate, list or summary, not "none"',
  });
});
