import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { AccessKey } from './keys.ts';
import { lastActiveSlot } from './slot-sighting.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 0, number));

function key(name: string, createdAt: Date): AccessKey {
  return { id: accessKeyId(`AKIASIGHTED0000000${name}`), status: 'Inactive', createdAt };
}

const OLD = key('AA', day(1));
const NEW = key('BB', day(5));
const BOTH = [OLD, NEW];

describe('when a key may last have been Active, by credential reports (I5)', () => {
  it('is when a key of its date was seen', () => {
    const seen = [{ createdAt: new Date(day(1).getTime() + 1_000), seenAt: day(20) }];
    assert.deepEqual(lastActiveSlot(OLD, BOTH, seen), day(20));
    assert.equal(lastActiveSlot(NEW, BOTH, seen), undefined);
  });

  it('is not when the other key of the user was seen', () => {
    const seen = [{ createdAt: day(5), seenAt: day(20) }];
    assert.equal(lastActiveSlot(OLD, BOTH, seen), undefined);
    assert.deepEqual(lastActiveSlot(NEW, BOTH, seen), day(20));
  });

  it('may be when a later date was seen that is no other key’s: the date of a change', () => {
    const seen = [{ createdAt: day(9), seenAt: day(20) }];
    assert.deepEqual(lastActiveSlot(OLD, BOTH, seen), day(20));
    assert.deepEqual(lastActiveSlot(NEW, BOTH, seen), day(20));
  });

  it('is not when a date was seen on which it did not exist', () => {
    const seen = [{ createdAt: day(3), seenAt: day(20) }];
    assert.equal(lastActiveSlot(NEW, [NEW], seen), undefined);
  });

  it('is the latest of several', () => {
    const seen = [
      { createdAt: day(1), seenAt: day(20) },
      { createdAt: day(9), seenAt: day(30) },
      { createdAt: day(5), seenAt: day(40) },
    ];
    assert.deepEqual(lastActiveSlot(OLD, BOTH, seen), day(30));
    assert.equal(lastActiveSlot(OLD, BOTH, []), undefined);
  });
});
