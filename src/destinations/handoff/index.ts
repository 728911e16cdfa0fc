// The hand-off file as a destination: the operator or the scheduler picks the secret up from it.
// It is also what stands behind a secret printed on stdout, because a pipe never tells whether its
// reader kept anything (I3).

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Destination } from '../destination.ts';

/** The part of the hand-off store that this destination needs. */
export interface HandoffReader {
  get(keyId: AccessKeyId): Promise<IssuedKey | undefined>;
  pathOf(keyId: AccessKeyId): string;
}

export function handoffDestination(handoff: HandoffReader): Destination {
  return {
    kind: 'handoff',
    place: '',
    async deliver(key) {
      // The engine stored the secret there the moment it had it; delivering is reading it back.
      const stored = await handoff.get(key.keyId);
      if (stored === undefined || stored.secret.reveal() !== key.secret.reveal()) {
        throw new KeyturnError(
          'delivery-failed',
          `${handoff.pathOf(key.keyId)} does not hold the secret of ${key.keyId}`,
          { hint: 'check the state directory; the old key was not touched' },
        );
      }
      return { kind: 'handoff', reference: handoff.pathOf(key.keyId) };
    },
    async holds(keyId) {
      return (await handoff.get(keyId)) !== undefined;
    },
  };
}
