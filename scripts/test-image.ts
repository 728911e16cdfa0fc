// Builds the container image from the Dockerfile with buildah and tries it out: as the user that it names, on a
// root file system that cannot be written.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bases } from './image/bases.ts';
import { ImageStore } from './image/build.ts';
import { whyNot } from './image/programs.ts';
import { runScript, runTestsAgainst } from './support/against-server.ts';

function log(line: string): void {
  process.stdout.write(`test:image: ${line}\n`);
}

async function main(): Promise<number> {
  const reason = whyNot();
  if (reason !== undefined) {
    log(`skipped, because ${reason}`);
    return 0;
  }
  const made = bases(log);
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-image-'));
  const store = new ImageStore(folder);
  try {
    log('building the Dockerfile');
    const image = store.build(made);
    const file = join(folder, 'image.json');
    writeFileSync(file, JSON.stringify(image));
    return await runTestsAgainst('test/image', { KEYTURN_TEST_IMAGE: file });
  } finally {
    store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

await runScript('test:image', main);
