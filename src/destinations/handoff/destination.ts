// The hand-off file as a destination: the operator or the scheduler picks the secret up from it. With
// age recipients the plain file is there only while the rotation is open, because a later run may
// have to finish it with the secret; then an encrypted one takes its place.

import { KeyturnError } from '../../base/errors.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import { type Destination, HELD } from '../destination.ts';
import type { Custody } from '../kind.ts';
import { recipientsOf } from './recipients.ts';

export function handoffDestination(place: string, custody: Custody): Destination {
  const recipients = recipientsOf(place);
  const isSealed = recipients.length > 0;
  const kept = isSealed ? custody.sealed : custody;
  return {
    kind: 'handoff',
    place,
    keepsHandoff: !isSealed,
    async deliver(key) {
      // The engine stored the secret there the moment it had it; delivering is reading it back.
      const stored = await custody.get(key.keyId);
      if (stored === undefined || stored.secret.reveal() !== key.secret.reveal()) {
        throw new KeyturnError(
          'delivery-failed',
          `${custody.describe(key.keyId)} does not hold the secret of ${key.keyId}`,
          { hint: 'check the state directory; the old key was not touched' },
        );
      }
      return { kind: 'handoff', reference: kept.describe(key.keyId) };
    },
    async holds(keyId) {
      if (await custody.holds(keyId)) return HELD;
      return isSealed && (await custody.sealed.get(keyId)) !== undefined ? HELD : undefined;
    },
    ...(isSealed && {
      seal: async (key: IssuedKey) => {
        const { sealTo } = await import('./seal.ts');
        await sealTo(custody.sealed, key, recipients);
      },
    }),
  };
}
