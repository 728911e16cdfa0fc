// Waits until AWS accepts a new key several times in a row (I4).

import type { NewAccessKey, SignerAnswer } from '../aws/gateway.ts';
import { KeyturnError } from '../base/errors.ts';
import { isSameUser } from '../base/user-name.ts';
import type { UserAtHand } from './user-work.ts';

/** A key that is older is asked about at once: an earlier run made it. */
const NEW_MS = 60_000;
const RETRY_GROWTH = 1.25;

/**
 * Resolves with the number of checks made. Throws `not-accepted-yet` when time is up and
 * `wrong-identity` when the key signs as somebody else; the old key is untouched in both cases.
 */
export async function proveKey(
  key: NewAccessKey,
  { user, account }: Pick<UserAtHand, 'user' | 'account'>,
): Promise<number> {
  const { clock, emit, gateway, probes, signal } = account;
  const policy = account.policy.verification;
  const startedAtMs = clock.now().getTime();
  const waited = () => clock.now().getTime() - startedAtMs;
  const pause = async (durationMs: number) => {
    emit({ code: 'waiting-for-key', user, newKeyId: key.id, waitedMs: waited() });
    await clock.sleep(durationMs, signal);
  };
  const isNew = Math.abs(startedAtMs - key.createdAt.getTime()) < NEW_MS;
  if (isNew) await pause(probes.firstPauseMs(policy.firstMs));
  let inARow = 0;
  let acceptedAfterMs = 0;
  let checks = 0;
  let retryMs = policy.retryMs;
  let lastAnswer = 'AWS does not know the key yet';
  while (true) {
    const answer = await probes.ask(startedAtMs, () => gateway.verifier.whoSigns(key));
    checks += 1;
    if (answer.kind === 'accepted') {
      assertIdentity(user, { key, account: gateway.caller.account }, answer);
      if (inARow === 0) acceptedAfterMs = waited();
      inARow += 1;
      if (inARow >= policy.acceptancesInARow) break;
    } else if (answer.kind === 'not-yet') {
      inARow = 0;
    } else {
      // A lost packet says nothing about the key: it neither counts nor starts over.
      lastAnswer = answer.reason;
    }
    const waitedMs = waited();
    if (waitedMs >= policy.giveUpMs)
      throw notAccepted(`${key.id} of ${user}`, waitedMs, lastAnswer);
    if (answer.kind === 'accepted') {
      await pause(policy.settleMs);
    } else {
      await pause(retryMs);
      retryMs = Math.min(retryMs * RETRY_GROWTH, policy.retryMaxMs);
    }
  }
  if (isNew) probes.learn(acceptedAfterMs);
  return checks;
}

function assertIdentity(
  user: string,
  { key, account }: { readonly key: NewAccessKey; readonly account: string },
  answer: Extract<SignerAnswer, { kind: 'accepted' }>,
): void {
  const name = answer.arn.split('/').at(-1) ?? '';
  if (answer.account === account && isSameUser(name, user)) return;
  throw new KeyturnError('wrong-identity', `${key.id} of ${user} signs as ${answer.arn}`, {
    hint: 'the old key was not touched; look at the user in IAM before anything else',
  });
}

function notAccepted(what: string, waitedMs: number, lastAnswer: string): KeyturnError {
  const seconds = Math.round(waitedMs / 1000);
  return new KeyturnError(
    'not-accepted-yet',
    `AWS did not accept ${what} within ${seconds} s: ${lastAnswer}`,
    { hint: 'run again: the rotation goes on where it stopped; the old key still works' },
  );
}
