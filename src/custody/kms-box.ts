// Seals secrets by KMS, before they leave this process: whoever owns the table reads nothing without the key.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { AwsDataKeys, DataKey, KeyContext } from '../base/aws-tables.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { type BoxedKey, type BoxOf, bindingOf } from './box.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface KmsBoxParts {
  readonly dataKeys: AwsDataKeys;
  readonly keyId: string;
  /** Bound to it: what is sealed for one table is opened in no other. */
  readonly place: string;
}

/** A data key of KMS for each secret, used once and never kept in clear. */
export function kmsBox({ dataKeys, keyId, place }: KmsBoxParts): BoxOf<'kms'> {
  const prepared = new Map<string, Promise<DataKey>>();
  const nameOf = (about: Omit<BoxedKey, 'keyId'>) => JSON.stringify(contextOf(about));
  const generate = (about: Omit<BoxedKey, 'keyId'>) => dataKeys.generate(keyId, contextOf(about));
  return {
    kind: 'kms',
    by: `KMS key ${keyId}`,
    prepare: async (about) => {
      const key = generate(about);
      prepared.set(nameOf(about), key);
      await key.catch((thrown: unknown) => {
        prepared.delete(nameOf(about));
        throw thrown;
      });
    },
    prove: async () => {
      const { plain, wrapped } = await dataKeys.generate(keyId, PROOF);
      const back = await dataKeys.unwrap(keyId, wrapped, PROOF);
      const isSame = Buffer.compare(plain, back) === 0;
      for (const bytes of [plain, back]) bytes.fill(0);
      assert(isSame, `KMS key ${keyId} gave back another data key`);
    },
    seal: async (about, secret) => {
      const known = prepared.get(nameOf(about));
      prepared.delete(nameOf(about));
      const { plain, wrapped } = await (known ?? generate(about));
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, plain, iv);
      cipher.setAAD(Buffer.from(bindingOf(place, about)));
      const ct = Buffer.concat([
        cipher.update(secret.reveal(), 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ]);
      plain.fill(0);
      return { by: 'kms', ct, iv, dk: wrapped };
    },
    open: async (about, { ct, iv, dk }) => {
      const plain = await dataKeys.unwrap(keyId, dk, contextOf(about));
      try {
        const bytes = Buffer.from(ct);
        const cipher = createDecipheriv(CIPHER, plain, iv);
        cipher.setAAD(Buffer.from(bindingOf(place, about)));
        cipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        const text = [cipher.update(bytes.subarray(0, -TAG_BYTES)), cipher.final()];
        return new Secret(Buffer.concat(text).toString('utf8'));
      } catch {
        // What Node throws tells nothing more, and is not let near the secret (I8).
        throw new KeyturnError(
          'state-dir',
          `the secret of ${about.keyId} in ${place} was not sealed for it: somebody moved or changed the item`,
          { hint: 'restore nothing over it; the key can be rotated anew' },
        );
      } finally {
        plain.fill(0);
      }
    },
  };
}

const PROOF = { purpose: 'keyturn-proof' } as const;

/** In clear in the trail of KMS; key policies can ask for it. */
function contextOf({ account, user, rotation }: Omit<BoxedKey, 'keyId'>): KeyContext {
  return { purpose: 'keyturn-custody', account, user, rotation };
}
