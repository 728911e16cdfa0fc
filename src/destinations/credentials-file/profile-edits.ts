// The edits of a rotation in a credentials file, and their rehearsals: what would fail must fail
// before a key is made or touched.

import type { Document } from '../../credentials-file/document.ts';
import { applyEdit, type EditRequest } from '../../credentials-file/save.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { UndonePair } from '../destination.ts';
import { STAND_IN } from '../look.ts';
import { putInPlace, type SharedProfiles, swapPairs } from './pairs.ts';
import { type ProfilePlace, previousProfileOf } from './place.ts';

export function deliveryEdit(
  shared: SharedProfiles,
  key: Pick<IssuedKey, 'keyId' | 'secret'>,
): EditRequest {
  return {
    profiles: profilesOfEdit(shared),
    edit: (document) => putInPlace(document, shared, key),
  };
}

export interface SwapEdit {
  readonly request: EditRequest;
  /** Once the edit was applied: whether both pairs were there. */
  readonly isPossible: () => boolean;
}

export function swapEdit(shared: SharedProfiles, undo: UndonePair): SwapEdit {
  let isPossible = true;
  const edit = (document: Document): Document => {
    const swapped = swapPairs(document, shared, undo);
    isPossible = swapped !== undefined;
    return swapped ?? document;
  };
  return { request: { profiles: profilesOfEdit(shared), edit }, isPossible: () => isPossible };
}

/** Everything that a rotation may change. */
export function profilesOfEdit({ profile, alsoProfiles }: SharedProfiles): string[] {
  return [profile, previousProfileOf(profile), ...alsoProfiles];
}

/**
 * Whether a delivery could be written into the file as it is. Call it before a key is created: a file
 * that only then turns out to be odd would leave the rotation half done. Throws
 * `file-not-understood` with the line.
 */
export function rehearseDelivery(place: ProfilePlace, bytes: Buffer): void {
  applyEdit(place.path, bytes, deliveryEdit(place, STAND_IN));
}

/**
 * Whether the pairs could be swapped in the file as it is. Call it before a key is touched. Throws
 * `file-not-understood` with the line; returns whether both pairs are there.
 */
export function rehearseSwap(place: ProfilePlace, undo: UndonePair, bytes: Buffer): boolean {
  const swap = swapEdit(place, undo);
  applyEdit(place.path, bytes, swap.request);
  return swap.isPossible();
}
