// kill -9 of `keyctl` at every call of AWS and around every file that it writes. Whatever died
// whenever: the file is whole, the secret is somewhere, and the same command puts all right (I10).

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Fault } from '../../src/sandbox/index.ts';
import { binOf, finished, hoursLater, run, start } from '../cli/process.ts';
import { readFileBySdk } from '../credentials-file/real-parsers.ts';
import { eventually } from '../sandbox/wait.ts';
import { ACCOUNT, type Laptop, openLaptop, type SeededKey } from './laptop.ts';

const SETTINGS = 'region = eu-west-1\n# keep me\n';

interface Scene {
  readonly laptop: Laptop;
  readonly old: SeededKey;
  readonly env: Record<string, string>;
  readonly before: string;
}

async function openScene(t: TestContext): Promise<Scene> {
  const laptop = await openLaptop(t, { keyLagSeconds: 0 });
  const old = await laptop.addProfile('production', 'ada', SETTINGS);
  const env = { ...laptop.context.env, HOME: laptop.folder, KEYTURN_STATE_DIR: laptop.stateDir };
  return { laptop, old, env: env as Record<string, string>, before: await laptop.read() };
}

const UNANSWERED = { kind: 'hang' } as const;

const keysOf = ({ laptop }: Scene) => laptop.sandbox.world.user(ACCOUNT, 'ada').keys;

/** Starts keyctl and kills it as soon as `isTime` says so. Resolves with whether it was alive. */
async function killWhen(scene: Scene, isTime: () => boolean): Promise<boolean> {
  const child = start([binOf('keyctl'), '-t', 'production', '--yes'], scene.env);
  const ended = finished(child);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  await eventually(() => isOver || isTime());
  child.kill('SIGKILL');
  return (await ended).signal === 'SIGKILL';
}

/** The first file whose name matches makes it time. */
async function killAtFile(scene: Scene, folder: string, name: RegExp): Promise<boolean> {
  // Its last look at the user's keys is not answered, so it is alive when the news of the file arrives.
  const { faults } = scene.laptop.sandbox;
  faults.add({ operation: 'ListAccessKeys', calls: { nth: 3 }, effect: UNANSWERED });
  const child = start([binOf('keyctl'), '-t', 'production', '--yes'], scene.env);
  const ended = finished(child);
  const recursive = folder === scene.laptop.stateDir;
  const watcher = watch(folder, { recursive }, (_, changed) => {
    // The test whether the folder takes a file comes before there is a key.
    if (keysOf(scene).length < 2) return;
    if (name.test(String(changed))) child.kill('SIGKILL');
  });
  const { signal } = await ended;
  watcher.close();
  faults.clear();
  return signal === 'SIGKILL';
}

/** Old or new; and no secret of a key that AWS gave out is lost. */
async function assertNothingLost(scene: Scene, isReplyLost: boolean): Promise<void> {
  const { laptop, old, before } = scene;
  const text = await laptop.read();
  const profiles = await readFileBySdk(laptop.credentials);
  if (text !== before) {
    assert.equal(profiles?.production?.aws_secret_access_key, keysOf(scene)[1]?.secret);
    assert.equal(profiles?.['production-previous']?.aws_secret_access_key, old.secret);
  }
  const handoffs = handOffsOf(scene).map((path) => readFileSync(path, 'utf8'));
  for (const key of keysOf(scene)) {
    const isHeld = [text, ...handoffs].some((held) => held.includes(key.secret));
    assert.ok(isHeld || (isReplyLost && key.id !== old.id), `the secret of ${key.id} is lost`);
  }
  for (const name of await laptop.beside()) {
    if (!name.includes('.backup.')) continue;
    assert.equal(readFileSync(join(laptop.folder, name), 'utf8'), before);
  }
}

/** The marks of keys whose secrets nobody has are none. */
function handOffsOf({ laptop }: Scene): string[] {
  const paths = filesBelow(join(laptop.stateDir, ACCOUNT, 'handoff'));
  return paths.filter((path) => !path.endsWith('.condemned'));
}

function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

async function assertRunAgainHeals(scene: Scene, isReplyLost = false): Promise<void> {
  const { laptop, old, before } = scene;
  laptop.sandbox.faults.clear();
  const rotate = (env = scene.env) => run('keyctl', ['-t', 'production', '--yes'], env);
  let { code, stdout, stderr } = await rotate();
  if (isReplyLost) {
    assert.match(stderr, /would not show yet if somebody used it/);
    assert.equal(code, 1);
    const env = { ...scene.env, ...hoursLater(laptop.sandbox, 5) };
    ({ code, stdout, stderr } = await rotate(env));
  }
  assert.equal(code, 0, stderr);
  const [first, second, third] = keysOf(scene);
  assert.equal(third, undefined);
  assert.equal(first?.id, old.id);
  assert.equal(first?.status, 'Active');
  assert.equal(second?.status, 'Active');
  const fresh = { id: second?.id ?? '', secret: second?.secret ?? '' };
  assert.equal(
    await laptop.read(),
    before
      .replace(old.id, fresh.id)
      .replace(old.secret, fresh.secret)
      .replace(
        'region = eu-west-1\n',
        `region = eu-west-1\n\n[production-previous]\naws_access_key_id = ${old.id}\n` +
          `aws_secret_access_key = ${old.secret}\nregion = eu-west-1\n`,
      ),
  );
  assert.deepEqual(handOffsOf(scene), []);
  const left = (await laptop.beside()).filter((name) => /keyturn/.test(name));
  assert.deepEqual(left, [], 'no lock and no half-written file');
  for (const text of [stdout, stderr]) {
    for (const { secret } of keysOf(scene)) assert.ok(!text.includes(secret));
  }
}

/** Done, and the answer does not come while anybody waits. */
const DONE_UNANSWERED = { kind: 'delay-reply', durationMs: 60_000 } as const;

const CALLS: readonly (readonly [name: string, fault: Fault])[] = [
  ['before it knows who signs', { operation: 'GetCallerIdentity', effect: UNANSWERED }],
  ['before it knows whose key it is', { operation: 'ListAccessKeys', effect: UNANSWERED }],
  ['before AWS makes the key', { operation: 'CreateAccessKey', effect: UNANSWERED }],
  [
    'after AWS made the key, before the answer',
    { operation: 'CreateAccessKey', effect: DONE_UNANSWERED },
  ],
  [
    'before the new key is verified',
    { operation: 'GetCallerIdentity', calls: { nth: 2 }, effect: UNANSWERED },
  ],
  [
    'between two verifications of the new key',
    { operation: 'GetCallerIdentity', calls: { nth: 3 }, effect: DONE_UNANSWERED },
  ],
  ...[2, 3].map(
    (nth) =>
      [
        `at ListAccessKeys number ${nth}`,
        { operation: 'ListAccessKeys', calls: { nth }, effect: DONE_UNANSWERED },
      ] as const,
  ),
];

const FILES: readonly (readonly [name: string, pattern: RegExp, where?: 'state'])[] = [
  ['the hand-off is written', /handoff.*AKIA/, 'state'],
  ['the credentials file is locked', /keyturn-lock/],
  ['the new file is half written', /^\.credentials\.keyturn-tmp/],
  ['the backup has its name', /credentials\.backup/],
  ['the new file takes its name', /^credentials$/],
  ['the journal is written', /journal/, 'state'],
];

describe('keyctl is killed', { concurrency: 5 }, () => {
  for (const [name, fault] of CALLS) {
    it(`${name}: nothing is lost, and running it again puts all right`, async (t) => {
      const scene = await openScene(t);
      const { faults } = scene.laptop.sandbox;
      faults.add(fault);
      const isReached = () => {
        const nth = fault.calls !== undefined && 'nth' in fault.calls ? fault.calls.nth : 1;
        return (faults.list()[0]?.matchedCount ?? 0) >= nth;
      };
      const isReplyLost = fault.operation === 'CreateAccessKey';
      const isTime = () =>
        isReached() &&
        (fault.effect !== DONE_UNANSWERED || !isReplyLost || keysOf(scene).length === 2);
      assert.ok(await killWhen(scene, isTime), 'it was killed');
      await assertNothingLost(scene, isReplyLost);
      await assertRunAgainHeals(scene, isReplyLost && keysOf(scene).length === 2);
    });
  }

  for (const [name, pattern, where] of FILES) {
    it(`when ${name}: nothing is lost, and running it again puts all right`, async (t) => {
      const scene = await openScene(t);
      const { folder, stateDir } = scene.laptop;
      await mkdir(stateDir, { mode: 0o700 });
      const wasAlive = await killAtFile(scene, where === 'state' ? stateDir : folder, pattern);
      assert.ok(wasAlive, 'it was killed');
      await assertNothingLost(scene, false);
      await assertRunAgainHeals(scene);
    });
  }
});
