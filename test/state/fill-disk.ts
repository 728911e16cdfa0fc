// fill-disk MOUNT_POINT: run inside a mount namespace of its own. Fills a real small disk, then says
// on stdout what was promised and what is there.

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import { systemClock } from '../../src/base/clock.ts';
import { toKeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import type { UserLog } from '../../src/state/state-store.ts';
import { INTENDED } from './subject.ts';
import { ACCOUNT, openState } from './support.ts';

const [mountPoint = ''] = process.argv.slice(2);
const open = () => openState(join(mountPoint, 's'), { clock: systemClock, run: 'r' });
const SECRET_LENGTH = 5000;
const ballast = join(mountPoint, 'ballast');
await writeFile(ballast, Buffer.alloc(64 * 1024));
const state = await open();

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  try {
    await work();
    return 'ok';
  } catch (error) {
    return toKeyturnError(error).code;
  }
}

function append(log: UserLog, index: number): Promise<string> {
  const step = {
    ...INTENDED,
    target: { kind: 'handoff', place: 'x'.repeat(700) },
  } as typeof INTENDED;
  return codeOf(() => log.record(`r${index}`, step));
}

function keyIdOf(index: number): AccessKeyId {
  return accessKeyId(`AKIAFULLDISK${String(index).padStart(8, '0')}`);
}

function put(index: number): Promise<string> {
  return codeOf(() =>
    state.custody.put({
      account: ACCOUNT,
      user: 'alice',
      keyId: keyIdOf(index),
      secret: new Secret('s'.repeat(SECRET_LENGTH)),
      rotation: 'r',
      createdAt: systemClock.now(),
    }),
  );
}

const promisedRecords: number[] = [];
const promisedSecrets: number[] = [];
const codes = new Set<string>();

async function both(log: UserLog, index: number): Promise<readonly string[]> {
  const [appended, stored] = [await append(log, index), await put(index)];
  if (appended === 'ok') promisedRecords.push(index);
  if (stored === 'ok') promisedSecrets.push(index);
  return [appended, stored];
}

const { opened, afterwards } = await state.exclusively('alice', async (log) => {
  for (let index = 0; index < 2000 && codes.size < 3; index += 1) {
    for (const code of await both(log, index)) codes.add(code);
  }
  const opened = await codeOf(open);
  await rm(ballast);
  return { opened, afterwards: await both(log, 5000) };
});
const found = (await state.history('alice')).records.map((record) => record.rotation);
const lost: string[] = promisedRecords
  .map((index) => `r${index}`)
  .filter((r) => !found.includes(r));
for (const index of promisedSecrets) {
  const entry = await state.custody.get(keyIdOf(index));
  if (entry?.secret.reveal().length !== SECRET_LENGTH) lost.push(keyIdOf(index));
}
const promised = promisedRecords.length + promisedSecrets.length;
process.stdout.write(
  JSON.stringify({ codes: [...codes].sort(), opened, afterwards, lost, promised }),
);
