// The sealed box of libsodium (crypto_box_seal), in which GitHub takes secrets: a one-time X25519 pair, a
// nonce that is the BLAKE2b of both public keys, and XSalsa20-Poly1305. Nobody but the owner of the public
// key can open it, we neither. This module loads the ciphers, so import it lazily.

import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { hsalsa, xsalsa20poly1305 } from '@noble/ciphers/salsa';
import { blake2b } from '@noble/hashes/blake2b';

const KEY_BYTES = 32;
const NONCE_BYTES = 24;

/** "expand 32-byte k", the constant of Salsa20, as the words that hsalsa takes. */
const SIGMA = Uint32Array.of(0x61707865, 0x3320646e, 0x79622d32, 0x6b206574);

/** The key of `GET …/public-key`; undefined for what is none. */
export function publicKeyFrom(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

/** In the base64 that GitHub takes: the standard alphabet, padded. */
export function sealedFor(publicKey: Buffer, text: string): string {
  const { publicKey: ownPublic, privateKey } = generateKeyPairSync('x25519');
  const own = rawKey(ownPublic);
  const nonce = blake2b(Buffer.concat([own, publicKey]), { dkLen: NONCE_BYTES });
  const shared = diffieHellman({ privateKey, publicKey: keyObject(publicKey) });
  const box = xsalsa20poly1305(boxKey(shared), nonce).encrypt(Buffer.from(text, 'utf8'));
  return Buffer.concat([own, box]).toString('base64');
}

/** What NaCl calls beforenm: the shared point is hashed once before it is a key. */
function boxKey(shared: Buffer): Uint8Array {
  const key = new Uint32Array(KEY_BYTES / 4);
  hsalsa(SIGMA, wordsOf(shared), new Uint32Array(4), key);
  const bytes = new DataView(new ArrayBuffer(KEY_BYTES));
  for (const [index, word] of key.entries()) bytes.setUint32(index * 4, word, true);
  return new Uint8Array(bytes.buffer);
}

function wordsOf(bytes: Buffer): Uint32Array {
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) =>
    bytes.readUInt32LE(index * 4),
  );
}

function keyObject(raw: Buffer): KeyObject {
  const jwk = { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') };
  return createPublicKey({ key: jwk, format: 'jwk' });
}

function rawKey(key: KeyObject): Buffer {
  return Buffer.from(key.export({ format: 'jwk' }).x ?? '', 'base64url');
}
