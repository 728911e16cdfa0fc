import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decideRecovery, dependsOnUse, RECOVERY_TABLE } from './recover.ts';
import type { OpenPhase, RecoveryFacts } from './recovery-facts.ts';

const PHASES: OpenPhase[] = [
  'intended',
  'create-unknown',
  'orphan-found',
  'created',
  'proved',
  'delivered-unproved',
  'delivered',
  'deactivating',
  'discarding',
  'undoing',
];

function* everyCombination(): Generator<RecoveryFacts> {
  for (const phase of PHASES)
    for (const old of ['active', 'inactive', 'absent'] as const)
      for (const newcomers of ['none', 'one', 'several'] as const)
        for (const candidate of ['active', 'inactive', 'absent'] as const)
          for (const timing of ['fits', 'differs'] as const)
            for (const secret of ['held', 'placed', 'missing', 'unreadable'] as const)
              for (const use of ['never', 'unseen', 'used', 'unknown'] as const)
                yield { phase, old, newcomers, candidate, timing, secret, use };
}

const facts = (over: Partial<RecoveryFacts>): RecoveryFacts => ({
  phase: 'created',
  old: 'active',
  newcomers: 'one',
  candidate: 'active',
  timing: 'fits',
  secret: 'held',
  use: 'never',
  ...over,
});

describe('recovery table', () => {
  it('has exactly one row for every combination of journal, IAM and hand-off', () => {
    let combinations = 0;
    for (const each of everyCombination()) {
      combinations += 1;
      const rows = RECOVERY_TABLE.filter((row) => row.when(each)).map((row) => row.name);
      assert.equal(rows.length, 1, `${JSON.stringify(each)} matches ${JSON.stringify(rows)}`);
    }
    assert.equal(combinations, 10 * 3 * 3 * 3 * 2 * 4 * 4);
  });

  it('has no row that can never speak', () => {
    const unused = new Set(RECOVERY_TABLE.map((row) => row.name));
    for (const each of everyCombination()) {
      for (const row of RECOVERY_TABLE) if (row.when(each)) unused.delete(row.name);
    }
    assert.deepEqual([...unused], []);
  });

  it('I10: deletes a key only when no use of it is known and its secret is held by nobody', () => {
    for (const each of everyCombination()) {
      const { kind } = decideRecovery(each);
      if (kind !== 'discard' && kind !== 'declare-orphan') continue;
      assert.equal(each.use, 'never');
      assert.equal(each.secret, 'missing');
    }
  });

  it('I10: never deletes a key while the old key cannot serve, in any phase', () => {
    for (const each of everyCombination()) {
      if (each.old === 'active') continue;
      const { kind } = decideRecovery(each);
      assert.notEqual(kind, 'discard');
      assert.notEqual(kind, 'declare-orphan');
      if (each.phase === 'discarding') assert.notEqual(kind, 'resume');
    }
  });

  it('adopts a key whose secret reached the hand-off before the crash', () => {
    assert.deepEqual(decideRecovery(facts({ phase: 'intended' })), { kind: 'adopt' });
  });

  it('takes a lost answer for an orphan only when the time fits', () => {
    const lost = facts({ phase: 'create-unknown', secret: 'missing' });
    assert.equal(decideRecovery(lost).kind, 'declare-orphan');
    assert.equal(decideRecovery({ ...lost, timing: 'differs' }).kind, 'ask-operator');
    assert.equal(decideRecovery({ ...lost, use: 'unknown' }).kind, 'ask-operator');
    assert.equal(decideRecovery({ ...lost, use: 'unseen' }).kind, 'wait');
  });

  it('ends once a person works with the other key and has put the old one out of use', () => {
    for (const phase of ['create-unknown', 'orphan-found'] as const) {
      const theirs = facts({ phase, secret: 'missing', use: 'used', old: 'inactive' });
      assert.equal(decideRecovery(theirs).kind, 'close');
      assert.equal(decideRecovery({ ...theirs, old: 'active' }).kind, 'ask-operator');
      assert.equal(decideRecovery({ ...theirs, use: 'unknown' }).kind, 'ask-operator');
      assert.equal(decideRecovery({ ...theirs, candidate: 'inactive' }).kind, 'ask-operator');
    }
  });

  it('does not delete a key that came into use since its deletion was decided', () => {
    const unwanted = facts({ phase: 'discarding', secret: 'missing' });
    assert.equal(decideRecovery({ ...unwanted, use: 'used' }).kind, 'ask-operator');
    assert.equal(decideRecovery({ ...unwanted, use: 'unknown' }).kind, 'ask-operator');
    assert.equal(decideRecovery({ ...unwanted, use: 'unseen' }).kind, 'resume');
  });

  it('ends when both keys are gone: a person could not bring them back either', () => {
    for (const phase of ['delivered', 'deactivating'] as const) {
      const gone = facts({ phase, old: 'absent', candidate: 'absent' });
      assert.equal(decideRecovery(gone).kind, 'close');
      assert.equal(decideRecovery({ ...gone, old: 'inactive' }).kind, 'ask-operator');
    }
  });

  it('asks AWS for the last use only where the answer matters', () => {
    const { use: _use, ...safe } = facts({ phase: 'created' });
    assert.equal(dependsOnUse(safe), false);
    assert.equal(dependsOnUse({ ...safe, secret: 'missing' }), true);
  });
});
