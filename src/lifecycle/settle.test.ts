import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { confirmedBy, followsByItself, isReadBack, mayBeginLate, settleMinutes } from './settle.ts';

describe('what readers of places can count on', () => {
  it('the slowest of the readers that follow by themselves is waited for', () => {
    assert.equal(settleMinutes([]), 0);
    assert.equal(settleMinutes([{ settle: 'at-once' }, { settle: 'next-start' }, {}]), 0);
    assert.equal(settleMinutes([{ settle: { minutes: 2 } }, { settle: { minutes: 60 } }]), 60);
  });

  it('of one that says nothing it is not known when its readers follow', () => {
    assert.equal(followsByItself([{ settle: 'at-once' }, { settle: { minutes: 5 } }]), true);
    for (const settle of ['next-start', 'unknown', undefined] as const) {
      const terms = settle === undefined ? {} : { settle };
      assert.equal(followsByItself([{ settle: 'at-once' }, terms]), false, settle);
    }
  });

  it('only what waits in a queue may begin with the former value after others have followed', () => {
    assert.equal(mayBeginLate([{ settle: 'at-once' }, { settle: 'when-queued' }]), true);
    assert.equal(followsByItself([{ settle: 'when-queued' }]), false);
    for (const settle of ['at-once', 'next-start', 'unknown', { minutes: 5 }] as const) {
      assert.equal(mayBeginLate([{ settle }, {}]), false);
    }
  });

  it('one that says nothing was read back, as all were then', () => {
    assert.equal(isReadBack([{}, { proof: 'value' }]), true);
    for (const proof of ['marker', 'timestamp', 'status'] as const) {
      assert.equal(isReadBack([{}, { proof }]), false, proof);
      assert.equal(confirmedBy(proof), 'written');
    }
    assert.equal(confirmedBy('value'), 'read-back');
  });
});
