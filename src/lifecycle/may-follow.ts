// The order of the records of a rotation.

import type { RotationStep } from './record.ts';
import type { PhaseName } from './rotation.ts';

/** Once the places have the key: what was found there, and what was done about it. */
const AT_PLACES = ['placed', 'place-found'] as const;

/** Once the places have the key: what tells their readers, and what was said of the end of the old one. */
const HOOKS = ['hook-begun', 'hook-ended', 'told', 'vetoed'] as const;

/** Which records may follow in which phase. Whatever is not listed is a damaged journal. */
export const MAY_FOLLOW: Record<PhaseName, ReadonlySet<RotationStep['type']>> = {
  intended: new Set([
    'create-refused',
    'create-unknown',
    'orphan-found',
    'orphan-named',
    'created',
    'adopted',
    'discarding',
    'closed',
  ]),
  'create-unknown': new Set(['orphan-found', 'orphan-named', 'adopted', 'closed']),
  'orphan-found': new Set(['orphan-named', 'adopted', 'discarding', 'closed']),
  created: new Set(['proved', 'delivered', 'orphan-named', 'discarding', 'undoing', 'closed']),
  proved: new Set(['placed', 'delivered', 'orphan-named', 'discarding', 'undoing', 'closed']),
  'delivered-unproved': new Set(['verified', 'orphan-named', 'discarding', 'undoing', 'closed']),
  delivered: new Set([
    ...AT_PLACES,
    ...HOOKS,
    'in-grace',
    'deactivating',
    'deactivated',
    'completed',
    'undoing',
    'closed',
  ]),
  'in-grace': new Set([
    ...AT_PLACES,
    ...HOOKS,
    'deadline-announced',
    'deadline-withdrawn',
    'deactivating',
    'deactivated',
    'undoing',
    'closed',
  ]),
  // A resumed cut-over states its intent again, or finds that the old key has come into use; or a person
  // takes their word back.
  deactivating: new Set([
    ...AT_PLACES,
    ...HOOKS,
    'deactivating',
    'deactivated',
    'in-grace',
    'undoing',
    'closed',
  ]),
  discarding: new Set(['orphan-named', 'discarded', 'adopted', 'closed']),
  deactivated: new Set([...AT_PLACES, 'watched', 'undoing']),
  completed: new Set([...AT_PLACES, 'undoing']),
  undoing: new Set(['undone', 'undo-given-up', 'closed']),
  undone: new Set(['place-found', 'undoing']),
  // I13: the key of a request that was taken for lost appeared after all. See mayReopen.
  closed: new Set(['orphan-found']),
};
