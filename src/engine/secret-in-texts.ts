// Whether what the readers of a place read has the secret of a key, in whatever form. A reader may keep a pair
// under names of its own, and a delivery may have come half-way: so every text that looks like a secret is
// held against the key by AWS itself.

import type { KeyVerifier } from '../aws/gateway.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { Secret } from '../base/secret.ts';
import { readingsOf } from '../destinations/readings.ts';
import { looksLikeSecret } from '../destinations/stray-fields.ts';

/** More than that is no pair for a reader, and each costs a call. */
const CANDIDATES_MAX = 8;

export type FoundInTexts =
  | { readonly kind: 'found'; readonly secret: Secret }
  /** The texts name the key, and no secret in them is its own: nobody but its reader can tell. */
  | { readonly kind: 'named' }
  | { readonly kind: 'nothing' }
  /** AWS did not say. */
  | { readonly kind: 'unclear'; readonly reason: string };

export async function findSecret(
  keyId: AccessKeyId,
  texts: readonly Secret[],
  verifier: KeyVerifier,
): Promise<FoundInTexts> {
  const readings = texts.flatMap((text) => [...readingsOf(text.reveal())]);
  const candidates = new Set(readings.flatMap(secretsIn));
  for (const candidate of [...candidates].slice(0, CANDIDATES_MAX)) {
    const secret = new Secret(candidate);
    const answer = await verifier.whoSigns({ id: keyId, secret, createdAt: new Date(0) });
    if (answer.kind === 'accepted') return { kind: 'found', secret };
    if (answer.kind === 'unclear' && answer.isWrongSecret !== true) {
      return { kind: 'unclear', reason: answer.reason };
    }
  }
  return { kind: readings.some((text) => text.includes(keyId)) ? 'named' : 'nothing' };
}

/** Also in the middle of a text: a line of INI, a URL. */
function secretsIn(text: string): string[] {
  const found = text.match(/(?<![A-Za-z\d+/])[A-Za-z\d+/]{40}(?![A-Za-z\d+/])/g) ?? [];
  return found.filter(looksLikeSecret);
}
