import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import sodium from 'libsodium-wrappers';
import { publicKeyFrom, sealedFor } from './sealed-box.ts';

describe('a sealed box', () => {
  it('is opened by libsodium, whatever is in it', async () => {
    await sodium.ready;
    const { publicKey, privateKey } = sodium.crypto_box_keypair();
    for (const text of [
      '',
      'a',
      'k/y+'.repeat(10),
      '\u{1f511} schl\u00fcssel',
      'x'.repeat(40_000),
    ]) {
      const box = Buffer.from(sealedFor(Buffer.from(publicKey), text), 'base64');
      const opened = sodium.crypto_box_seal_open(box, publicKey, privateKey);
      assert.equal(Buffer.from(opened).toString('utf8'), text);
    }
  });

  it('is 48 bytes longer than what is in it, and never twice the same', () => {
    const { publicKey } = generateKeyPairSync('x25519');
    const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const [one, other] = [sealedFor(raw, 'text \u{1f511}'), sealedFor(raw, 'text \u{1f511}')];
    assert.equal(Buffer.from(one, 'base64').length, 48 + 9);
    assert.notEqual(one, other);
    assert.match(one, /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/);
  });

  for (const text of ['', 'c2hvcnQ=', 'not base64 at all', 'A'.repeat(45)]) {
    it(`no public key: ${JSON.stringify(text)}`, () => {
      assert.equal(publicKeyFrom(text), undefined);
    });
  }
});
