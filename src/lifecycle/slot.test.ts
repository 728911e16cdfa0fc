import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { hintText } from '../base/hint.ts';
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
  cutOverAt: undefined,
  deactivatedAt: undefined,
  lastSeenActive: undefined,
  inactiveSince: undefined,
  others: [],
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
  it('the other one, Active or Inactive, while the current one works', () => {
    assert.equal(judge('Active', 'Active').kind, 'removable');
    assert.equal(judge('Active', 'Inactive').kind, 'removable');
  });

  it('I5: not one that is held, and the hint says until when', () => {
    const verdict = judge('Active', 'Inactive', new Date('2026-11-20T10:00:00Z'));
    assert(verdict.kind === 'full');
    assert.equal(
      hintText(verdict.hint),
      'run again after 2026-12-20T10:00Z; or, if nothing needs that key, now, after:\n' +
        `  keyturn keys delete ${OTHER} --although-held`,
    );
  });

  it('not one that was used since it was replaced, whoever agrees', () => {
    const keys = [CURRENT, OTHER].map((id) => ({ id, status: 'Active', createdAt }) as const);
    const at = new Date(NOW.getTime() - 3_600_000);
    const used = (cutOverAt: Date | undefined) =>
      judgeSlot(
        {
          keys,
          currentKeyId: CURRENT,
          dependsOn: () => false,
          about: (key) => ({ ...about(key), lastUse: { used: 'at', at }, cutOverAt }),
        },
        NOW,
      );
    const verdict = used(new Date(at.getTime() - 60_000));
    assert(verdict.kind === 'full');
    assert.match(verdict.because, /used at 2026-11-21T09:00Z, after it was replaced/);
    // Nobody has replaced it, as far as is known: then a person may judge.
    assert.equal(used(undefined).kind, 'removable');
    assert.equal(used(NOW).kind, 'removable');
  });

  it('I10: never the only Active key of the user, however quiet it is', () => {
    const verdict = judge('Inactive', 'Active');
    assert(verdict.kind === 'full');
    assert.match(verdict.because, /only Active key/);
    assert.equal(judge('Inactive', 'Inactive').kind, 'removable');
  });
});
