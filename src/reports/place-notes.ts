// What a place cannot promise, in a line each, for people.

import type { DeliveredTo } from './rotation-report.ts';

type Place = Omit<DeliveredTo, 'version'>;

export function placeNotes(place: Place, isDryRun: boolean): string[] {
  const { kind, not_at_once: notAtOnce } = place;
  const notes = [unconfirmed(place, isDryRun), readLater(place)].flatMap((note) => note ?? []);
  const twice = notAtOnce === null ? [] : [`${kind} ${place.place}: ${notAtOnce}.`];
  return [...notes, ...twice];
}

function unconfirmed({ kind, proof, confirmed }: Place, isDryRun: boolean): string | undefined {
  if (confirmed === 'read-back') return undefined;
  const is = isDryRun ? 'would be' : 'was';
  const told = PROOFS[proof];
  return `${kind}: what was written ${isDryRun ? 'could not' : 'cannot'} be read back; it ${is} confirmed by ${told}.`;
}

const PROOFS = {
  value: 'its value',
  marker: 'a mark that goes with the value',
  timestamp: 'the time of the last write',
  status: 'the answer to the write alone',
} as const satisfies Record<Place['proof'], string>;

function readLater({ kind, settle, settle_minutes: minutes }: Place): string | undefined {
  if (settle !== 'after-minutes' || minutes === null) return undefined;
  return `${kind}: its readers see a new value within ${minutes} minutes, and the old key goes no sooner.`;
}
