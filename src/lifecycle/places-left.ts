// Where a key is read that is to be replaced, as far as the journal knows, and which of these places the run would
// not serve (I14).

import type { UserHistory } from './history.ts';
import type { AccessKey } from './keys.ts';
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
  const places: JournaledTarget[] = [];
  for (const rotation of served === undefined ? begun : [served, ...begun]) {
    const own = (each: JournaledTarget) => `${each.kind} ${each.place}`;
    const found = new Set(places.map(own));
    places.push(...(yield* askLeft(oldKey.id, rotation)).filter((each) => !found.has(own(each))));
  }
  return places;
}
