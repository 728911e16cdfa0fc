// Waits until AWS accepts a new key several times in a row (I4).

import { KeyturnError } from '../base/errors.ts';
import type { NewAccessKey, SignerAnswer } from '../iam/gateway.ts';
import type { ExecutorContext } from './context.ts';

/**
 * Resolves with the number of checks made. Throws `not-accepted-yet` when time is up and
 * `wrong-identity` when the key signs as somebody else; the old key is untouched in both cases.
 */
export async function verifyKey(
  user: string,
  key: NewAccessKey,
  context: ExecutorContext,
): Promise<number> {
  const { clock, emit, gateway, signal } = context;
  const policy = context.policy.verification;
  const startedAt = clock.now().getTime();
  let inARow = 0;
  let checks = 0;
  let retryMs = policy.retryMs;
  let lastAnswer = 'AWS does not know the key yet';
  while (true) {
    const answer = await gateway.verifier.whoSigns(key);
    checks += 1;
    if (answer.kind === 'accepted') {
      assertIdentity(user, key, answer, gateway.caller.account);
      inARow += 1;
      if (inARow >= policy.acceptancesInARow) return checks;
    } else if (answer.kind === 'not-yet') {
      inARow = 0;
    } else {
      // A lost packet says nothing about the key: it neither counts nor starts over.
      lastAnswer = answer.reason;
    }
    const waitedMs = clock.now().getTime() - startedAt;
    if (waitedMs >= policy.giveUpMs) throw notAccepted(user, key, waitedMs, lastAnswer);
    emit({ code: 'waiting-for-key', user, newKeyId: key.id, waitedMs });
    if (answer.kind === 'accepted') {
      await clock.sleep(policy.settleMs, signal);
    } else {
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(retryMs * 1.5, policy.retryMaxMs);
    }
  }
}

function assertIdentity(
  user: string,
  key: NewAccessKey,
  answer: Extract<SignerAnswer, { kind: 'accepted' }>,
  account: string,
): void {
  const name = answer.arn.split('/').at(-1) ?? '';
  if (answer.account === account && name.toLowerCase() === user.toLowerCase()) return;
  throw new KeyturnError('wrong-identity', `${key.id} of ${user} signs as ${answer.arn}`, {
    hint: 'the old key was not touched; look at the user in IAM before anything else',
  });
}

function notAccepted(
  user: string,
  key: NewAccessKey,
  waitedMs: number,
  lastAnswer: string,
): KeyturnError {
  const seconds = Math.round(waitedMs / 1000);
  return new KeyturnError(
    'not-accepted-yet',
    `AWS did not accept ${key.id} of ${user} within ${seconds} s: ${lastAnswer}`,
    { hint: 'run again: the rotation goes on where it stopped; the old key still works' },
  );
}
