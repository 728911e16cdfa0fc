// Two faces, one engine: what one leaves open, the other respects.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { KeyctlContext } from '../../src/app/keyctl/types.ts';
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

const fleet = (laptop: Laptop, over: Partial<KeyctlContext> = {}) => {
  const { AWS_SHARED_CREDENTIALS_FILE: _file, ...env } = laptop.context.env;
  return rotateAccount(
    {
      daysThreshold: 90,
      dryRun: false,
      user: 'ada',
      cleanupInactive: false,
      inventory: 'auto',
      inactiveDays: 30,
      profile: undefined,
      region: 'us-east-1',
      maxParallel: 4,
      timeoutMs: undefined,
      stateDir: laptop.stateDir,
      deliver: [{ kind: 'handoff', template: '' }] as const,
      isDeliverGiven: false,
    },
    {
      ...laptop.context,
      env: { ...env, ...laptop.sandbox.endpointEnv() },
      ...over,
    },
  );
};

describe('keyctl and the fleet rotator on one user', () => {
  it('the fleet finishes what keyctl left open, as keyctl promised: the old key stays (I10)', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada', 'region = eu-west-1\n');
    await stoppedAfterCreate(laptop);
    const { report, exitCode } = await fleet(laptop);
    assert.equal(exitCode, 0, JSON.stringify(report.errors));
    const [finished] = report.rotated_keys;
    assert.equal(finished?.resumed, true);
    assert.equal(finished?.old_key_status, 'Active');
    assert.equal(finished?.handoff_file, null);
    const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys;
    assert.deepEqual(
      keys.map(({ id, status }) => [id, status]),
      [
        [old.id, 'Active'],
        [finished?.new_key_id, 'Active'],
      ],
    );
    const text = await laptop.read();
    assert.match(text, new RegExp(`\\[production\\]\n.*${finished?.new_key_id}`));
    assert.match(text, new RegExp(`\\[production-previous\\]\n.*${old.id}`));
  });

  it('keyctl does not finish what the fleet left open: it would end with other keys', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const stop = new AbortController();
    await fleet(laptop, {
      signal: stop.signal,
      emit: ({ code }) => {
        if (code === 'secret-stored') stop.abort(new KeyturnError('interrupted', 'stopped'));
      },
    });
    const before = await laptop.read();
    await assert.rejects(
      rotate(laptop, () => {}),
      { code: 'other-destination' },
    );
    assert.equal(await laptop.read(), before);
    const { report } = await fleet(laptop);
    assert.equal(report.rotated_keys[0]?.resumed, true);
    const key = laptop.sandbox.world.user(ACCOUNT, 'ada').keys.find(({ id }) => id === old.id);
    assert.equal(key?.status, 'Inactive');
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
