import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import type { Recovery } from './decide-open.ts';
import type { Next, UserDecision } from './decide-user.ts';
import type { AccessKey } from './keys.ts';
import { type PlanFacts, plannedKeys } from './plan-keys.ts';

const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const now = new Date('2026-11-28T10:00:00Z');
const createdAt = new Date('2026-01-01T00:00:00Z');

const facts: PlanFacts = {
  ...{ now, oldKeyFate: 'deactivate', uses: new Map(), toWrite: [], wayBack: [] },
  ...{ cleanUpDays: undefined, refusal: undefined, holder: undefined, landed: new Set([OLD]) },
};

function decided(next: Next): UserDecision {
  return {
    ...{ wanted: { kind: 'due-key', daysThreshold: 90 }, keys: [], next },
    ...{ recover: undefined, late: undefined, unexplained: undefined, cleanUp: undefined },
    ...{ grace: undefined, gate: undefined, notBefore: undefined },
  };
}

const old: AccessKey = { id: OLD, status: 'Active', createdAt };
const listed: readonly AccessKey[] = [{ ...old, status: 'Inactive' }];

test('a key that is made Active again and is due: the plan names both', () => {
  const targets = [{ kind: 'handoff', place: '' }] as const;
  const next: Next = {
    kind: 'rotate',
    ...{ oldKey: old, targets, missing: [] },
    ...{ makesRoom: undefined, gate: undefined },
  };
  const [planned] = plannedKeys(listed, decided(next), facts);
  assert.equal(planned?.action, 'rotate');
  assert.equal(planned.reason, 'over-threshold');
  assert.match(planned.why, /first it is made Active again/);
  assert.deepEqual(
    planned.steps.map((step) => step.do),
    ['reactivate', 'create', 'prove', 'deliver', 'deactivate'],
  );
});

test('a key that is made Active again, of which nothing else is decided', () => {
  const [planned] = plannedKeys(listed, decided({ kind: 'nothing' }), facts);
  assert.deepEqual([planned?.action, planned?.reason], ['resume', 'taken-back']);
  assert.deepEqual(planned?.steps, [{ do: 'reactivate', keyId: OLD }]);
});

test('a key that is made Active again, whose undo is taken up: the plan names that once', () => {
  const put = { do: 'put-back', place: 'ssm /app/ada' } as const;
  const wayBack = [{ do: 'reactivate', keyId: OLD } as const, put];
  const rotation = { user: 'ada', oldKeyId: OLD, phase: 'undoing' };
  const recover = { rotation, steps: [], leadsTo: 'way-back' } as unknown as Recovery;
  const decision = { ...decided({ kind: 'nothing' }), recover };
  const [planned] = plannedKeys(listed, decision, { ...facts, wayBack });
  assert.deepEqual(planned?.steps, [{ do: 'reactivate', keyId: OLD }, put]);
});
