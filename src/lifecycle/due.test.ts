import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { isDue, judgeUser } from './due.ts';
import type { AccessKey, KeyStatus } from './keys.ts';

const NOW = new Date('2026-11-21T10:00:00Z');
const key = (name: string, ageDays: number, status: KeyStatus = 'Active'): AccessKey => ({
  id: accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`),
  status,
  createdAt: new Date(NOW.getTime() - ageDays * 86_400_000),
});
const signedBy = (...ids: string[]) => ({
  dependsOn: (id: AccessKeyId) => ids.includes(id),
  isReplaceable: false,
});
const verdict = (keys: AccessKey[], signing = 'AKIAIOSFODNN7EXAMPLE') => {
  const judged = judgeUser(keys, { daysThreshold: 90, signer: signedBy(signing) }, NOW);
  return judged.kind === 'blocked' ? judged.code : judged.kind;
};

describe('due keys', () => {
  it('is due at exactly N days of 24 hours, not a millisecond before', () => {
    assert.equal(isDue(key('A', 90), 90, NOW), true);
    const almost = { ...key('A', 90), createdAt: new Date(NOW.getTime() - 90 * 86_400_000 + 1) };
    assert.equal(isDue(almost, 90, NOW), false);
  });

  it('never takes an Inactive or Expired key for due, however old', () => {
    assert.equal(isDue(key('A', 4000, 'Inactive'), 90, NOW), false);
    assert.equal(isDue(key('A', 4000, 'Expired'), 90, NOW), false);
  });

  const table: [string, AccessKey[], string][] = [
    ['no keys', [], 'nothing-due'],
    ['one young key', [key('A', 3)], 'nothing-due'],
    ['one key created in the future by this clock', [key('A', -5)], 'nothing-due'],
    ['one due key', [key('A', 91)], 'rotate'],
    ['two young keys', [key('A', 3), key('B', 5)], 'nothing-due'],
    ['a due and a young key, both Active', [key('A', 300), key('B', 5)], 'two-active-keys'],
    ['two due keys', [key('A', 300), key('B', 200)], 'two-active-keys'],
    ['a due key and an Inactive one', [key('A', 300), key('B', 400, 'Inactive')], 'no-free-slot'],
    [
      'a young key and an old Inactive one',
      [key('A', 3), key('B', 400, 'Inactive')],
      'nothing-due',
    ],
    [
      'three keys, as AWS’s quota is not airtight',
      [key('A', 300), key('B', 2, 'Inactive'), key('C', 2, 'Inactive')],
      'no-free-slot',
    ],
  ];
  for (const [name, keys, expected] of table) {
    it(`${name}: ${expected}`, () => assert.equal(verdict(keys), expected));
  }

  it('I7: does not rotate the key that signs the calls', () => {
    const own = key('A', 300);
    assert.equal(verdict([own], own.id), 'own-key');
  });

  it('I7: making room for the successor of such a key is no use', () => {
    const own = key('A', 300);
    assert.equal(verdict([own, key('B', 400, 'Inactive')], own.id), 'own-key');
  });

  it('speaks of the oldest of several due keys', () => {
    const older = key('B', 500);
    const judged = judgeUser(
      [key('A', 300), older],
      { daysThreshold: 90, signer: signedBy('AKIAIOSFODNN7EXAMPLE') },
      NOW,
    );
    assert.equal(judged.kind === 'blocked' && judged.oldKey.id, older.id);
  });
});
