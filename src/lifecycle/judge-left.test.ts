import assert from 'node:assert/strict';
import { it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { judgeLeft, type LeftKey } from './judge-left.ts';
import { NEVER_LOOKED } from './use-history.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const ago = (hours: number) => new Date(NOW.getTime() - hours * 3_600_000);
const left = (over: Partial<LeftKey>): LeftKey => ({
  key: { id: accessKeyId('AKIAIOSFODNN7EXAMPLE'), status: 'Active', createdAt: ago(24 * 40) },
  lastUse: { used: 'at', at: ago(24 * 39), service: 's3', region: 'us-east-1' },
  checkedAt: undefined,
  deliveredAt: ago(1),
  takenAt: undefined,
  uses: NEVER_LOOKED,
  ...over,
});

it('a key that was used long ago and was delivered a moment ago may be in use: AWS would not show it yet', () => {
  assert.equal(judgeLeft(left({}), NOW).kind, 'not-shown-yet');
  assert.equal(judgeLeft(left({ deliveredAt: ago(24) }), NOW).kind, 'unused');
});

it('a use that a run has seen counts although AWS tells of none any more (I11)', () => {
  const day = new Date('2026-11-19T00:00:00Z');
  const seen = {
    ...NEVER_LOOKED,
    ...{ lookedFrom: ago(99), lookedTo: ago(20), closelyFrom: ago(99) },
    stretches: [{ from: day, to: day }],
  };
  const forgotten = left({ lastUse: { used: 'never' }, deliveredAt: ago(99), uses: seen });
  assert.equal(judgeLeft(forgotten, NOW).kind, 'used');
  assert.equal(judgeLeft({ ...forgotten, uses: NEVER_LOOKED }, NOW).kind, 'unused');
});
