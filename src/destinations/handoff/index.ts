// The hand-off file as a destination: the operator or the scheduler picks the secret up from it. With
// age recipients the plain file is there only while the rotation is open, because a later run may
// have to finish it with the secret; then an encrypted one takes its place.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { FileSystem } from '../../base/files/file-system.ts';
import { readWholeFile } from '../../base/files/whole-file.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Destination } from '../destination.ts';
import { recipientsOf } from '../place.ts';

/** The part of the hand-off store that this destination needs. */
export interface HandoffReader {
  get(keyId: AccessKeyId): Promise<IssuedKey | undefined>;
  pathOf(keyId: AccessKeyId): string;
}

export function handoffDestination(
  place: string,
  { handoff, fs }: { readonly handoff: HandoffReader; readonly fs: FileSystem },
): Destination {
  const recipients = recipientsOf(place);
  const isSealed = recipients.length > 0;
  const pathOf = (keyId: AccessKeyId) =>
    isSealed ? sealedPath(handoff.pathOf(keyId)) : handoff.pathOf(keyId);
  return {
    kind: 'handoff',
    place,
    keepsHandoff: !isSealed,
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
      return { kind: 'handoff', reference: pathOf(key.keyId) };
    },
    async holds(keyId) {
      if ((await handoff.get(keyId)) !== undefined) return true;
      return isSealed && (await readWholeFile(fs, pathOf(keyId))) !== undefined;
    },
    ...(isSealed && {
      seal: async (key: IssuedKey) => {
        const { sealTo } = await import('./seal.ts');
        await sealTo(pathOf(key.keyId), key, recipients, fs);
      },
    }),
  };
}

/** `handoff/AKIA….age` beside `handoff/AKIA….json`. */
export function sealedPath(plainPath: string): string {
  return plainPath.replace(/\.json$/, '.age');
}
