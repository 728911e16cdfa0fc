// The key that signs the calls of this run, when this run is to replace it (I7).

import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { KeyWriter, NewAccessKey } from '../iam/gateway.ts';
import type { ExecutorContext } from './context.ts';

/** Only when the operator said where its successor goes, and the key signs by itself. */
export function mayReplaceOwnKey({ policy, gateway }: ExecutorContext): boolean {
  return policy.replacesOwnKey === true && gateway.signedBy !== undefined;
}

/**
 * A writer whose calls are signed by the successor, once IAM takes them: STS accepting a key does not
 * mean that every service does yet. Throws `not-accepted-yet`, and the failure of any other kind.
 */
export async function writerSignedBy(
  user: string,
  key: NewAccessKey,
  context: ExecutorContext,
): Promise<KeyWriter> {
  const { gateway, clock, signal } = context;
  const { retryMs, retryMaxMs, giveUpMs } = context.policy.verification;
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
