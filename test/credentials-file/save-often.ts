// save-often FILE PROFILE COUNT: saves new pairs into a profile COUNT times, under the lock that
// keyctl uses, and says "saved" after each. Ends with the code and message of the first failure.

import { rm } from 'node:fs/promises';
import { openProfileFile } from '../../src/app/keyctl/profile-file.ts';
import { systemClock } from '../../src/base/clock.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import { setKeyPair } from '../../src/credentials-file/edit.ts';
import { saveEdit } from '../../src/credentials-file/save.ts';
import { numberedPair } from './numbered-pair.ts';

const [path = '', profile = '', count = '1'] = process.argv.slice(2);
const context = { env: {}, home: '/nonexistent', clock: systemClock };
const { save } = await openProfileFile({ credentialsFile: path }, context);
try {
  for (let number = 1; number <= Number(count); number += 1) {
    const pair = numberedPair(number);
    const { backupPath } = await saveEdit(
      { profiles: [profile], edit: (document) => setKeyPair(document, profile, pair) },
      save,
    );
    // There are names for fifty backups of one second, and people are slower.
    if (backupPath !== undefined) await rm(backupPath);
    process.stdout.write(`saved ${number}\n`);
  }
} catch (thrown) {
  const { code, message, hint } = toKeyturnError(thrown);
  process.stdout.write(`${JSON.stringify({ code, message, hint })}\n`);
}
