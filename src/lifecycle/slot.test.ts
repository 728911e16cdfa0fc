import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { AccessKey, KeyStatus } from './keys.ts';
import type { RetiringKey } from './retirement.ts';
import { judgeSlot } from './slot.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const CURRENT = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const OTHER = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const SIGNING = accessKeyId('AKIAI77QH8DHBEXAMPLE');
const createdAt = new Date('2024-01-01T00:00:00Z');

const about = (key: AccessKey): RetiringKey => ({
  key,
  lastUse: { used: 'never' },
  seenUse: undefined,
  cutOverAt: undefined,
  deactivatedAt: undefined,
  lastSeenActive: undefined,
  inactiveSince: undefined,
  others: [{ key: { ...key, id: CURRENT, status: 'Active' }, lastUse: { used: 'never' } }],
  successorCreatedAt: undefined,
  isSigning: false,
});

const judge = (current: KeyStatus, other: KeyStatus, deactivatedAt?: Date) =>
  judgeSlot(
    {
      keys: [
        { id: CURRENT, status: current, createdAt },
        { id: OTHER, status: other, createdAt },
      ],
      currentKeyId: CURRENT,
      dependsOn: (id) => id === SIGNING,
      about: (key) => ({ ...about(key), deactivatedAt }),
    },
    NOW,
  );

describe('which key may make room', () => {
  it('I5, I15: the other one if it is Inactive, and never one that is Active', () => {
    assert.equal(judge('Active', 'Inactive').kind, 'removable');
    const verdict = judge('Active', 'Active');
    assert(verdict.kind === 'full');
    assert.equal(verdict.code, 'two-active-keys');
    assert.deepEqual(verdict.way, { kind: 'deactivate-first', keyId: OTHER });
  });

  it('unasked only once its hold is over, by the rule of clean-up', () => {
    const now = judge('Active', 'Inactive');
    assert(now.kind === 'removable' && !now.isIdle);
    assert.match(
      now.because,
      /^Inactive, but it was first seen Inactive today; the hold is 30 days/,
    );
    const over = judge('Active', 'Inactive', new Date('2026-10-20T10:00:00Z'));
    assert(over.kind === 'removable' && over.isIdle);
    assert.equal(over.because, 'deactivated 32 days ago');
  });

  it('I5: not one that is held, and the hint says until when', () => {
    const verdict = judge('Active', 'Inactive', new Date('2026-11-20T10:00:00Z'));
    assert(verdict.kind === 'full');
    const until = new Date('2026-12-20T10:00:00Z');
    assert.deepEqual(verdict.way, { kind: 'wait-or-delete', keyId: OTHER, until });
  });

  it('I10: never the only Active key of the user, however quiet it is', () => {
    const verdict = judge('Inactive', 'Active');
    assert(verdict.kind === 'full');
    assert.match(verdict.because, /only Active key/);
    assert.equal(judge('Inactive', 'Inactive').kind, 'removable');
  });
});
