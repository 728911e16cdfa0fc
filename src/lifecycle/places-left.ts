// Where a key is read that is to be replaced, as far as the journal knows, and which of these places the run would
// not serve (I14).

import type { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
import { type KnownPlace, knownPlaces } from './known-places.ts';
import { lastServed, neverDelivered, servedUnderFormerName } from './last-served.ts';
import { type Asking, askFormer, askLeft } from './questions.ts';
import type { JournaledTarget } from './record.ts';

interface Known {
  readonly keys: readonly AccessKey[];
  readonly history: UserHistory;
}

export function* placesLeftBy(oldKey: AccessKey, known: Known): Asking<readonly JournaledTarget[]> {
  // The key knows nothing of names: what was delivered before its user was renamed has its readers still.
  const isOwn = known.history.rotationThatMade(oldKey.id) !== undefined;
  const former = isOwn ? undefined : yield* askFormer(oldKey.id);
  const formerly = former && servedUnderFormerName(oldKey, former);
  const served = formerly ?? lastServed(oldKey, known);
  const begun = [known.history, former].flatMap((history) =>
    history === undefined ? [] : neverDelivered(oldKey, { history }),
  );
  const asked = served === undefined ? begun : [served, ...begun];
  const places: JournaledTarget[] = [];
  const add = (found: readonly JournaledTarget[]) => {
    const isNew = ({ kind, place }: JournaledTarget) =>
      !places.some((each) => each.kind === kind && each.place === place);
    places.push(...found.filter(isNew));
  };
  for (const rotation of asked) add(yield* askLeft(oldKey.id, rotation));
  // Somebody may have put the key by hand where an earlier rotation had brought another one.
  for (const { rotation, target } of [known.history, former].flatMap(placesIn)) {
    if (!asked.includes(rotation)) add(yield* askLeft(oldKey.id, rotation, target));
  }
  return places;
}

function placesIn(history: UserHistory | undefined): readonly KnownPlace[] {
  return history === undefined ? [] : knownPlaces(history);
}
