// append-records PATH RUN COUNT: one of several processes that append to one journal.

import { nodeFileSystem } from '../../src/base/files/node-file-system.ts';
import { FileJournal } from '../../src/state/files/journal.ts';
import { ACCOUNT, rotationRecord } from './support.ts';

const [path = '', run = '', count = '0'] = process.argv.slice(2);
const journal = new FileJournal({ fs: nodeFileSystem, path, account: ACCOUNT });
const step = { type: 'create-unknown', reason: `${run} `.repeat(40) } as const;
let appended: Promise<void>[] = [];
for (let index = 0; index < Number(count); index += 1) {
  const rotation = `rotation-${index}`;
  appended.push(journal.append(rotationRecord(step, { user: 'shared', run, rotation })));
  if (index % 10 === 9) {
    await Promise.all(appended);
    appended = [];
  }
}
await Promise.all(appended);
