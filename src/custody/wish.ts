// How the secrets of new keys are to be kept, as whoever starts a run says it.

import type { Secret } from '../base/secret.ts';
import type { BoxKind } from './box.ts';

/** What `--custody` says; `plain` is a file that only its owner reads, in a directory alone. */
export type CustodyKind =
  | { readonly kind: 'plain' | 'kms' }
  | { readonly kind: 'age'; readonly recipients: readonly string[] }
  | { readonly kind: 'secrets-manager'; readonly prefix: string };

export interface CustodyWish {
  /** The usual one of the store when undefined. */
  readonly custody?: CustodyKind | undefined;
  /** The KMS key that seals, or of the secrets that are made: its ID, ARN or alias. */
  readonly kmsKey?: string | undefined;
  /** Of the secrets that are made. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Opens what is sealed to age recipients. */
  readonly identity?: (() => Promise<Secret>) | undefined;
  readonly identitySaid?: IdentitySaid | undefined;
  /** The command with which a run goes on that can open what this one cannot, as far as it is known. */
  readonly goesOnBy?: string | undefined;
}

export interface IdentitySaid {
  /** What names it, as `--custody-identity`. */
  readonly by: string;
  /** Whether it can be had without starting a program: then it is looked at before anything else. */
  readonly isAtHand: boolean;
}

const SECRETS = 'secrets-manager=';

/** Undefined for a text that names none. */
export function readCustody(text: string): CustodyKind | undefined {
  if (text === 'plain' || text === 'kms') return { kind: text };
  if (text.startsWith('age:')) {
    const recipients = text.slice('age:'.length).split(',');
    const isWhole = recipients.every((each) => /^age1[02-9ac-hj-np-z]{20,4000}$/.test(each));
    return isWhole ? { kind: 'age', recipients } : undefined;
  }
  const prefix = text.startsWith(SECRETS) ? text.slice(SECRETS.length) : '';
  // AWS takes names of 512 characters; an account and a key are added.
  const isPrefix = /^[\w+=.@-]+(?:\/[\w+=.@-]+)*$/.test(prefix) && prefix.length <= 400;
  return isPrefix ? { kind: 'secrets-manager', prefix } : undefined;
}

/** As it is written. */
export function custodyText(custody: CustodyKind): string {
  switch (custody.kind) {
    case 'age':
      return `age:${custody.recipients.join(',')}`;
    case 'secrets-manager':
      return `${SECRETS}${custody.prefix}`;
    default:
      return custody.kind;
  }
}

export const CUSTODY_TAKES = 'kms, age:RECIPIENT[,RECIPIENT], secrets-manager=PREFIX, or plain';

/** Whether the store has the text itself, hidden or not. */
export function isBoxKind(kind: CustodyKind['kind']): kind is BoxKind {
  return kind !== 'plain';
}
