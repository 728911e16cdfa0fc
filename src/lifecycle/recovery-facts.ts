// What the table in recover.ts is about: what the journal, IAM, custody and the places say together of a rotation
// that an earlier run left open, and the words in which its rows ask.

import type { PhaseName } from './rotation.ts';

export type OpenPhase = Exclude<PhaseName, 'deactivated' | 'completed' | 'undone' | 'closed'>;

export interface RecoveryFacts {
  readonly phase: OpenPhase;
  /** The key to be replaced; in an undo, the key to go back to. */
  readonly old: 'active' | 'inactive' | 'absent';
  /** Keys of the user that did not exist when the rotation was intended. */
  readonly newcomers: 'none' | 'one' | 'several';
  /**
   * The key in question: the new key, the orphan, or the only newcomer; in an undo, the key that is
   * taken back.
   */
  readonly candidate: 'active' | 'inactive' | 'absent';
  /** Whether the candidate was created when our request was under way. */
  readonly timing: 'fits' | 'differs';
  /**
   * Who holds the candidate's secret: custody (`held`), only a place (`placed`), or nobody
   * (`missing`). `unreadable`: nobody that could be asked, and one could not.
   */
  readonly secret: 'held' | 'placed' | 'missing' | 'unreadable';
  /** Whether AWS knows of any use of the candidate; `unseen`: none yet, and it would not show it yet. */
  readonly use: 'never' | 'unseen' | 'used' | 'unknown';
}

export const beforeCreated = (f: RecoveryFacts) =>
  f.phase === 'intended' || f.phase === 'create-unknown';

export const needsSecret = (f: RecoveryFacts) =>
  f.phase === 'created' || f.phase === 'proved' || f.phase === 'delivered-unproved';

export const needsNoSecret = (f: RecoveryFacts) =>
  f.phase === 'delivered' || f.phase === 'in-grace' || f.phase === 'deactivating';

/** A key that is taken for nobody's. */
export const isCondemned = (f: RecoveryFacts) =>
  f.phase === 'orphan-found' || f.phase === 'discarding';

export const exists = (f: RecoveryFacts) => f.candidate !== 'absent';

export const isUsedForAllWeKnow = (f: RecoveryFacts) => f.use === 'used' || f.use === 'unknown';

/** A key that somebody works with, and the old one out of use: a person has made their choice. */
export const isChosen = (f: RecoveryFacts) =>
  f.use === 'used' && f.candidate === 'active' && f.old !== 'active';
