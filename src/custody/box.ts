// How the secret of a new key is kept outside this process: never in clear. The state of each secret (held,
// removed, condemned) is in its store; here is what stands there in the place of the text.

import type { Secret } from '../base/secret.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';

/** The kinds of custody that hide a secret. In a directory one may lie in a file that only its owner reads. */
export const BOX_KINDS = ['kms', 'age', 'secrets-manager'] as const;

export type BoxKind = (typeof BOX_KINDS)[number];

/** What is kept in the store of a secret. */
export type Sealed =
  | {
      readonly by: 'kms';
      readonly ct: Uint8Array;
      readonly iv: Uint8Array;
      /** The data key, wrapped. */
      readonly dk: Uint8Array;
    }
  | { readonly by: 'age'; readonly ct: Uint8Array }
  /** The text is elsewhere: this says where. */
  | { readonly by: 'secrets-manager'; readonly ref: string };

export type SealedBy<Kind extends BoxKind> = Extract<Sealed, { readonly by: Kind }>;

export type BoxedKey = Omit<IssuedKey, 'secret' | 'createdAt'>;

/** Seals and opens secrets; whatever it throws has none in it (I8). */
export interface BoxOf<Kind extends BoxKind> {
  readonly kind: Kind;
  /** As in `KMS key alias/keyturn`. */
  readonly by: string;
  /** Has what sealing needs before a secret exists: a key that nobody hands out costs no secret. */
  prepare(about: Omit<BoxedKey, 'keyId'>): Promise<void>;
  seal(key: BoxedKey, secret: Secret): Promise<SealedBy<Kind>>;
  /** Throws `secret-sealed` where this run cannot open it, and somebody else can. */
  open(key: BoxedKey, sealed: SealedBy<Kind>): Promise<Secret>;
  /** Proves before the first change in AWS, by reads alone, that what is sealed can be opened again. */
  prove(): Promise<void>;
  /** Where texts are that the store only points to. Left out where the store has all. */
  readonly elsewhere?: Elsewhere;
}

export type Box = { readonly [Kind in BoxKind]: BoxOf<Kind> }[BoxKind];

/** Texts beside the store. Asking again is harmless. */
export interface Elsewhere {
  refOf(account: string, keyId: IssuedKey['keyId']): string;
  /** One that was put there before the store knew of it; undefined when there is none. */
  find(account: string, keyId: IssuedKey['keyId']): Promise<FoundText | undefined>;
  /** Deletes it for good; one that is gone is fine. */
  drop(ref: string): Promise<void>;
}

export interface FoundText {
  readonly key: IssuedKey;
  readonly sealed: Sealed;
}

/**
 * What binds a secret to its key where that cannot be told apart from it: in an array, so that no two
 * sequences of fields give one text.
 */
export function bindingOf(place: string, { account, user, keyId, rotation }: BoxedKey): string {
  return JSON.stringify(['keyturn/custody/1', place, account, user, keyId, rotation]);
}
