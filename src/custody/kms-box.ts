// Seals secrets by KMS, before they leave this process: whoever owns the table reads nothing without the key.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { AwsDataKeys, DataKey, KeyContext } from '../base/aws-tables.ts';
import { assert, KeyturnError } from '../base/errors.ts';
import { type Hint, partsOf } from '../base/hint.ts';
import { Secret } from '../base/secret.ts';
import { type BoxedKey, type BoxOf, bindingOf } from './box.ts';
import type { WaysOn } from './open-boxes.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

export interface KmsBoxParts {
  readonly dataKeys: AwsDataKeys;
  /** That seals; undefined for a box that only opens. */
  readonly keyId: string | undefined;
  /** Bound to it: what is sealed for one table is opened in no other. */
  readonly place: string;
  /** What a failure prints; nothing when left out. */
  readonly ways?: Pick<WaysOn, 'forget' | 'check'> | undefined;
}

/** A data key of KMS for each secret, used once and never kept in clear. */
export function kmsBox({ dataKeys, keyId, place, ways }: KmsBoxParts): BoxOf<'kms'> {
  const prepared = new Map<string, Promise<DataKey>>();
  const nameOf = (about: Omit<BoxedKey, 'keyId'>) => JSON.stringify(contextOf(about));
  const sealer = () => {
    assert(keyId !== undefined, 'nothing is sealed without a KMS key');
    return keyId;
  };
  const generate = async (about: Omit<BoxedKey, 'keyId'>) =>
    await dataKeys.generate(sealer(), contextOf(about));
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
      const hint = ways && [`whether the key that ${NAMED_BY} is there:`, ways.check];
      const { plain, wrapped } = await hinted(hint, () => dataKeys.generate(sealer(), PROOF));
      const back = await hinted(hint, () => dataKeys.unwrap(sealer(), wrapped, PROOF));
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
      const hint = ways && [
        `it is opened by the KMS key that sealed it, whatever ${NAMED_BY}; where nobody can use that key any more, give the secret up:`,
        ways.forget(about.keyId),
      ];
      // The data key itself says by which key it is wrapped; which of them may be used is for policies to say.
      const plain = await hinted(hint, () => dataKeys.unwrap(undefined, dk, contextOf(about)));
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

const NAMED_BY = '--custody-kms-key or KEYTURN_CUSTODY_KMS_KEY names';

/** Beside what is told of AWS's answer, which is often nothing. */
async function hinted<T>(hint: Hint | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    const all = [...thrown.hintParts, ...partsOf(hint ?? [])];
    throw new KeyturnError(thrown.code, thrown.message, { cause: thrown.cause, hint: all });
  }
}

const PROOF = { purpose: 'keyturn-proof' } as const;

/** In clear in the trail of KMS; key policies can ask for it. */
function contextOf({ account, user, rotation }: Omit<BoxedKey, 'keyId'>): KeyContext {
  return { purpose: 'keyturn-custody', account, user, rotation };
}
