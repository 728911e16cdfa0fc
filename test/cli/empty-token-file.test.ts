// A token file that is empty yet: whatever writes it comes later than the run.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryDirectory } from '../state/support.ts';
import { run } from './process.ts';

test('an empty token file is named, and nothing is asked of AWS', async (t) => {
  const folder = await temporaryDirectory(t);
  const path = join(folder, 'token');
  for (const text of ['', '\n']) {
    writeFileSync(path, text);
    const { code, stderr } = await run('keyturn', ['keys', '--state-dir', join(folder, 'state')], {
      HOME: folder,
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_WEB_IDENTITY_TOKEN_FILE: path,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/rotator',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    });
    assert.equal(code, 3, stderr);
    assert.match(stderr, /AWS_WEB_IDENTITY_TOKEN_FILE names .*token, which is empty \[no-cred/);
  }
});
