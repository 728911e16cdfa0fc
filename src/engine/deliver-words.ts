// The flags with which a command delivers to places that an earlier one delivered to, for hints.

import { askedForm } from '../destinations/forms/forms.ts';
import { deliversCustody, OFFERED_KINDS } from '../destinations/kinds.ts';
import type { AccessKey } from '../lifecycle/keys.ts';
import { lastServed, placesServed } from '../lifecycle/last-served.ts';
import type { JournaledTarget } from '../lifecycle/record.ts';
import type { UserAtHand } from './user-work.ts';

export interface DeliverWords {
  readonly words: readonly string[];
  /** The places among them, each as a list of a configuration has it. */
  readonly places: readonly string[];
  /** Whether each place has the name of its user in it, so that the words fit other users too. */
  readonly isPerUser: boolean;
}

/** Undefined where there is no place, or `--deliver` does not take one of them. */
export function deliverWords(
  places: readonly JournaledTarget[],
  user: string,
  regionAtHand: string,
): DeliverWords | undefined {
  const asked = places.map((target) => {
    const { kind, form } = target;
    const found = OFFERED_KINDS.find(({ name }) => name === kind)?.askedAs?.(target, user);
    const word = form === undefined ? '' : askedForm(form);
    if (found === undefined || word === undefined) return undefined;
    return { ...found, kind: word === '' ? kind : `${kind}:${word}` };
  });
  const known = asked.filter((each) => each !== undefined);
  const [first] = known;
  if (first === undefined || known.length < asked.length) return undefined;
  const region = known.find((each) => each.region !== undefined)?.region;
  const asWords = known.map(({ kind, template }) => `${kind}=${template}`);
  return {
    places: asWords,
    isPerUser: known.every(({ template }) => template.includes('{user}')),
    words: [
      ...asWords.flatMap((place) => ['--deliver', place]),
      ...(region === undefined || region === regionAtHand ? [] : ['--region', region]),
    ],
  };
}

/** The words with which a rotation of the key serves those who read it now; none where it was handed over. */
export function wordsToServe(
  key: AccessKey,
  keys: readonly AccessKey[],
  { user, account, history }: UserAtHand,
): readonly string[] {
  const served = lastServed(key, { keys, history });
  if (served === undefined) return [];
  const places = placesServed(served).filter(({ kind }) => !deliversCustody(kind));
  return deliverWords(places, user, account.gateway.services.region)?.words ?? [];
}
