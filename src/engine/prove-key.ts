// Waits until AWS accepts a new key, and goes on accepting it (I4).
//
// One acceptance is the word of one host. What AWS has learned reaches its hosts one by one, so the next
// question may be refused. How much has to follow depends on what is at stake: see VerificationPolicy.

import type { NewAccessKey, SignerAnswer } from '../aws/gateway.ts';
import { KeyturnError } from '../base/errors.ts';
import { isSameUser } from '../base/user-name.ts';
import type { Confirmation } from './account-work.ts';
import type { UserAtHand } from './user-work.ts';

/** A key that is older is asked about at once: an earlier run made it. */
const NEW_MS = 60_000;
const RETRY_GROWTH = 1.25;

/** What is at stake. */
export type ProvedFor = 'delivery' | 'cut-over';

/**
 * Resolves with the number of checks made. Throws `not-accepted-yet` when time is up, `wrong-identity`
 * when the key signs as somebody else, and `proof-denied` at once when a policy forbids the question;
 * the old key is untouched in all cases.
 */
export async function proveKey(
  key: NewAccessKey,
  provedFor: ProvedFor,
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
  const ask = async () => {
    const answer = await probes.ask(startedAtMs, () => gateway.verifier.whoSigns(key));
    if (answer.kind === 'accepted') {
      assertIdentity(user, { key, account: gateway.caller.account }, answer);
    }
    return answer;
  };
  const isNew = Math.abs(startedAtMs - key.createdAt.getTime()) < NEW_MS;
  if (isNew) await pause(probes.firstPauseMs(policy.firstMs));
  let confirmation = provedFor === 'delivery' ? policy.beforeDelivery : policy.beforeCutOver;
  let roundsLeft: number | undefined;
  let acceptedAfterMs = 0;
  let checks = 0;
  let retryMs = policy.retryMs;
  let lastAnswer = 'AWS does not know the key yet';
  while (true) {
    const together = roundsLeft === undefined ? 1 : confirmation.together;
    const answer = commonAnswer(await Promise.all(Array.from({ length: together }, ask)));
    checks += together;
    if (answer.kind === 'accepted') {
      if (roundsLeft === undefined) acceptedAfterMs = waited();
      roundsLeft = roundsLeft === undefined ? confirmation.rounds : roundsLeft - 1;
      if (roundsLeft === 0) break;
    } else if (answer.kind === 'not-yet') {
      // Hosts that were seen to disagree are not trusted with the short confirmation any more.
      if (roundsLeft !== undefined) confirmation = longer(confirmation, policy.beforeCutOver);
      roundsLeft = undefined;
    } else if (answer.kind === 'denied') {
      throw denied(`${key.id} of ${user}`, answer);
    } else {
      // A lost packet says nothing about the key: it neither counts nor starts over.
      lastAnswer = answer.reason;
    }
    const waitedMs = waited();
    if (waitedMs >= policy.giveUpMs)
      throw notAccepted(`${key.id} of ${user}`, waitedMs, lastAnswer);
    if (answer.kind === 'accepted') {
      await pause(confirmation.settleMs);
    } else {
      await pause(retryMs);
      retryMs = Math.min(retryMs * RETRY_GROWTH, policy.retryMaxMs);
    }
  }
  if (isNew) probes.learn(acceptedAfterMs);
  return checks;
}

/** What questions that were asked together come to: one refusal outweighs all the rest. */
function commonAnswer(answers: readonly SignerAnswer[]): SignerAnswer {
  return (
    answers.find(({ kind }) => kind === 'denied') ??
    answers.find(({ kind }) => kind === 'not-yet') ??
    answers.find(({ kind }) => kind === 'unclear') ??
    answers[0] ?? { kind: 'unclear', reason: 'nobody was asked' }
  );
}

/** The one that takes more time. */
function longer(one: Confirmation, other: Confirmation): Confirmation {
  return one.rounds * one.settleMs >= other.rounds * other.settleMs ? one : other;
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

function denied(
  what: string,
  { reason, hint }: Extract<SignerAnswer, { kind: 'denied' }>,
): KeyturnError {
  return new KeyturnError(
    'proof-denied',
    `AWS does not let ${what} ask who it is, so the key cannot be proved to work: ${reason}`,
    { hint },
  );
}

function notAccepted(what: string, waitedMs: number, lastAnswer: string): KeyturnError {
  const seconds = Math.round(waitedMs / 1000);
  return new KeyturnError(
    'not-accepted-yet',
    `AWS did not accept ${what} within ${seconds} s: ${lastAnswer}`,
    { hint: 'run again: the rotation goes on where it stopped; the old key still works' },
  );
}
