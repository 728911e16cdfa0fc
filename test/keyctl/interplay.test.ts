// Two faces, one engine: what one leaves open, the other respects.

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { openProfileSession } from '../../src/app/keyctl/open-profile.ts';
import type { KeyctlContext } from '../../src/app/keyctl/types.ts';
import { undoProfile } from '../../src/app/keyctl/undo-profile.ts';
import { rotateAccount } from '../../src/app/rotate-account.ts';
import { undoInAccount } from '../../src/app/undo-account.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { EngineEvent, EventSink } from '../../src/base/events.ts';
import { PATIENT } from '../../src/lifecycle/retire-policy.ts';
import { ACCOUNT, appendProfile, type Laptop, openLaptop } from './laptop.ts';

/** Rotates, and lets something happen when the engine says so. */
async function rotate(
  laptop: Laptop,
  onEvent: (event: EngineEvent) => void,
  signal?: AbortSignal,
  allProfiles = false,
) {
  const context = {
    ...laptop.context,
    emit: onEvent,
    ...(signal === undefined ? {} : { signal }),
  };
  const session = await openProfileSession(laptop.target('production'), context);
  try {
    return await session.rotate({ mayRemove: undefined, allProfiles });
  } finally {
    session.close();
  }
}

async function stoppedAfterCreate(laptop: Laptop, allProfiles = false): Promise<void> {
  const stop = new AbortController();
  const stopping = rotate(
    laptop,
    ({ code }) => {
      if (code === 'secret-stored') stop.abort(new KeyturnError('interrupted', 'stopped'));
    },
    stop.signal,
    allProfiles,
  );
  await assert.rejects(stopping, { code: 'interrupted' });
}

/** It stops while AWS is asked whether it accepts the old key. */
async function undoStopped(laptop: Laptop, oldKeyId: string): Promise<void> {
  const stop = new AbortController();
  const emit: EventSink = ({ code }) => {
    if (code === 'waiting-for-key') stop.abort(new KeyturnError('interrupted', 'stopped'));
  };
  const context = { ...laptop.context, emit, signal: stop.signal };
  await assert.rejects(undoProfile(laptop.target('production'), context), { code: 'interrupted' });
  assert.match(await laptop.read(), new RegExp(`\\[production-previous\\]\n.*${oldKeyId}`));
}

/** Time passes in the calendars of AWS and of keyturn. */
function keyturnUndo(laptop: Laptop, hoursLater = 0) {
  const laterMs = hoursLater * 3_600_000;
  laptop.sandbox.clock.advance(laterMs);
  const { clock } = laptop.context;
  const later = { ...clock, now: () => new Date(clock.now().getTime() + laterMs) };
  const { AWS_SHARED_CREDENTIALS_FILE: _file, ...env } = laptop.context.env;
  return undoInAccount(
    {
      user: 'ada',
      rotation: undefined,
      profile: undefined,
      region: 'us-east-1',
      account: undefined,
      roleName: 'none',
      externalId: undefined,
    },
    { ...laptop.context, clock: later, env: { ...env, ...laptop.sandbox.endpointEnv() } },
  );
}

const fleet = (laptop: Laptop, over: Partial<KeyctlContext> = {}, dryRun = false) => {
  const { AWS_SHARED_CREDENTIALS_FILE: _file, ...env } = laptop.context.env;
  return rotateAccount(
    {
      daysThreshold: 90,
      dryRun,
      user: 'ada',
      wanted: { kind: 'due-key', daysThreshold: 90 },
      lookAheadDays: 0,
      oldKeyFate: 'deactivate',
      retire: PATIENT,
      cleanUpDays: undefined,
      inventory: 'auto',
      profile: undefined,
      region: 'us-east-1',
      maxParallel: 4,
      timeoutMs: undefined,
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

  it('the fleet updates every profile that keyctl --all-profiles had promised to', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'copy', old);
    await stoppedAfterCreate(laptop, true);
    const { report } = await fleet(laptop);
    const newKeyId = report.rotated_keys[0]?.new_key_id;
    const text = await laptop.read();
    assert.match(text, new RegExp(`\\[production\\]\n.*${newKeyId}`));
    assert.match(text, new RegExp(`\\[copy\\]\n.*${newKeyId}`));
  });

  it('keyctl itself does so too when it goes on without that flag', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'copy', old);
    await stoppedAfterCreate(laptop, true);
    const { resumed, newKeyId, updatedProfiles } = await rotate(laptop, () => {});
    assert.deepEqual([resumed, updatedProfiles], [true, ['production', 'copy']]);
    assert.match(await laptop.read(), new RegExp(`\\[copy\\]\n.*${newKeyId}`));
  });

  it('an undo that keyctl left open is finished first, by either, and nothing is rotated (I10)', async (t) => {
    for (const face of ['keyctl', 'fleet'] as const) {
      const laptop = await openLaptop(t);
      const old = await laptop.addProfile('production', 'ada');
      const { newKeyId } = await rotate(laptop, () => {});
      await undoStopped(laptop, old.id);
      const before = laptop.sandbox.requests.list('CreateAccessKey').length;
      if (face === 'fleet') {
        const dry = await fleet(laptop, {}, true);
        assert.deepEqual([dry.exitCode, dry.report.rotated_keys], [0, []]);
        const { report, exitCode } = await fleet(laptop);
        assert.deepEqual([exitCode, report.rotated_keys], [0, []]);
      } else {
        await assert.rejects(
          rotate(laptop, () => {}),
          { code: 'undo-finished' },
        );
      }
      assert.equal(laptop.sandbox.requests.list('CreateAccessKey').length, before);
      const text = await laptop.read();
      assert.match(text, new RegExp(`\\[production\\]\n.*${old.id}`));
      assert.match(text, new RegExp(`\\[production-previous\\]\n.*${newKeyId}`));
      const keys = laptop.sandbox.world.user(ACCOUNT, 'ada').keys;
      assert.deepEqual(
        keys.map(({ status }) => status),
        ['Active', 'Active'],
      );
    }
  });

  it('an undo that died is finished by the next undo, whichever pair the file holds by then', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    const { newKeyId } = await rotate(laptop, () => {});
    await undoStopped(laptop, old.id);
    // As if it had died after the write: what comes next is no undo of an undo.
    const swapped = (await laptop.read())
      .replace('[production]', '[kept]')
      .replace('[production-previous]', '[production]')
      .replace('[kept]', '[production-previous]');
    await writeFile(laptop.credentials, swapped);
    const result = await undoProfile(laptop.target('production'), laptop.context, {
      dryRun: false,
      tell: (plan) =>
        assert.deepEqual(
          [plan.kind, plan.toKeyId, plan.fromKeyId],
          ['rest-of-undo', old.id, newKeyId],
        ),
    });
    assert.deepEqual([result.kind, result.restoredKeyId], ['rest-of-undo', old.id]);
    assert.match(await laptop.read(), new RegExp(`\\[production\\]\n.*${old.id}`));
  });

  it('keyturn undo of what keyctl rotated puts the profile back, and the new key goes last', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotate(laptop, () => {});
    const undone = await keyturnUndo(laptop, 5);
    assert.deepEqual([undone.toKeyId, undone.fromKey], [old.id, 'made-inactive']);
    assert.deepEqual(undone.notPutBack, []);
    assert.match(await laptop.read(), new RegExp(`\\[production\\]\n.*${old.id}`));
    // Where the profile has neither pair any more it is named, and who holds the key decides.
    const again = await openLaptop(t);
    await again.addProfile('production', 'ada');
    await rotate(again, () => {});
    const text = await again.read();
    await writeFile(again.credentials, text.slice(0, text.indexOf('[production-previous]')));
    const left = await keyturnUndo(again, 5);
    assert.deepEqual([left.putBack, left.notPutBack.length, left.fromKey], [[], 1, 'left-active']);
    assert.equal(left.leftActive?.kind, 'held');
  });

  it('I11: keyturn undo within AWS’s lag puts the profile back, and leaves the new key Active', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await rotate(laptop, () => {});
    const undone = await keyturnUndo(laptop, 1);
    assert.deepEqual([undone.fromKey, undone.leftActive?.kind], ['left-active', 'not-shown-yet']);
    assert.match(await laptop.read(), new RegExp(`\\[production\\]\n.*${old.id}`));
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

  it('a hand-off file that vanishes in the middle loses nothing: whoever made the key has its secret', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    let removed: Promise<void> | undefined;
    await rotate(laptop, (event) => {
      if (event.code === 'secret-stored') removed = rm(event.path);
    });
    await removed;
    const { keys } = laptop.sandbox.world.user(ACCOUNT, 'ada');
    const made = keys.find(({ id }) => id !== old.id);
    assert(made !== undefined && (await laptop.read()).includes(made.secret));
    assert.equal(made.status, 'Active');
  });
});

/** Two profiles with one key, and a rotation of the first that stopped when the new key was made. */
async function twoProfilesStopped(t: TestContext, allProfiles: boolean): Promise<Laptop> {
  const laptop = await openLaptop(t);
  const old = await laptop.addProfile('production', 'ada');
  await appendProfile(laptop.credentials, 'copy', old);
  await stoppedAfterCreate(laptop, allProfiles);
  return laptop;
}

const journalOf = ({ stateDir }: Laptop) => join(stateDir, ACCOUNT, 'journal.jsonl');

async function intentOf(laptop: Laptop) {
  const text = await readFile(journalOf(laptop), 'utf8');
  return JSON.parse(text.split('\n').find((line) => line.includes('"intended"')) ?? '');
}

/** The intent in the very form in which keyturn wrote it before a place could name several profiles. */
async function writeLikeFormat2(laptop: Laptop): Promise<void> {
  const { at, run, rotation, step } = await intentOf(laptop);
  const line = `{"v":2,"at":"${at}","run":"${run}","account":"123456789012","user":"ada","rotation":"${rotation}","step":{"type":"intended","oldKeyId":"${step.oldKeyId}","knownKeyIds":["${step.oldKeyId}"],"oldKeyFate":"keep","target":{"kind":"credentials-file","place":"${laptop.credentials} [production]","alsoProfiles":["copy"]}}}`;
  const text = await readFile(journalOf(laptop), 'utf8');
  await writeFile(journalOf(laptop), text.replace(/^.*"intended".*$/m, line));
}

async function assertBothHold(laptop: Laptop, keyId: string | null | undefined): Promise<void> {
  const text = await laptop.read();
  for (const profile of ['production', 'copy']) {
    assert.match(text, new RegExp(`\\[${profile}\\]\n.*${keyId}`));
  }
}

describe('profiles that share a key', () => {
  it('are one place in the record, which older versions refuse', async (t) => {
    const laptop = await twoProfilesStopped(t, true);
    const { v, step } = await intentOf(laptop);
    const place = `${laptop.credentials} [production] [copy]`;
    assert.deepEqual([v, step.target], [3, { kind: 'credentials-file', place, since: 3 }]);
    const alone = await twoProfilesStopped(t, false);
    const target = { kind: 'credentials-file', place: `${alone.credentials} [production]` };
    const intent = await intentOf(alone);
    assert.deepEqual([intent.v, intent.step.target], [1, target]);
  });

  it('of a record of format 2 are all updated by the fleet', async (t) => {
    const laptop = await twoProfilesStopped(t, true);
    await writeLikeFormat2(laptop);
    const { report } = await fleet(laptop);
    assert.deepEqual(report.errors, []);
    await assertBothHold(laptop, report.rotated_keys[0]?.new_key_id);
  });

  it('of a record of format 2 are all updated by keyctl, with --all-profiles and without', async (t) => {
    for (const allProfiles of [true, false]) {
      const laptop = await twoProfilesStopped(t, true);
      await writeLikeFormat2(laptop);
      const { resumed, newKeyId } = await rotate(laptop, () => {}, undefined, allProfiles);
      assert.equal(resumed, true);
      await assertBothHold(laptop, newKeyId);
    }
  });

  it('are all updated when only the run that goes on was asked to', async (t) => {
    const laptop = await twoProfilesStopped(t, false);
    const { resumed, newKeyId, updatedProfiles } = await rotate(laptop, () => {}, undefined, true);
    assert.deepEqual([resumed, updatedProfiles], [true, ['production', 'copy']]);
    await assertBothHold(laptop, newKeyId);
  });

  it('all go back with keyctl undo of the one that was rotated', async (t) => {
    const laptop = await openLaptop(t);
    const old = await laptop.addProfile('production', 'ada');
    await appendProfile(laptop.credentials, 'copy', old);
    await rotate(laptop, () => {}, undefined, true);
    const { restoredKeyId, backupPath } = await undoProfile(
      laptop.target('production'),
      laptop.context,
    );
    assert.equal(restoredKeyId, old.id);
    assert.notEqual(backupPath, undefined);
    await assertBothHold(laptop, old.id);
  });

  it('are another place for keyctl of one that only went along', async (t) => {
    const laptop = await twoProfilesStopped(t, true);
    const session = await openProfileSession(laptop.target('copy'), laptop.context);
    await assert.rejects(session.rotate({ mayRemove: undefined, allProfiles: false }), {
      code: 'other-destination',
    });
    session.close();
  });
});
