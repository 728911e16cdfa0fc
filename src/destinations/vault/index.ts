// `--deliver vault=MOUNT/PATH`: two fields, or one, of a secret in a KV engine of Vault or OpenBao.

import type { DestinationKind } from '../kind.ts';
import { wayByOptions } from '../way-there.ts';
import { vaultListing } from './listing.ts';
import {
  completedPlace,
  isSameFields,
  settleOf,
  thingAt,
  VAULT,
  VAULT_SECRETS,
  vaultAskedAs,
  vaultPlace,
  vaultPlaceFor,
  WAY_OPTIONS,
} from './place.ts';

export const vault: DestinationKind = {
  name: VAULT,
  about: 'fields of that secret in a KV engine of Vault or OpenBao',
  restart:
    'restart what read the secret at its start; Vault Agent follows within five minutes, the Vault Secrets Operator after its refreshAfter',
  settle: 'unknown',
  proof: 'value',
  termsAt: ({ place }) => {
    const at = vaultPlace(place);
    const settle = at && settleOf(at);
    return settle === undefined ? {} : { settle };
  },
  isOffered: true,
  makesPlaces: true,
  rule: VAULT_SECRETS,
  fieldStyle: 'named',
  way: wayByOptions(VAULT, WAY_OPTIONS),
  placeFor: vaultPlaceFor,
  askedAs: ({ place }, user) => vaultAskedAs(place, user),
  completed: completedPlace,
  things: ({ place }) => {
    const at = vaultPlace(place);
    return [at === undefined ? place : thingAt(at)];
  },
  // However to sign in: that is no other place.
  joint: (own, begun) => {
    const [here, there] = [vaultPlace(own.place), vaultPlace(begun.place)];
    if (here === undefined || there === undefined) return undefined;
    return thingAt(here) === thingAt(there) && isSameFields(here, there) ? own : undefined;
  },
  listing: vaultListing,
  async open({ place }, opening) {
    const at = vaultPlace(place);
    if (at === undefined) return undefined;
    const { openVaultPlace } = await import('./destination.ts');
    return openVaultPlace(at, opening);
  },
};
