import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ACCOUNT, NEW_KEY, OLD_KEY, openState } from '../../../test/state/support.ts';
import { quickDirectory } from '../../../test/support/quick-directory.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { Secret } from '../../base/secret.ts';
import { FileCustody } from './custody.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const RACES = 300;
const DAY_MS = 86_400_000;

const entry = (keyId = NEW_KEY) => ({
  ...{ account: ACCOUNT, user: 'alice', keyId, rotation: 'rotation-1' },
  secret: new Secret(SECRET),
  createdAt: new Date('2026-03-01T00:00:00Z'),
});

/** Every call waits a little first, so that two users of it overlap in any order. */
function hesitating(fs: FileSystem): FileSystem {
  return new Proxy(fs, {
    get(target, name: keyof FileSystem) {
      return async (...args: never[]) => {
        for (let turns = randomInt(6); turns > 0; turns -= 1) {
          await new Promise(setImmediate);
        }
        return await Reflect.apply(target[name] as () => unknown, target, args);
      };
    },
  });
}

function custodyIn(directory: string): FileCustody {
  const fs = hesitating(nodeFileSystem);
  return new FileCustody({ fs, directory, account: ACCOUNT }, { owners: async () => new Map() });
}

/** What the two of them came to: stored or refused, condemned or not. */
async function race(directory: string): Promise<string> {
  const [writer, judge] = [custodyIn(directory), custodyIn(directory)];
  const putting = writer.put(entry()).then(
    () => 'stored',
    ({ code }) => code,
  );
  const [put, isCondemned] = await Promise.all([putting, judge.condemn(NEW_KEY, 'alice')]);
  // Whoever was told that the secret is there can have it.
  if (!isCondemned || put === 'stored') assert.ok(await judge.get(NEW_KEY), 'the secret is there');
  for (const name of await readdir(directory)) await nodeFileSystem.remove(join(directory, name));
  return `${put}, ${isCondemned ? 'condemned' : 'held'}`;
}

describe('custody as files', () => {
  it('I10: a key is never both stored and condemned, whoever comes first', async (t) => {
    const directory = await quickDirectory(t);
    const outcomes = new Map<string, number>();
    for (let count = 0; count < RACES; count += 1) {
      const outcome = await race(directory);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    const told = JSON.stringify([...outcomes]);
    assert.equal(outcomes.get('stored, condemned'), undefined, told);
    // Both orders were met.
    assert.ok(outcomes.get('stored, held') !== undefined, told);
    assert.ok(outcomes.get('key-condemned, condemned') !== undefined, told);
  });

  it('I10: a secret that comes after its key was condemned is refused, and not written', async (t) => {
    const directory = await quickDirectory(t);
    const custody = custodyIn(directory);
    assert.equal(await custody.condemn(NEW_KEY, 'alice'), true);
    assert.equal(await custody.condemn(NEW_KEY, 'alice'), true, 'safe to repeat');
    await assert.rejects(custodyIn(directory).put(entry()), { code: 'key-condemned' });
    assert.equal(await custody.get(NEW_KEY), undefined);
    // Another key is another register.
    await custody.put(entry(OLD_KEY));
    assert.equal(await custody.condemn(OLD_KEY, 'alice'), false);
    await custody.put(entry(OLD_KEY));
    assert.deepEqual(
      (await readdir(directory)).sort(),
      [`${OLD_KEY}.json`, `${NEW_KEY}.condemned`].sort(),
    );
  });

  it('the mark of a condemned key is swept after 30 days, and not before', async (t) => {
    const stateDir = await quickDirectory(t);
    const { custody } = await openState(stateDir);
    await custody.condemn(NEW_KEY, 'alice');
    await custody.put(entry(OLD_KEY));
    const handoff = join(stateDir, ACCOUNT, 'handoff');
    const mark = join(handoff, `${NEW_KEY}.condemned`);
    for (const [days, isKept] of [
      [29, true],
      [31, false],
    ] as const) {
      const then = new Date(Date.parse('2026-03-01T00:00:00Z') - days * DAY_MS);
      for (const path of [mark, join(handoff, `${OLD_KEY}.json`)]) await utimes(path, then, then);
      await openState(stateDir);
      assert.equal((await readdir(handoff)).includes(`${NEW_KEY}.condemned`), isKept, `${days}`);
    }
    // A secret is never swept, however old.
    assert.deepEqual(await readdir(handoff), [`${OLD_KEY}.json`]);
  });
});
