// Whether what the readers of a place read has the secret of a key, in whatever form. A reader may keep a pair
// under names of its own, and a delivery may have come half-way: so every text that looks like a secret is
// held against the key by AWS itself.

import type { KeyVerifier, NewAccessKey, SignerAnswer } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { Secret } from '../base/secret.ts';
import { readingsOfAll } from '../destinations/readings.ts';
import { looksLikeSecret } from '../destinations/stray-fields.ts';
import { pairMarkOf } from '../lifecycle/pair-mark.ts';
import type { Rotation } from '../lifecycle/rotation.ts';

/** More than that is no pair for a reader, and each costs a call. */
const CANDIDATES_MAX = 8;

export type FoundInTexts =
  | { readonly kind: 'found'; readonly secret: Secret }
  /** The texts name the key, and no secret in them is its own: nobody but its reader can tell. */
  | { readonly kind: 'named' }
  /** AWS refuses the key itself (yet), so that it tells nothing of a secret. */
  | { readonly kind: 'key-refused'; readonly isNamed: boolean }
  | { readonly kind: 'nothing' }
  /** AWS did not say. */
  | { readonly kind: 'unclear'; readonly reason: string };

/** The key whose secret is looked for, and the one that it replaces. */
export type SoughtKey = Pick<Rotation, 'oldKeyId'> & { readonly keyId: AccessKeyId };

/** A key, and the mark of its pair where the record has it. */
export type MarkedKey = SoughtKey & Pick<Rotation, 'pairMark'>;

/** The key's own secret among them: by its mark, and by AWS where the record has none. */
export async function findOwnSecret(
  key: MarkedKey,
  texts: readonly Secret[],
  verifier: KeyVerifier,
): Promise<FoundInTexts> {
  if (key.pairMark === undefined) return await findSecret(key, texts, verifier);
  const secret = findMarked(key.keyId, key.pairMark, texts);
  if (secret !== undefined) return { kind: 'found', secret };
  const isNamed = readingsOfAll(texts).some((text) => text.includes(key.keyId));
  return { kind: isNamed ? 'named' : 'nothing' };
}

export async function findSecret(
  { keyId, oldKeyId }: SoughtKey,
  texts: readonly Secret[],
  verifier: KeyVerifier,
): Promise<FoundInTexts> {
  const readings = readingsOfAll(texts);
  const secrets = secretsOf(readings);
  const isNamed = readings.some((text) => text.includes(keyId));
  for (const secret of secrets.slice(0, CANDIDATES_MAX)) {
    const answer = await whoSigns({ id: keyId, secret }, verifier);
    if (answer.kind === 'accepted') return { kind: 'found', secret };
    if (answer.kind === 'denied') return { kind: 'unclear', reason: answer.reason };
    if (answer.kind === 'unclear' && answer.isWrongSecret !== true) {
      return { kind: 'unclear', reason: answer.reason };
    }
    // AWS says so of every secret, the key's own included. Only the one of the key that is replaced is
    // known by other means not to be it.
    if (answer.kind === 'not-yet') {
      if (secrets.length > 1) return { kind: 'key-refused', isNamed };
      const others = await whoSigns({ id: oldKeyId, secret }, verifier);
      if (others.kind !== 'accepted') return { kind: 'key-refused', isNamed };
    }
  }
  return { kind: isNamed ? 'named' : 'nothing' };
}

/** The secret that the mark is of, without a question to AWS; undefined where none in the texts is. */
export function findMarked(
  keyId: AccessKeyId,
  pairMark: string,
  texts: readonly Secret[],
): Secret | undefined {
  const readings = readingsOfAll(texts);
  return secretsOf(readings).find((secret) => pairMarkOf(keyId, secret) === pairMark);
}

async function whoSigns(
  pair: Pick<NewAccessKey, 'id' | 'secret'>,
  verifier: KeyVerifier,
): Promise<SignerAnswer> {
  return await verifier.whoSigns({ ...pair, createdAt: new Date(0) });
}

function secretsOf(readings: readonly string[]): readonly Secret[] {
  return [...new Set(readings.flatMap(secretsIn))].map((text) => new Secret(text));
}

/** Also in the middle of a text: a line of INI, a URL. */
function secretsIn(text: string): string[] {
  const found = text.match(/(?<![A-Za-z\d+/])[A-Za-z\d+/]{40}(?![A-Za-z\d+/])/g) ?? [];
  return found.filter(looksLikeSecret);
}
