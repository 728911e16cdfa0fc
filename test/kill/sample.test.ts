// A sample of the matrix, small enough for every run of the tests: the moments that matter most.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Arena } from './arena.ts';
import { FLEET, FRESH_ONE } from './fleet.ts';
import { inTables } from './in-tables.ts';
import { watchKeys } from './key-watch.ts';
import { Matrix } from './matrix.ts';
import { FIRST_SCENES, pairsOf } from './pairs.ts';
import { play } from './play.ts';
import { playPair } from './play-pair.ts';
import { courseOf, diskPoints, replyPoints, requestPoints } from './points.ts';
import { ADMIN, OWN, OWNER } from './profile.ts';
import { holdersOf, mayHoldSecrets } from './scan.ts';

const SEED = process.env.KEYTURN_TEST_KILL_SEED ?? 'sample';

/** By name, so that a moment that is not met any more is noticed. */
const SAMPLE: readonly string[] = [
  'fleet: CreateAccessKey of fresh 1 committed',
  'fleet: DeleteAccessKey of lost 1 committed',
  'fleet: UpdateAccessKey of halfway 1 committed',
  'fleet: CreateAccessKey of spare 1 drop-reply',
  'one fresh user: half-way write state/123456789012/handoff/tmp-RANDOM 2',
  'one fresh user: half-way write state/123456789012/journal.jsonl (created) 1',
  'one fresh user, in tables: TransactWriteItems of sandbox-admin 6 committed',
  'one fresh user, in tables: UpdateItem of sandbox-admin 3 drop-reply',
  'keyctl: CreateAccessKey of ada 1 truncate-body',
  'keyctl: before rename home/.aws/credentials 1',
  'keyctl: half-way write state/123456789012/journal.jsonl (delivered) 1',
  // Regressions: litter beside the file that nothing swept, and a copy of the secret that stayed.
  'keyctl: before link home/.aws/.credentials.keyturn-lock 1',
  'keyctl: before remove state/123456789012/handoff/KEY.json 1',
  'keyctl -a admin: DeleteAccessKey of ada 1 committed',
];

/** The first command dies, the second is run all the same: what one leaves in the other's way. */
const SAMPLE_OF_PAIRS: readonly string[] = [
  'fresh, rotate: CreateAccessKey of ada 1 committed, then fleet',
  'fresh, fleet: UpdateAccessKey of ada 1 committed, then rotate',
  'held for long, rotate: half-way write state/123456789012/journal.jsonl (intended) 1, then keyturn undo',
  'rotated, undo: before rename home/.aws/credentials 1, then finish',
  'rotated, keyturn undo: UpdateAccessKey of ada 1 arrived, then rotate',
  'in grace, deactivate: UpdateAccessKey of ada 1 committed, then deactivate',
  'in grace, deactivate: half-way write state/123456789012/journal.jsonl (deactivating) 1, then keyturn undo',
  'retired, undo: UpdateAccessKey of ada 1 committed, then fleet',
  'retired, keyturn undo: half-way write state/123456789012/journal.jsonl (undone) 1, then undo',
  'retired, finish: DeleteAccessKey of ada 1 committed, then undo',
];

describe('never lose a key, in a sample', () => {
  it('I10: real kill -9 and lost replies at the moments that matter: the next run puts all right', async () => {
    const scenes = [FLEET, FRESH_ONE, inTables(FRESH_ONE), OWN, ADMIN];
    const courses = await Promise.all(scenes.map((scene) => courseOf(scene, SEED)));
    const points = scenes.flatMap((scene, index) => {
      const course = courses[index] ?? { calls: [], changes: [] };
      const ways = [requestPoints, diskPoints, replyPoints];
      return ways.flatMap((points) => points(scene, course));
    });
    const sample = SAMPLE.map((name) => {
      const point = points.find((each) => each.name === name);
      assert.ok(point, `there is no point ${name}`);
      return point;
    });
    const matrix = new Matrix(SEED);
    const failures = await matrix.playAll('sample', sample, play);
    assert.deepEqual(failures, []);
    // I8: the scan ran over all of it, and saw the secrets that are where they belong.
    assert.ok(matrix.totals().seenSecrets > SAMPLE.length);
  });

  it('I5, I10: a death, then another command, then a repair: a key that works is always there', async () => {
    const isWanted = ({ name }: { name: string }) =>
      SAMPLE_OF_PAIRS.some((pair) => pair.startsWith(`${name}: `));
    const pairs = await Promise.all(
      FIRST_SCENES.filter(isWanted).map(async (scene) =>
        pairsOf(scene, await courseOf(scene, SEED)),
      ),
    );
    const sample = SAMPLE_OF_PAIRS.map((name) => {
      const pair = pairs.flat().find((each) => each.name === name);
      assert.ok(pair, `there is no pair ${name}`);
      return pair;
    });
    assert.deepEqual(await new Matrix(SEED).playAll('sample of pairs', sample, playPair), []);
  });

  it('I10: the watch over keys sees one go that is needed, and not one that is not', async () => {
    const arena = await Arena.open(SEED);
    try {
      const scene = FIRST_SCENES.find(({ name }) => name === 'rotated, undo');
      await scene?.prepare(arena);
      arena.remember();
      const watch = watchKeys(arena, false);
      const [old, current] = arena.keysOf(OWNER);
      if (old !== undefined) old.status = 'Inactive';
      assert.deepEqual(watch.faults, []);
      if (current !== undefined) current.deleted = true;
      assert.match(watch.faults.join(), /the key of the earlier rotation became deleted/);
    } finally {
      await arena.close();
    }
  });

  it('I8: the scan for secrets sees one that leaked, however it is spelled', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    const leaks = {
      'log.txt': `the answer was ${secret}`,
      'stderr of run 1': `?secret=${encodeURIComponent(secret)}`,
      'stdout of run 2': Buffer.from(secret).toString('base64'),
      'state/123456789012/journal.jsonl': JSON.stringify({ secret }).replaceAll('/', '\\/'),
      'log.bin': Buffer.concat([Buffer.from([0xff, 0]), Buffer.from(secret)]),
      'harmless.txt': 'nothing here',
    };
    const places = new Map(Object.entries(leaks).map(([name, text]) => [name, Buffer.from(text)]));
    const holders = holdersOf([secret], places);
    assert.deepEqual(holders, Object.keys(leaks).slice(0, -1));
    assert.ok(holders.every((place) => !mayHoldSecrets(place)));
  });
});
