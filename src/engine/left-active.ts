// Why an undo leaves the key Active that it takes back: making it Inactive would be an outage for
// whoever works with it, so what is not known to be unused stays, and the person decides.

import type { TakenBackVerdict } from '../lifecycle/retirement.ts';

export type LeftActive =
  | Exclude<TakenBackVerdict, { readonly kind: 'unused' }>
  /** A place has it still, and could not be put back, or was written again meanwhile. */
  | { readonly kind: 'held'; readonly where: string }
  /** A request of an earlier run to make the other key Inactive may land yet: this one is what remains. */
  | { readonly kind: 'request-may-land'; readonly notBefore: Date };

/** Why a key was left Active, in words. */
export function reasonOfLeftActive(left: LeftActive): string {
  switch (left.kind) {
    case 'not-shown-yet':
      return 'its readers may have it, and AWS would not show a use of it yet';
    case 'used':
      return `it was used at ${left.at.toISOString()}`;
    case 'use-unknown':
      return 'its last use cannot be read';
    case 'held':
      return `${left.where} holds it`;
    case 'request-may-land':
      return 'an earlier request to make the old key Inactive may still land, and this one would be left then';
  }
}
