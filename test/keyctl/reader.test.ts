// Case P: a program that reads the profile all the time and signs with what it reads, while keyctl
// rotates that profile and AWS takes its time to accept the new key. It is never refused (I4).

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { binOf, finished, run, start } from '../cli/process.ts';
import { readFileBySdk } from '../credentials-file/real-parsers.ts';
import { stsOf } from '../sandbox/sdk.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

/** What a reader met: which keys it signed with, and what AWS refused. */
interface Readings {
  readonly keyIds: Set<string>;
  readonly refusals: string[];
}

/** Reads the profile and signs a call with it, again and again, until told to stop. */
function readAllTheTime(laptop: Laptop, profile: string) {
  const readings: Readings = { keyIds: new Set(), refusals: [] };
  let isOver = false;
  const reading = (async () => {
    while (!isOver) await readOnce(laptop, profile, readings);
    // Once more, when all is quiet.
    await readOnce(laptop, profile, readings);
  })();
  return async () => {
    isOver = true;
    await reading;
    return readings;
  };
}

async function readOnce(laptop: Laptop, profile: string, into: Readings): Promise<void> {
  const pair = (await readFileBySdk(laptop.credentials))?.[profile];
  const id = pair?.aws_access_key_id ?? 'no key';
  const credentials = { accessKeyId: id, secretAccessKey: pair?.aws_secret_access_key ?? '' };
  const client = stsOf(laptop.sandbox, credentials);
  try {
    await client.send(new GetCallerIdentityCommand());
  } catch (thrown) {
    into.refusals.push(`${id}: ${(thrown as Error).name}`);
  } finally {
    client.destroy();
  }
  into.keyIds.add(id);
}

async function scene(t: TestContext, keyLagSeconds: number) {
  const laptop = await openLaptop(t, { keyLagSeconds });
  const old = await laptop.addProfile('production', 'ada', 'region = eu-west-1\n');
  const env = { ...laptop.context.env, HOME: laptop.folder, KEYTURN_STATE_DIR: laptop.stateDir };
  return { laptop, old, env: env as Record<string, string> };
}

const newKeyOf = ({ sandbox }: Laptop) => sandbox.world.user(ACCOUNT, 'ada').keys[1];

describe('P: whoever reads the profile while keyctl rotates it', { concurrency: 3 }, () => {
  for (const lag of [0, 2, 8]) {
    it(`is never refused where AWS accepts a new key after ${lag} s`, async (t) => {
      const { laptop, old, env } = await scene(t, lag);
      const stop = readAllTheTime(laptop, 'production');
      const { code, stderr } = await run('keyctl', ['-t', 'production', '--yes'], env);
      const { keyIds, refusals } = await stop();
      assert.equal(code, 0, stderr);
      assert.deepEqual(refusals, []);
      assert.deepEqual([...keyIds], [old.id, newKeyOf(laptop)?.id]);
    });
  }

  it('is never refused either where all profiles with the key are rotated, and put back', async (t) => {
    const { laptop, old, env } = await scene(t, 2);
    await appendProfile(laptop.credentials, 'copy', old);
    const stop = readAllTheTime(laptop, 'copy');
    const args = ['-t', 'production', '--yes', '--all-profiles'];
    assert.equal((await run('keyctl', args, env)).code, 0);
    assert.equal((await run('keyctl', ['undo', '-t', 'production', '--yes'], env)).code, 0);
    const { keyIds, refusals } = await stop();
    assert.deepEqual(refusals, []);
    assert.ok(keyIds.has(old.id));
  });

  it('is never refused when keyctl dies while AWS does not know the key, nor by the next run', async (t) => {
    const { laptop, old, env } = await scene(t, 3600);
    const stop = readAllTheTime(laptop, 'production');
    const child = start([binOf('keyctl'), '-t', 'production', '--yes'], env);
    const ended = finished(child);
    const isOurs = (accessKeyId: string | undefined) => accessKeyId === newKeyOf(laptop)?.id;
    while (!laptop.sandbox.requests.list('GetCallerIdentity').some((r) => isOurs(r.accessKeyId))) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    child.kill('SIGKILL');
    await ended;
    laptop.sandbox.settings.keyLagSeconds = 2;
    const { code, stderr } = await run('keyctl', ['-t', 'production', '--yes'], env);
    const { keyIds, refusals } = await stop();
    assert.equal(code, 0, stderr);
    assert.deepEqual(refusals, []);
    assert.deepEqual([...keyIds], [old.id, newKeyOf(laptop)?.id]);
  });
});
