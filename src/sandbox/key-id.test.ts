import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accountOfKeyId, newKeyId } from './key-id.ts';
import { SeededRandom } from './random.ts';

describe('access key ids', () => {
  it('carry the account, as published ids do', () => {
    assert.equal(accountOfKeyId('AKIARZPUZDIKGB2VALC4'), '123456789012');
    assert.equal(accountOfKeyId('ASIAQAAAAAAAGMKEM7X5'), '000000000000');
    assert.equal(accountOfKeyId('ASIAQNZGKIQY56JQ7WML'), '029608264753');
  });

  it('are made so that the account can be read back', () => {
    const random = new SeededRandom('key-id');
    for (const account of ['000000000000', '123456789012', '999999999999']) {
      for (const prefix of ['AKIA', 'ASIA'] as const) {
        const id = newKeyId(prefix, account, random);
        assert.match(id, new RegExp(`^${prefix}[Q-Z2-7][A-Z2-7]{15}$`));
        assert.equal(accountOfKeyId(id), account);
      }
    }
  });

  it('of the older format tell nothing', () => {
    assert.equal(accountOfKeyId('AKIAIOSFODNN7EXAMPLE'), undefined);
    assert.equal(accountOfKeyId('AKIA'), undefined);
  });
});
