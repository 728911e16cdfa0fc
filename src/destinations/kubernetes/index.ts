// `--deliver kubernetes=NAMESPACE/SECRET`: two keys, or one, of the data of a Kubernetes Secret.

import type { DestinationKind } from '../kind.ts';
import { type PlaceFacts, placeFor } from '../place.ts';
import { wayByPrefix } from '../way-there.ts';
import { kubernetesListing } from './listing.ts';
import {
  completedSecret,
  jointSecrets,
  KUBERNETES,
  KUBERNETES_SECRETS,
  secretAskedAs,
  secretAt,
  thingsOfSecret,
} from './place.ts';

export const kubernetes: DestinationKind = {
  name: KUBERNETES,
  about: 'keys of that Kubernetes Secret',
  restart:
    'what mounts the Secret as a volume follows within two minutes; restart what has it in environment variables or by subPath (kubectl rollout restart)',
  isOffered: true,
  makesPlaces: true,
  // Volumes follow with the next sync of the pod, variables when it is made anew: a Secret does not tell which.
  settle: 'unknown',
  proof: 'value',
  rule: KUBERNETES_SECRETS,
  fieldStyle: 'ordered',
  // NAMESPACE/SECRET
  way: wayByPrefix('kubernetes', 'context', 2),
  placeFor: (template: string, facts: PlaceFacts) => placeFor(template, facts, KUBERNETES_SECRETS),
  askedAs: ({ place }, user) => secretAskedAs(place, user),
  completed: (named, { place }) => completedSecret(named, place),
  things: thingsOfSecret,
  joint: jointSecrets,
  listing: kubernetesListing,
  async open({ place }, opening) {
    const at = secretAt(place);
    if (at === undefined) return undefined;
    const { kubernetesDestination } = await import('./destination.ts');
    return await kubernetesDestination(at, opening);
  },
};
