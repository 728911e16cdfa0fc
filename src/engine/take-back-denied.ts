// A new key that no place has, and that a policy keeps from proving that it works: it is deleted again,
// so that its user is not left with two Active keys. Its secret stays in custody until it is gone.

import { minuteOf } from '../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { type Hint, partsOf } from '../base/hint.ts';
import { looksAgainAt } from '../lifecycle/decide-recovery.ts';
import type { WithNewKey } from '../lifecycle/rotation.ts';
import { discard } from './create-key.ts';
import { askPlaces } from './holders.ts';
import { readLastUse } from './key-details.ts';
import { forget } from './settle-custody.ts';
import type { UserWork } from './user-work.ts';

const WHY = 'a policy keeps it from proving that it works';

export function isProofDenied(thrown: unknown): thrown is KeyturnError {
  return thrown instanceof KeyturnError && thrown.code === 'proof-denied';
}

/** Why no key is made any more, once AWS has denied several in a row. */
export function proofsDenied({ user }: Pick<UserWork, 'user'>): KeyturnError {
  return new KeyturnError(
    'proof-denied',
    `no key was made for ${user}: AWS does not let the new keys of this run ask who they are`,
    { hint: 'the errors of the other users say which policy denies it' },
  );
}

/**
 * Deletes the new key where nobody can be using it. Resolves with the denial, and with what became of
 * the key: one that stays is judged again by the next run.
 */
export async function takeBackDenied(
  rotation: WithNewKey,
  denial: KeyturnError,
  work: UserWork,
): Promise<KeyturnError> {
  const { newKeyId: keyId } = rotation;
  const stays = await whyItStays(rotation, work);
  if (stays !== undefined) return and(denial, stays.words, stays);
  try {
    await work.record(rotation.id, { type: 'discarding', keyId, reason: WHY });
    await discard({ rotation, keyId, by: 'rotation', why: WHY }, work);
  } catch (thrown) {
    const { message, hintParts } = toKeyturnError(thrown);
    return and(denial, `it could not be deleted again: ${message}`, { hint: hintParts });
  }
  await forget(keyId, work);
  return and(denial, 'it was deleted again, and the old key was not touched');
}

interface Stays {
  readonly words: string;
  readonly hint: Hint;
  readonly notBefore?: Date;
}

/**
 * I10, I11: what this run made a moment ago, nobody else has. A key that an earlier run left may have
 * been taken from its hand-off file, or delivered in a history that was lost.
 */
async function whyItStays(rotation: WithNewKey, work: UserWork): Promise<Stays | undefined> {
  const { newKeyId: keyId, phase } = rotation;
  if (work.madeNow?.keyId === keyId) return undefined;
  if (phase !== 'created') return { words: 'its places have it already', hint: [] };
  const place = await askPlaces({ ask: 'places', rotation, keyId }, work);
  if (place.kind !== 'missing') return { words: 'a place may hold its secret', hint: [] };
  const lastUse = await readLastUse(work.account.gateway.reader, { id: keyId });
  // The questions that keyturn puts with it are uses of STS.
  const isOurs =
    lastUse !== 'unreadable' && (lastUse.used === 'never' || lastUse.service === 'sts');
  if (!isOurs) return { words: 'it stays, because somebody may use it', hint: [] };
  const key = (await work.listKeys()).find(({ id }) => id === keyId);
  const shown = looksAgainAt({ createdAt: key?.createdAt ?? rotation.intendedAt });
  if (work.account.clock.now() >= shown) return undefined;
  return {
    words: 'an earlier run made it, and AWS would not show yet if somebody used it',
    hint: `run again after ${minuteOf(shown)}: it is deleted then if nobody has used it`,
    notBefore: shown,
  };
}

function and(
  denial: KeyturnError,
  what: string,
  { hint = [], notBefore }: Partial<Omit<Stays, 'words'>> = {},
): KeyturnError {
  return new KeyturnError(denial.code, `${denial.message}; ${what}`, {
    hint: [...denial.hintParts, ...partsOf(hint)],
    ...(notBefore !== undefined && { notBefore }),
  });
}
