import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { NEW } from '../../../test/destinations/contract.ts';
import { testOpening } from '../../../test/destinations/opening.ts';
import { openDestination } from '../kinds.ts';

const PAIR = 'AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\n';

for (const name of ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN']) {
  it(`a pair beside ${name} would be taken for a session, and is refused`, async (test) => {
    const { folder, opening } = await testOpening(test);
    const path = join(folder, '.env');
    const open = () => openDestination({ kind: 'dotenv', place: path }, opening);
    writeFileSync(path, `${PAIR}${name}="abc"\n`);
    await assert.rejects(async () => (await open())?.prepare?.(), {
      code: 'not-deliverable',
      message: new RegExp(`line 3: ${name} `),
    });
    await assert.rejects(async () => (await open())?.deliver(NEW), /a session/);
    assert.equal(readFileSync(path, 'utf8'), `${PAIR}${name}="abc"\n`);
    writeFileSync(path, `${PAIR}${name}=\n`);
    await (await open())?.deliver(NEW);
  });
}
