// What to do with a rotation that an earlier run left open (I10). A total table: whatever the
// journal, IAM, custody and the places say together, exactly one row speaks. The test enumerates
// every combination and demands that.
//
// Who holds the secret? Custody is asked first and then every place of the rotation: a key that any
// of them holds is never discarded.
//
// `use` matters only where the secret is missing; `old` where it may be touched, and where a key may
// be deleted: never the user's last Active one.

import type { CloseReason } from './record.ts';
import {
  beforeCreated,
  exists,
  isChosen,
  isCondemned,
  isUsedForAllWeKnow,
  needsNoSecret,
  needsSecret,
  type RecoveryFacts,
} from './recovery-facts.ts';

export type RecoveryDecision =
  /** Go on with the next step. */
  | { readonly kind: 'resume' }
  /** The candidate is our new key: its secret is safe. */
  | { readonly kind: 'adopt' }
  /** The same, after the secret was fetched into custody from the place that has it. */
  | { readonly kind: 'refill' }
  /** The candidate comes from a lost answer: journal that verdict, delete it in its own step. */
  | { readonly kind: 'declare-orphan' }
  /** Nobody can use the candidate: journal that it is to be deleted, then delete it. */
  | { readonly kind: 'discard'; readonly reason: string }
  /** The old key is Inactive already: journal the end of the rotation. */
  | { readonly kind: 'finish' }
  | { readonly kind: 'close'; readonly reason: CloseReason }
  /** Whether anybody uses the candidate shows only later: nothing is touched until then. */
  | { readonly kind: 'wait'; readonly question: string }
  | { readonly kind: 'ask-operator'; readonly question: string };

interface Row {
  readonly name: string;
  readonly when: (facts: RecoveryFacts) => boolean;
  readonly decision: RecoveryDecision;
}

function ask(question: string): RecoveryDecision {
  return { kind: 'ask-operator', question };
}

function wait(question: string): RecoveryDecision {
  return { kind: 'wait', question };
}

export const RECOVERY_TABLE: readonly Row[] = [
  // The run died, or lost the answer, around CreateAccessKey.
  {
    // It died before the request was sent, or AWS never got it.
    name: 'no key was made',
    when: (f) =>
      beforeCreated(f) && (f.newcomers === 'none' || (f.newcomers === 'one' && !exists(f))),
    decision: { kind: 'close', reason: 'no-key-was-made' },
  },
  {
    // It died between writing the hand-off and journaling `created`: the secret is safe (I3).
    name: 'key made and secret stored',
    when: (f) => beforeCreated(f) && f.newcomers === 'one' && exists(f) && f.secret === 'held',
    decision: { kind: 'adopt' },
  },
  {
    // The journal is older than the delivery: it was restored, or lost its end.
    name: 'key made, and a place holds its secret',
    when: (f) => beforeCreated(f) && f.newcomers === 'one' && exists(f) && f.secret === 'placed',
    decision: { kind: 'refill' },
  },
  {
    name: 'key made, and nobody can tell who holds its secret',
    when: (f) =>
      beforeCreated(f) && f.newcomers === 'one' && exists(f) && f.secret === 'unreadable',
    decision: ask('a place that may hold the secret of the new key cannot be read'),
  },
  {
    // The same, and AWS would not show a use of it yet: a person who saw the run die may have made it.
    name: 'key made and secret lost, a moment ago',
    when: (f) =>
      beforeCreated(f) &&
      f.newcomers === 'one' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.timing === 'fits' &&
      f.use === 'unseen' &&
      f.old === 'active',
    decision: wait('a key appeared while an earlier run was creating one'),
  },
  {
    // The answer with the secret was lost. The key appeared while our request was under way and
    // has never signed anything. The old key still works, so nobody has come to rely on this one.
    name: 'key made and secret lost',
    when: (f) =>
      beforeCreated(f) &&
      f.newcomers === 'one' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.timing === 'fits' &&
      f.use === 'never' &&
      f.old === 'active',
    decision: { kind: 'declare-orphan' },
  },
  {
    // Somebody else may have made it: it is in use, its use cannot be read, its time is off, or
    // the old key was put out of use meanwhile.
    name: 'a key that may be somebody else’s',
    when: (f) =>
      beforeCreated(f) &&
      f.newcomers === 'one' &&
      exists(f) &&
      f.secret === 'missing' &&
      (f.timing === 'differs' || isUsedForAllWeKnow(f) || f.old !== 'active') &&
      !isChosen(f),
    decision: ask('a key appeared while an earlier run was creating one, and it may be in use'),
  },
  {
    // As the question about it asked for. Nothing is left to be done, and nothing is ever done to it.
    name: 'a key of somebody else took over',
    when: (f) =>
      ((beforeCreated(f) && f.newcomers === 'one') || f.phase === 'orphan-found') &&
      f.secret === 'missing' &&
      isChosen(f),
    decision: { kind: 'close', reason: 'no-key-was-made' },
  },
  {
    name: 'several keys appeared',
    when: (f) => beforeCreated(f) && f.newcomers === 'several',
    decision: ask('several keys appeared while an earlier run was creating one'),
  },

  // A verdict is on record: the key came from a lost answer.
  {
    name: 'orphan already gone',
    when: (f) => f.phase === 'orphan-found' && !exists(f),
    decision: { kind: 'close', reason: 'no-key-was-made' },
  },
  {
    name: 'orphan still unused',
    when: (f) =>
      f.phase === 'orphan-found' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.use === 'never' &&
      f.old === 'active',
    decision: { kind: 'discard', reason: 'the answer that carried its secret was lost' },
  },
  {
    // The run that lost the answer gave the verdict, and the next one came at once.
    name: 'orphan of a moment ago',
    when: (f) =>
      f.phase === 'orphan-found' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.use === 'unseen' &&
      f.old === 'active',
    decision: wait('a key whose secret was lost is to be deleted'),
  },
  {
    // Then it was no orphan: somebody holds its secret. Or it is the user's last working key.
    name: 'orphan in use, or nobody can tell',
    when: (f) =>
      f.phase === 'orphan-found' &&
      exists(f) &&
      f.secret === 'missing' &&
      (isUsedForAllWeKnow(f) || f.old !== 'active') &&
      !isChosen(f),
    decision: ask('a key that was taken for an orphan may be in use'),
  },

  // A key that was taken for nobody's, or is to be deleted, and somebody has its secret after all.
  {
    name: 'condemned key, and custody holds its secret',
    when: (f) => isCondemned(f) && exists(f) && f.secret === 'held',
    decision: { kind: 'adopt' },
  },
  {
    name: 'condemned key, and a place holds its secret',
    when: (f) => isCondemned(f) && exists(f) && f.secret === 'placed',
    decision: { kind: 'refill' },
  },
  {
    name: 'condemned key, and a place cannot be read',
    when: (f) => isCondemned(f) && exists(f) && f.secret === 'unreadable',
    decision: ask('a key was to be deleted, and a place that may hold its secret cannot be read'),
  },

  // The new key exists and is not yet delivered and verified: its secret is still needed.
  {
    // Deleted by hand meanwhile. The old key was not touched.
    name: 'new key gone before cut-over',
    when: (f) => needsSecret(f) && !exists(f),
    decision: { kind: 'close', reason: 'new-key-gone' },
  },
  {
    name: 'new key made Inactive by hand',
    when: (f) => (needsSecret(f) || needsNoSecret(f)) && f.candidate === 'inactive',
    decision: ask('the new key was made Inactive by somebody'),
  },
  {
    name: 'secret safe, go on',
    when: (f) => needsSecret(f) && f.candidate === 'active' && f.secret === 'held',
    decision: { kind: 'resume' },
  },
  {
    // Somebody removed the hand-off file, or lost the state, and a place has the secret still.
    name: 'secret in a place, go on',
    when: (f) => needsSecret(f) && f.candidate === 'active' && f.secret === 'placed',
    decision: { kind: 'refill' },
  },
  {
    name: 'nobody can tell who holds the secret',
    when: (f) => needsSecret(f) && f.candidate === 'active' && f.secret === 'unreadable',
    decision: ask('the secret of the new key is gone, and a place cannot be read'),
  },
  {
    // The hand-off file is gone and nobody ever used the key: nobody can.
    name: 'secret lost, key unused, old key works',
    when: (f) =>
      needsSecret(f) &&
      f.candidate === 'active' &&
      f.secret === 'missing' &&
      f.use === 'never' &&
      f.old === 'active',
    decision: { kind: 'discard', reason: 'its secret is not in custody any more' },
  },
  {
    // Somebody may have taken the file moments ago, to use the key.
    name: 'secret lost a moment ago',
    when: (f) =>
      needsSecret(f) &&
      f.candidate === 'active' &&
      f.secret === 'missing' &&
      f.use === 'unseen' &&
      f.old === 'active',
    decision: wait('the secret of the new key is gone'),
  },
  {
    // Somebody took the file and uses the key, or the old key is no way back.
    name: 'secret gone, but the key may be in use',
    when: (f) =>
      needsSecret(f) &&
      f.candidate === 'active' &&
      f.secret === 'missing' &&
      (isUsedForAllWeKnow(f) || f.old !== 'active'),
    decision: ask('the secret of the new key is gone, and the key may be in use'),
  },

  // Delivered and verified; only the old key's deactivation is left.
  {
    name: 'new key gone after it was verified, old key works',
    when: (f) => needsNoSecret(f) && !exists(f) && f.old === 'active',
    decision: { kind: 'close', reason: 'new-key-gone' },
  },
  {
    name: 'new key gone after it was verified, old key does not work',
    when: (f) => needsNoSecret(f) && !exists(f) && f.old === 'inactive',
    decision: ask('the new key is gone and the old key is not Active: the user has no working key'),
  },
  {
    // Both deleted by hand, or the user was deleted and made anew: nothing of ours is left, and no
    // answer of a person could bring it back. Only a key that exists can stand for the one that is gone.
    name: 'both keys gone',
    when: (f) => (needsNoSecret(f) || f.phase === 'undoing') && !exists(f) && f.old === 'absent',
    decision: { kind: 'close', reason: 'new-key-gone' },
  },
  {
    // It died before or in the middle of UpdateAccessKey; the destinations are read again (I13).
    name: 'cut-over still to do',
    when: (f) =>
      needsNoSecret(f) &&
      f.candidate === 'active' &&
      f.old === 'active' &&
      (f.secret === 'held' || f.secret === 'placed' || f.use === 'used'),
    decision: { kind: 'resume' },
  },
  {
    name: 'cut-over to do, but nobody seems to hold the new secret',
    when: (f) =>
      needsNoSecret(f) &&
      f.candidate === 'active' &&
      f.old === 'active' &&
      (f.secret === 'missing' || f.secret === 'unreadable') &&
      f.use !== 'used',
    decision: ask('the secret of the new key is gone and no use of the key is known'),
  },
  {
    // It died between UpdateAccessKey and its record.
    name: 'cut-over done, record missing',
    when: (f) => needsNoSecret(f) && f.candidate === 'active' && f.old === 'inactive',
    decision: { kind: 'finish' },
  },
  {
    name: 'old key deleted by hand',
    when: (f) => needsNoSecret(f) && f.candidate === 'active' && f.old === 'absent',
    decision: { kind: 'close', reason: 'old-key-gone' },
  },

  // The decision to delete the new key is on record.
  {
    name: 'unwanted key gone',
    when: (f) => f.phase === 'discarding' && !exists(f),
    decision: { kind: 'close', reason: 'discarded' },
  },
  {
    name: 'unwanted key still there',
    when: (f) =>
      f.phase === 'discarding' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.old === 'active' &&
      !isUsedForAllWeKnow(f),
    decision: { kind: 'resume' },
  },
  {
    // The verdict may be months old. Whoever uses the key holds its secret (I11).
    name: 'unwanted key in use, or nobody can tell',
    when: (f) =>
      f.phase === 'discarding' &&
      exists(f) &&
      f.secret === 'missing' &&
      f.old === 'active' &&
      isUsedForAllWeKnow(f),
    decision: ask('a key was to be deleted, but it may be in use'),
  },
  {
    name: 'unwanted key still there, but the old key does not work',
    when: (f) =>
      f.phase === 'discarding' && exists(f) && f.secret === 'missing' && f.old !== 'active',
    decision: ask('a key was to be deleted, but the old key does not work any more'),
  },

  // An undo was begun: the old key is made Active, delivered again, and the other one goes last.
  {
    // It died anywhere on that way; each step can be repeated.
    name: 'undo to be finished',
    when: (f) => f.phase === 'undoing' && f.old !== 'absent',
    decision: { kind: 'resume' },
  },
  {
    // Deleted by hand meanwhile, so there is no way back and nothing left to undo.
    name: 'undo to a key that is gone',
    when: (f) => f.phase === 'undoing' && f.old === 'absent' && f.candidate === 'active',
    decision: { kind: 'close', reason: 'old-key-gone' },
  },
  {
    name: 'undo to a key that is gone, and the other is Inactive',
    when: (f) => f.phase === 'undoing' && f.old === 'absent' && f.candidate === 'inactive',
    decision: ask('the key to go back to is gone and the other is not Active: no key works'),
  },
];

/** The one row that speaks for these facts. */
export function decideRecovery(facts: RecoveryFacts): RecoveryDecision {
  const rows = RECOVERY_TABLE.filter((row) => row.when(facts));
  const [row] = rows;
  if (row === undefined || rows.length > 1) {
    // The table's test rules this out; asking is the only safe answer all the same.
    return ask(`no single rule covers this state (${rows.map((r) => r.name).join(', ')})`);
  }
  return row.decision;
}

const USES = ['never', 'unseen', 'used', 'unknown'] as const;

/** Whether the decision depends on the last use of the candidate, which costs a call to learn. */
export function dependsOnUse(facts: Omit<RecoveryFacts, 'use'>): boolean {
  const decisions = USES.map((use) => JSON.stringify(decideRecovery({ ...facts, use })));
  return new Set(decisions).size > 1;
}

/** Whether it depends on what the places hold, custody holding nothing; that costs calls too. */
export function dependsOnPlaces(facts: Omit<RecoveryFacts, 'use' | 'secret'>): boolean {
  return USES.some((use) => {
    const decisions = (['placed', 'missing', 'unreadable'] as const).map((secret) =>
      JSON.stringify(decideRecovery({ ...facts, secret, use })),
    );
    return new Set(decisions).size > 1;
  });
}
