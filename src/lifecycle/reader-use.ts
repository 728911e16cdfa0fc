// Whether anybody but ourselves has used a key: its readers have it then. A hint and no proof, since AWS shows
// uses late, and not all of them.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { UserHistory } from './history.ts';
import type { LastUse } from './keys.ts';
import { isProof } from './record.ts';
import { isUsedByOthers } from './retirement.ts';

/** Undefined where AWS does not tell. Our own checks of a key that a rotation made are no use of it. */
export function isUsedByReaders(
  keyId: AccessKeyId | undefined,
  lastUse: LastUse | 'unreadable',
  history: UserHistory,
): boolean | undefined {
  if (lastUse === 'unreadable') return undefined;
  const made = keyId && history.rotationThatMade(keyId);
  const checkedAt = made && history.recordsOf(made.id).findLast(({ step }) => isProof(step))?.at;
  return checkedAt === undefined ? lastUse.used === 'at' : isUsedByOthers(lastUse, checkedAt);
}
