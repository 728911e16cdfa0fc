// Every kind of place, read the way its world reads it: over 120 days after its key was replaced no reader
// meets a dead key (I15), and every old key comes to its end.

import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { OFFERED_KINDS } from '../../src/destinations/kinds.ts';
import { type PlayedWorlds, playWorlds } from './play-worlds.ts';
import { WORLDS } from './worlds.ts';

/** Keys that nobody has looked at, and keys whose uses runs have seen for 40 days. */
const DUE_ON = [0, 40];
const DAYS = 120;
const HOLD_DAYS = 30;

it('every kind of --deliver has a world, but those whose readers are people', () => {
  const people = ['stdout', 'handoff'];
  const kinds = OFFERED_KINDS.map(({ name }) => name).filter((name) => !people.includes(name));
  assert.deepEqual([...new Set(WORLDS.map(({ kind }) => kind))].sort(), kinds.sort());
});

describe('daily runs for 120 days after a key of each world was replaced', () => {
  let worlds: PlayedWorlds;
  before(async () => {
    const days = DAYS + Math.max(...DUE_ON);
    worlds = await playWorlds({ days, oldKeyFate: 'when-quiet', dueOn: DUE_ON });
  });

  it('no call of any reader is refused', () => {
    assert.deepEqual(worlds.failures, []);
    for (const { user, readers } of worlds.played) {
      for (const { habit, calls, refused } of readers) {
        assert.ok(calls > 0, user);
        assert.equal(refused, 0, `${user}: ${habit.who}`);
      }
    }
  });

  it('every key is replaced on its day, and Inactive within a day of its quiet time, never before', () => {
    for (const { user, dueOn, end } of worlds.played) {
      assert.ok(end !== undefined, `${user} was not rotated`);
      assert.ok(Math.abs(end.replaced - dueOn) < 0.5, `${user} was rotated on ${end.replaced}`);
      const { replaced, lastUsed = replaced, quietDays, inactive } = end;
      const from = quietDays === undefined ? replaced : Math.max(lastUsed, replaced) + quietDays;
      assert.ok(inactive !== undefined, `${user}: the old key is still Active`);
      assert.ok(inactive >= from - 0.01, `${user} went on day ${inactive}, not before ${from}`);
      assert.ok(inactive <= from + 1.5, `${user} went on day ${inactive}, ${from} was due`);
    }
  });

  it('and is deleted once its hold is over', () => {
    for (const { user, end } of worlds.played) {
      const { inactive = 0, deleted = 0 } = end ?? {};
      assert.ok(deleted >= inactive + HOLD_DAYS && deleted <= inactive + HOLD_DAYS + 1.5, user);
    }
  });

  it('keys in steady use that runs have seen wait 14 days, and 35 where jobs are queued with them', () => {
    const quietOf = (kind: string, variant = '') =>
      worlds.played
        .filter((each) => each.kind === kind && each.variant === variant && each.dueOn === 40)
        .map(({ readers, end }) => readers.length > 0 && end?.quietDays)[0];
    assert.deepEqual(
      ['kubernetes', 'vault', 'gitlab', 'github', 'github-org'].map((kind) => quietOf(kind)),
      [14, 14, 14, 35, 35],
    );
    assert.equal(quietOf('github', ':production'), 14);
  });
});

describe('the same, cut off at once', () => {
  let worlds: PlayedWorlds;
  before(async () => {
    worlds = await playWorlds({ days: 32, oldKeyFate: 'deactivate', dueOn: [0] });
  });
  const refusedAt = (kind: string, variant = '') =>
    worlds.played
      .filter((each) => each.kind === kind && each.variant === variant)
      .reduce(
        (sum, { readers }) => sum + readers.reduce((all, { refused }) => all + refused, 0),
        0,
      );

  it('with --retire now whoever keeps a copy is refused, so the other test shows something', () => {
    assert.deepEqual(worlds.failures, []);
    const kinds = ['secrets-manager', 'ssm', 'dotenv', 'credentials-file', 'command', 'vault'];
    for (const kind of [...kinds, 'kubernetes', 'github', 'github-codespaces']) {
      assert.ok(refusedAt(kind) > 0, kind);
    }
  });

  it('where every reader follows within minutes that are known, nobody is', () => {
    assert.equal(refusedAt('vault', '?settle-minutes=10'), 0);
  });

  it('nor is a workload that the delivery restarts, whose pods have the new key before the old one goes', () => {
    assert.equal(refusedAt('kubernetes', '?restart=deployment/api'), 0);
  });
});
