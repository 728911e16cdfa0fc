// Two faces, one engine: what one leaves open, the other respects.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import { rotateAccount } from '../../src/app/rotate-account.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent } from '../../src/base/events.ts';
import { ACCOUNT, type Laptop, openLaptop } from './laptop.ts';

/** Rotates, and lets something happen when the engine says so. */
async function rotate(laptop: Laptop, onEvent: (event: EngineEvent) => void, signal?: AbortSignal) {
  const context = {
    ...laptop.context,
    emit: onEvent,
    ...(signal === undefined ? {} : { signal }),
  };
  const session = await openProfileSession(laptop.target('production'), context);
  try {
    return await session.rotate({ mayRemove: undefined, allProfiles: false });
  } finally {
    session.close();
  }
}

async function stoppedAfterCreate(laptop: Laptop): Promise<void> {
  const stop = new AbortController();
  const stopping = rotate(
    laptop,
    ({ code }) => {
      if (code === 'secret-stored') stop.abort(new KeyturnError('interrupted', 'stopped'));
    },
    stop.signal,
  );
  await assert.rejects(stopping, { code: 'interrupted' });
}

const fleet = (laptop: Laptop) => {
  const { AWS_SHARED_CREDENTIALS_FILE: _file, ...env } = laptop.context.env;
  return rotateAccount(
    {
      daysThreshold: 90,
      dryRun: false,
      user: 'ada',
      cleanupInactive: false,
      inactiveDays: 30,
      profile: undefined,
      region: 'us-east-1',
      maxParallel: 4,
      timeoutMs: undefined,
      stateDir: laptop.stateDir,
      secretsInReport: false,
    },
    {
      ...laptop.context,
      env: { ...env, ...laptop.sandbox.endpointEnv() },
    },
  );
};

describe('keyctl and the fleet rotator on one user', () => {
  it('a rotation that keyctl left open is finished by keyctl, never by the fleet', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await stoppedAfterCreate(laptop);
    const { report, exitCode } = await fleet(laptop);
    assert.equal(exitCode, 1);
    assert.equal(report.rotated_keys[0]?.error_code, 'other-destination');
    assert.match(report.rotated_keys[0]?.error ?? '', /credentials \[production\]/);

    const result = await rotate(laptop, () => {});
    assert.equal(result.resumed, true);
    const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys;
    assert.deepEqual(
      keys.map(({ id, status }) => [id, status]),
      [
        [old.id, 'Active'],
        [result.newKeyId, 'Active'],
      ],
    );
  });

  it('a hand-off file that vanishes in the middle stops before the old key is touched', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const before = await laptop.read();
    let removed: Promise<void> | undefined;
    const stopping = rotate(laptop, (event) => {
      if (event.code === 'secret-stored') removed = rm(event.path);
    });
    await assert.rejects(stopping, { code: 'secret-missing' });
    await removed;
    assert.equal(await laptop.read(), before);
    const key = laptop.sandbox.world.user(ACCOUNT, 'ada').keys.find(({ id }) => id === old.id);
    assert.equal(key?.status, 'Active');
  });
});
