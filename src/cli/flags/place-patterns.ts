// Words that say which places are looked into: `ssm=/app/*`, `vault=secret`, or a kind alone.

import type { PlacePattern } from '../../app/map/read-places.ts';
import { closest } from '../../base/closest.ts';
import { KeyturnError } from '../../base/errors.ts';
import { KINDS, kindNamed } from '../../destinations/kinds.ts';
import { quotedPlace } from '../../destinations/place.ts';

/** The kinds whose places can be looked into. */
export const LISTED_KINDS = KINDS.filter(({ listing }) => listing !== undefined);

/** Those that are read when no word is given. Throws `bad-value`. */
export function placePatterns(words: readonly string[]): readonly PlacePattern[] {
  if (words.length > 0) return words.map(placePattern);
  return LISTED_KINDS.filter(({ listing }) => listing?.isUsual === true).map(({ name }) => ({
    kind: name,
    scope: '',
  }));
}

function placePattern(word: string): PlacePattern {
  const at = word.indexOf('=');
  const kind = at < 0 ? word : word.slice(0, at);
  const scope = at < 0 ? '' : word.slice(at + 1);
  const listing = kindNamed(kind)?.listing;
  if (listing === undefined) throw unknownKind(kind);
  const shown = `${kind}=${listing.example}`;
  if (scope === '' && listing.needsScope === true) {
    throw new KeyturnError('bad-value', `${kind} does not say where to look`, {
      hint: `${kind}= takes ${listing.takes}, such as ${shown}`,
    });
  }
  const fault = listing.faultIn(scope);
  if (fault === undefined) return { kind, scope };
  throw new KeyturnError(
    'bad-value',
    `${quotedPlace(word)} says no places to look into: ${fault}`,
    {
      hint: `${kind}= takes ${listing.takes}, such as ${shown}`,
    },
  );
}

function unknownKind(kind: string): KeyturnError {
  const names = LISTED_KINDS.map(({ name }) => name);
  const isKind = kindNamed(kind) !== undefined;
  const what = isKind
    ? `places of the kind ${kind} show nobody what they hold`
    : `${quotedPlace(kind)} is no kind of place`;
  const near = isKind ? undefined : closest(kind, names);
  const meant = near === undefined ? '' : `did you mean ${near}? `;
  return new KeyturnError('bad-value', what, {
    hint: `${meant}the kinds that can be looked into are ${names.join(', ')}`,
  });
}
