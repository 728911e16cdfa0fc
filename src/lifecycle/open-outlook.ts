// How far an open rotation has come, whom it waits for and what comes next: for pages that ask nobody.

import type { UserHistory } from './history.ts';
import { hooksInDoubt } from './hooks.ts';
import type { RotationStep } from './record.ts';
import type { PhaseName, Rotation } from './rotation.ts';

export const STAGES = [
  'begun',
  'made',
  'proved',
  'delivered',
  'in-grace',
  'retiring',
  'undoing',
] as const;

export type StageName = (typeof STAGES)[number];

export interface Stage {
  readonly stage: StageName;
  readonly at: Date;
}

/** The record with which each stage is reached first. */
const REACHED: Readonly<Partial<Record<RotationStep['type'], StageName>>> = {
  intended: 'begun',
  found: 'begun',
  created: 'made',
  adopted: 'made',
  proved: 'proved',
  verified: 'proved',
  delivered: 'delivered',
  'in-grace': 'in-grace',
  deactivating: 'retiring',
  undoing: 'undoing',
};

/** The stages that the rotation has reached, each with its first time, the earliest first. */
export function stagesOf(rotation: Rotation, history: UserHistory): readonly Stage[] {
  const reached = new Map<StageName, Date>();
  for (const { step, at } of history.recordsOf(rotation.id)) {
    const stage = REACHED[step.type as RotationStep['type']];
    if (stage !== undefined && !reached.has(stage)) reached.set(stage, at);
  }
  return [...reached].map(([stage, at]) => ({ stage, at })).toSorted((a, b) => +a.at - +b.at);
}

/** `run`: the next run goes on. `time`: nothing can be done before its time. */
export type WaitsFor = 'run' | 'time' | 'hook' | 'operator';

export interface Outlook {
  readonly waitsFor: WaitsFor;
  /** What comes next, in words. */
  readonly next: string;
}

export function outlookOf(rotation: Rotation, notBefore: Date | undefined): Outlook {
  const [doubt] = hooksInDoubt(rotation);
  if (doubt !== undefined) {
    return { waitsFor: 'operator', next: `a person says whether this was done: ${doubt.label}` };
  }
  const veto = rotation.hooks?.veto;
  if (veto !== undefined) {
    return { waitsFor: 'hook', next: `each run asks again; a hook said no: ${veto}` };
  }
  const waitsFor = notBefore === undefined ? 'run' : 'time';
  return { waitsFor, next: NEXT[rotation.phase](waitsFor === 'time') };
}

type Next = (hasToWait: boolean) => string;

/** A run is meant where nobody else is named. */
const NEXT: Readonly<Record<PhaseName, Next>> = {
  intended: () => 'asks AWS whether a key was made, and goes on or begins anew',
  'create-unknown': () => 'looks for the key whose answer was lost',
  'orphan-found': (hasToWait) =>
    hasToWait
      ? 'deletes the key that nobody holds, once AWS would have shown a use of it'
      : 'deletes the key that nobody holds, if AWS shows no use of it',
  created: () => 'proves the new key, and delivers it',
  proved: () => 'delivers the new key',
  'delivered-unproved': () => 'proves the new key',
  delivered: () => 'looks whether anything still uses the old key',
  'in-grace': (hasToWait) =>
    hasToWait
      ? 'makes the old key Inactive, if nothing uses it until then'
      : 'makes the old key Inactive, if nothing uses it',
  deactivating: () => 'makes the old key Inactive, if nothing uses it',
  discarding: () => 'deletes the new key, which nobody can use',
  undoing: () => 'goes on with the undo',
  deactivated: () => 'nothing',
  completed: () => 'nothing',
  undone: () => 'nothing',
  closed: () => 'nothing',
};
