// The kinds of store that there are. Adding one is a folder and a line here. A kind loads its store
// only when it is opened.

import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { newId } from '../base/new-id.ts';
import { files } from './files/index.ts';
import type { StateStore } from './state-store.ts';

export interface StoreKind {
  /** How its places look, for people. */
  readonly takes: string;
  readonly isPlace: (place: string) => boolean;
  readonly open: (place: string, opening: StoreOpening) => Promise<StateStore>;
}

export interface StoreOpening {
  readonly clock: Clock;
  /** Names this process in everything that it records: a random ID. */
  readonly run: string;
}

const KINDS: readonly StoreKind[] = [files];

/** Opens the store at a place, for one run. Throws `bad-value` for a place that no kind takes. */
export async function openStateStore(place: string, clock: Clock): Promise<StateStore> {
  const kind = KINDS.find(({ isPlace }) => isPlace(place));
  if (kind !== undefined) return await kind.open(place, { clock, run: newId() });
  throw new KeyturnError('bad-value', `${JSON.stringify(place)} is no place for state`, {
    hint: `it takes ${KINDS.map(({ takes }) => takes).join(', or ')}`,
  });
}
