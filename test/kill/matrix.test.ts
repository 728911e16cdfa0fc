// The whole matrix: every request and every change on disk of every scene, each with a real process
// and a real SIGKILL. `npm run test:kill` runs it; `npm test` runs the sample beside it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { FLEET, FRESH_ONE, HALF_DONE_ONE } from './fleet.ts';
import { inTables } from './in-tables.ts';
import { Matrix, tell } from './matrix.ts';
import { FIRST_SCENES, pairsOf } from './pairs.ts';
import { play } from './play.ts';
import { playPair } from './play-pair.ts';
import {
  type Course,
  courseOf,
  deafPoints,
  diskPoints,
  type Point,
  replyPoints,
  requestPoints,
} from './points.ts';
import { ADMIN, OWN } from './profile.ts';
import type { Scene } from './scene.ts';

const { KEYTURN_TEST_KILL_SEED, KEYTURN_TEST_KILL_POINT, KEYTURN_TEST_KILL_SHARE } = process.env;
const SEED = KEYTURN_TEST_KILL_SEED ?? randomBytes(4).toString('hex');
const MATRIX = new Matrix(SEED, {
  only: KEYTURN_TEST_KILL_POINT,
  // One in so many: CI has no time for all of them, and takes others each time.
  share: Number(KEYTURN_TEST_KILL_SHARE ?? 1),
});

const courses = new Map<Scene, Promise<Course>>();

async function points<P = Point>(
  scenes: readonly Scene[],
  from: (scene: Scene, course: Course) => P[],
): Promise<P[]> {
  const lists = scenes.map(async (scene) => {
    const course = courses.get(scene) ?? courseOf(scene, SEED);
    courses.set(scene, course);
    return from(scene, await course);
  });
  return (await Promise.all(lists)).flat();
}

async function holds(kind: string, wanted: Promise<Point[]>): Promise<void> {
  const failures = await MATRIX.playAll(kind, await wanted, play);
  assert.equal(failures.length, 0, `${failures.length} points failed\n\n${failures.join('\n\n')}`);
}

describe(`never lose a key, with seed ${SEED}`, () => {
  it('I10: the fleet survives kill -9 at every request, before and after AWS carries it out', () =>
    holds('kill -9 at a request of rotate-iam-keys', points([FLEET], requestPoints)));

  it('I10: the fleet survives kill -9 at every change on disk, and in the middle of every write', () =>
    holds(
      'kill -9 at a disk change of rotate-iam-keys',
      points([FRESH_ONE, HALF_DONE_ONE], diskPoints),
    ));

  it('I10: with state in tables, a user survives kill -9 and lost replies at every request', async () => {
    const scenes = [FRESH_ONE, HALF_DONE_ONE].map(inTables);
    await holds('kill -9 at a request, state in tables', points(scenes, requestPoints));
    await holds('lost reply, state in tables', points(scenes, replyPoints));
  });

  it('I10: keyctl survives kill -9 at every request, before and after AWS carries it out', () =>
    holds('kill -9 at a request of keyctl', points([OWN, ADMIN], requestPoints)));

  it('I10: keyctl survives kill -9 at every change on disk, the credentials file included', () =>
    holds('kill -9 at a disk change of keyctl', points([OWN, ADMIN], diskPoints)));

  it('I5, I10: whatever dies, another command and then a repair leave a key that works', async () => {
    const pairs = await points(FIRST_SCENES, pairsOf);
    const failures = await MATRIX.playAll('kill -9, then another command', pairs, playPair);
    assert.equal(failures.length, 0, `${failures.length} failed\n\n${failures.join('\n\n')}`);
  });

  it('I2, I13: a lost reply to any request costs nothing, whether AWS did the work or not', () =>
    holds('lost reply', points([FLEET, OWN, ADMIN], replyPoints)));

  it('I3: nobody reading stdout or stderr costs nothing', () =>
    holds('nobody reads', points([FLEET, OWN, ADMIN], deafPoints)));

  it('I8: after all of it, secrets are only where they belong', () => {
    // What leaked has failed its point already; this shows that the scan was there and could see.
    const { played, scannedPlaces, seenSecrets } = MATRIX.totals();
    const points = [...played.values()].reduce((sum, count) => sum + count, 0);
    assert.ok(points > 0, 'there is no point of this name');
    assert.ok(seenSecrets >= points, `${seenSecrets} secrets seen at ${points} points`);
    assert.ok(scannedPlaces > seenSecrets);
  });

  after(() => {
    const { played, scannedPlaces, seenSecrets } = MATRIX.totals();
    for (const [kind, count] of played) tell(`${count} × ${kind}`);
    tell(
      `${scannedPlaces} files and outputs scanned; secrets only in ${seenSecrets} that may hold one`,
    );
  });
});
