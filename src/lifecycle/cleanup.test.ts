import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { type InactiveKeyFacts, judgeInactiveKey } from './cleanup.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const KEY = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const facts = (over: Partial<InactiveKeyFacts> = {}): InactiveKeyFacts => ({
  key: { id: KEY, status: 'Inactive', createdAt: daysAgo(400) },
  recordedDeactivation: undefined,
  lastSeenActive: undefined,
  successorCreatedAt: undefined,
  lastUse: { used: 'never' },
  signingKeyId: accessKeyId('AKIAI44QH8DHBEXAMPLE'),
  keysInRotation: new Set(),
  ...over,
});
const judge = (over: Partial<InactiveKeyFacts> = {}) => judgeInactiveKey(facts(over), 30, NOW);

describe('clean-up of Inactive keys (I5)', () => {
  it('deletes after the hold since the recorded deactivation', () => {
    assert.equal(judge({ recordedDeactivation: daysAgo(30) }).kind, 'delete');
  });

  it('keeps a 400 day old key that was deactivated 29 days ago', () => {
    assert.equal(judge({ recordedDeactivation: daysAgo(29) }).kind, 'keep');
  });

  it('keeps a key deactivated seconds before, whatever its age', () => {
    assert.equal(judge({ recordedDeactivation: new Date(NOW.getTime() - 5_000) }).kind, 'keep');
  });

  it('without a record counts from creation when the key was never used', () => {
    assert.equal(judge().kind, 'delete');
    assert.equal(
      judge({ key: { id: KEY, status: 'Inactive', createdAt: daysAgo(29) } }).kind,
      'keep',
    );
  });

  it('without a record counts from the last use', () => {
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(31) } }).kind, 'delete');
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(12) } }).kind, 'keep');
  });

  it('without a record counts from the last time that the key was seen Active', () => {
    assert.equal(judge({ lastSeenActive: daysAgo(31) }).kind, 'delete');
    assert.equal(judge({ lastSeenActive: daysAgo(3) }).kind, 'keep');
  });

  it('without a record counts from the creation of the key that may have replaced it', () => {
    assert.equal(judge({ successorCreatedAt: daysAgo(1) }).kind, 'keep');
    assert.equal(judge({ successorCreatedAt: daysAgo(31) }).kind, 'delete');
    const recorded = { recordedDeactivation: daysAgo(40), successorCreatedAt: daysAgo(1) };
    assert.equal(judge(recorded).kind, 'delete');
  });

  it('a key seen Active after its recorded deactivation starts its hold anew', () => {
    const verdict = judge({ recordedDeactivation: daysAgo(200), lastSeenActive: daysAgo(3) });
    assert.equal(verdict.kind, 'keep');
  });

  it('a recorded deactivation long ago does not outweigh a use since', () => {
    const verdict = judge({
      recordedDeactivation: daysAgo(200),
      lastUse: { used: 'at', at: daysAgo(2) },
    });
    assert.equal(verdict.kind, 'keep');
  });

  it('I11: keeps a key whose last use can not be read, and counts that as a failure', () => {
    const verdict = judge({ lastUse: 'unreadable' });
    assert.deepEqual(verdict, {
      kind: 'keep',
      reason: 'its last use could not be read',
      failed: true,
    });
  });

  it('asks for the last use only when everything else allows deleting', () => {
    assert.equal(judge({ lastUse: 'unread' }).kind, 'ask-last-use');
    assert.equal(judge({ lastUse: 'unread', lastSeenActive: daysAgo(1) }).kind, 'keep');
  });

  it('keeps keys with a time in the future of this clock', () => {
    assert.equal(judge({ recordedDeactivation: daysAgo(-2) }).kind, 'keep');
    assert.equal(judge({ lastUse: { used: 'at', at: daysAgo(-2) } }).kind, 'keep');
  });

  it('I6: keeps Active keys, keys of open rotations, and the signing key (I7)', () => {
    const active = { id: KEY, status: 'Active', createdAt: daysAgo(400) } as const;
    assert.equal(judge({ key: active }).kind, 'keep');
    assert.equal(judge({ keysInRotation: new Set([KEY]) }).kind, 'keep');
    assert.equal(judge({ signingKeyId: KEY }).kind, 'keep');
  });
});
