// fill-disk FOLDER: FOLDER is a small disk of its own. Saves a credentials file while the disk is
// full to the last bytes, at every amount of room, and says on stdout what came of it.

import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openProfileFile } from '../../src/app/keyctl/profile-file.ts';
import { systemClock } from '../../src/base/clock.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import { setKeyPair } from '../../src/credentials-file/edit.ts';
import { saveEdit } from '../../src/credentials-file/save.ts';
import { numberedPair, numberOf } from './numbered-pair.ts';
import { readFileBySdk } from './real-parsers.ts';

const [disk = ''] = process.argv.slice(2);
const PAGE = 4096;
const folder = join(disk, '.aws');
await mkdir(folder);
const path = join(folder, 'credentials');
// Several pages long, so that the disk can be full in the middle of it.
const padding = `# ${'x'.repeat(70)}\n`.repeat(300);
await writeFile(path, `${padding}[production]\naws_access_key_id = x\naws_secret_access_key = y\n`);
const context = { env: {}, home: '/nonexistent', clock: systemClock };
const { save } = await openProfileFile({ credentialsFile: path }, context);

async function saveNumber(number: number): Promise<string> {
  const pair = numberedPair(number);
  const edit = (document: Parameters<typeof setKeyPair>[0]) =>
    setKeyPair(document, 'production', pair);
  try {
    const { backupPath } = await saveEdit({ profiles: ['production'], edit }, save);
    if (backupPath !== undefined) await rm(backupPath);
    return 'ok';
  } catch (thrown) {
    return toKeyturnError(thrown).code;
  }
}

const codes = [await saveNumber(1)];
let current = 1;
let torn = 0;
const left = new Set<string>();
for (let pages = 0; pages < 20; pages += 1) {
  const ballast = join(disk, 'ballast');
  await writeFile(ballast, '');
  // Fills the disk, then gives some pages back.
  await writeFile(ballast, Buffer.alloc(1 << 20)).catch(() => undefined);
  const { size } = await stat(ballast);
  await truncate(ballast, Math.max(0, size - pages * PAGE));
  const code = await saveNumber(current + 1);
  codes.push(code);
  const number = numberOf((await readFileBySdk(path))?.production);
  if (number !== (code === 'ok' ? current + 1 : current)) torn += 1;
  if (!(await readFile(path, 'utf8')).startsWith(padding)) torn += 1;
  current = number;
  await rm(ballast);
  for (const name of await readdir(folder)) left.add(name);
}
const afterwards = await saveNumber(current + 1);
process.stdout.write(
  JSON.stringify({ codes: [...new Set(codes)].sort(), torn, afterwards, left: [...left].sort() }),
);
