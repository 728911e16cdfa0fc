// The key that signs the calls of this run, when this run is to replace it (I7).

import type { KeyWriter, NewAccessKey } from '../aws/gateway.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { UserWork } from './user-work.ts';

/**
 * A writer whose calls are signed by the successor, once IAM takes them: STS accepting a key does not
 * mean that every service does yet. Throws `not-accepted-yet`, and the failure of any other kind.
 */
export async function writerSignedBy(
  key: NewAccessKey,
  { user, account }: UserWork,
): Promise<KeyWriter> {
  const { gateway, clock, signal } = account;
  const { retryMs, retryMaxMs, giveUpMs } = account.policy.verification;
  if (gateway.signedBy === undefined) throw new KeyturnError('internal', 'a session signs');
  const successor = gateway.signedBy(key);
  const startedAt = clock.now().getTime();
  let pauseMs = retryMs;
  while (true) {
    try {
      await successor.reader.listAccessKeys(user);
      return successor.writer;
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (error.code !== 'invalid-credentials') throw error;
      if (clock.now().getTime() - startedAt >= giveUpMs) {
        throw new KeyturnError(
          'not-accepted-yet',
          `IAM does not take calls that ${key.id} of ${user} signs yet`,
          { hint: 'run again: the rotation goes on where it stopped; the old key still works' },
        );
      }
    }
    await clock.sleep(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 1.5, retryMaxMs);
  }
}
