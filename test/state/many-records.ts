// Journals as they are after years: one rotation after the other, each replacing the key that the one
// before made, with the clean-up of the key before that.

import { type AccessKeyId, accessKeyId } from '../../src/base/access-key-id.ts';
import {
  formatOf,
  type JournalRecord,
  type KeyStep,
  type RotationStep,
} from '../../src/lifecycle/record.ts';
import { ACCOUNT } from './support.ts';

const DAY_MS = 86_400_000;
const BEGAN_MS = Date.UTC(2015, 0, 1);

export interface Past {
  readonly user: string;
  readonly rotations: number;
  /** Whether the last rotation stands before its cut-over. */
  readonly endsOpen?: boolean;
}

/** Nine records for each rotation. */
export function* manyRotations({ user, rotations, endsOpen }: Past): Generator<JournalRecord> {
  for (let index = 0; index < rotations; index += 1) {
    const at = new Date(BEGAN_MS + index * DAY_MS);
    const envelope = { at, run: `run-${index}-0123456789abcdef`, account: ACCOUNT, user };
    const rotation = `${user}-${String(index).padStart(8, '0')}-4000-8000-0123456789ab`;
    for (const step of cleanUpBefore(user, index)) {
      yield { ...envelope, v: formatOf(step), rotation: null, step };
    }
    const steps = rotationOf(user, index);
    const isCut = endsOpen === true && index === rotations - 1;
    for (const step of isCut ? steps.slice(0, 3) : steps) {
      yield { ...envelope, v: formatOf(step), rotation, step };
    }
  }
}

function rotationOf(user: string, index: number): readonly RotationStep[] {
  const [oldKeyId, newKeyId] = [keyOf(user, index), keyOf(user, index + 1)];
  const reference = `/var/lib/keyturn/${ACCOUNT}/handoff/${newKeyId}.json`;
  return [
    {
      ...{ type: 'intended', oldKeyId, knownKeyIds: [oldKeyId], oldKeyFate: 'deactivate' },
      target: { kind: 'handoff', place: '' },
    },
    { type: 'created', newKeyId },
    { type: 'delivered', receipts: [{ kind: 'handoff', reference }] },
    { type: 'verified', checks: 3 },
    { type: 'deactivating' },
    { type: 'deactivated' },
  ];
}

function cleanUpBefore(user: string, index: number): readonly KeyStep[] {
  const keyId = keyOf(user, index - 1);
  return [
    { type: 'retired', keyId },
    { type: 'deleting', keyId, reason: 'deactivated 30 days ago' },
    { type: 'deleted', keyId },
  ];
}

function keyOf(user: string, index: number): AccessKeyId {
  const name = `${user.replace(/\W/g, '')}Z${index + 1}`.toUpperCase();
  return accessKeyId(`AKIA${name.padStart(16, '0')}`);
}
