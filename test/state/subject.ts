// A store of state under test, and the few records and secrets that the contract plays with.

import type { TestContext } from 'node:test';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import type { RotationStep } from '../../src/lifecycle/record.ts';
import type { AccountState, StateStore } from '../../src/state/state-store.ts';
import { ACCOUNT, NEW_KEY, OLD_KEY } from './support.ts';

export interface Subject {
  readonly kind: string;
  /** A medium with nothing on it, for one test. */
  readonly medium: (test: TestContext) => Promise<Medium>;
  /** The same on a medium for tests that need thousands of them. */
  readonly quickMedium: (test: TestContext) => Promise<Medium>;
  /** The ways in which the medium can fail. */
  readonly faults: readonly string[];
}

export interface Medium {
  /** A store as another process would open it on this medium. */
  readonly store: (run: string) => StateStore;
  /** Everything that is on the medium, to be compared. */
  readonly contents: () => Promise<unknown>;
  /** A store of a process that will have died; once armed, its n-th operation fails in this way. */
  readonly failing: (fault: string, operation: number) => FailingStore;
}

export interface FailingStore {
  readonly store: StateStore;
  readonly arm: () => void;
  readonly wasReached: () => boolean;
}

export const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
export const BUSY = { code: 'rotation-in-progress' };

export const INTENDED: RotationStep = {
  type: 'intended',
  oldKeyId: OLD_KEY,
  knownKeyIds: [OLD_KEY],
  oldKeyFate: 'deactivate',
  target: { kind: 'handoff', place: '' },
};
export const CREATED: RotationStep = { type: 'created', newKeyId: NEW_KEY };
export const RECEIPTS = [{ kind: 'handoff', reference: 'somewhere' }];
export const ROTATED: readonly RotationStep[] = [
  INTENDED,
  CREATED,
  { type: 'delivered', receipts: RECEIPTS },
  { type: 'verified', checks: 3 },
  { type: 'deactivating' },
  { type: 'deactivated' },
];

export function issued(secret = SECRET, keyId: AccessKeyId = NEW_KEY): IssuedKey {
  const createdAt = new Date('2026-03-01T00:00:00.000Z');
  const names = { account: ACCOUNT, user: 'Alice', keyId, rotation: 'r1' };
  return { ...names, secret: new Secret(secret), createdAt };
}

/** Records steps of one rotation as the only writer of the user. */
export async function recorded(
  state: AccountState,
  { user = 'alice', rotation = 'r1' },
  steps: readonly RotationStep[],
): Promise<void> {
  await state.exclusively(user, async (log) => {
    for (const step of steps) await log.record(rotation, step);
  });
}

export async function stepsOf(state: AccountState, user = 'alice'): Promise<readonly string[]> {
  return (await state.history(user)).records.map(({ step }) => step.type);
}
