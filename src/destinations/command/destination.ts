// A program of the operator's as a destination. Every answer that is none leaves it open what the program
// did, so it is asked what the place holds before anything is done again.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { Programs } from '../../base/programs.ts';
import { Secret } from '../../base/secret.ts';
import { withoutSecrets, withoutWordsLikeSecrets } from '../../base/without-secrets.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import type { Settle } from '../../lifecycle/settle.ts';
import { type Destination, HELD, type UndonePair } from '../destination.ts';
import { delivering, goingBack, preparing } from '../failure.ts';
import type { Form } from '../forms/form.ts';
import type { Opening } from '../kind.ts';
import { type Pair, refuseForeignKey, STAND_IN } from '../look.ts';
import { secretsIn } from '../one-value.ts';
import { COMMAND } from './place.ts';
import {
  type Answer,
  type Order,
  PROTOCOL,
  readAnswer,
  refusalError,
  type Verb,
} from './protocol.ts';

export interface CommandPlace {
  readonly place: string;
  readonly words: readonly [string, ...string[]];
}

interface CommandAtHand extends CommandPlace {
  readonly programs: Programs;
  readonly clock: Clock;
  readonly user: string;
  readonly account: string;
  readonly form: Form | undefined;
}

/** How often a program may say `try-again`. */
const TRIES_MAX = 4;
const RETRY_SECONDS = 2;

export function commandDestination(
  { place, words }: CommandPlace,
  { programs, clock, user, account, oldKeyId, whoseKey, form }: Opening,
): Destination {
  const command = { place, words, programs, clock, user, account, form };
  const isHeld = async (keyId: string): Promise<boolean> => {
    const { holds } = await ask(command, { verb: 'holds', access_key_id: keyId });
    if (holds !== 'unknown') return holds;
    throw failure(command, 'it cannot tell which key is there', '');
  };
  /** I14: also where the program itself would write over anything. */
  const look = async (pair: Pair): Promise<Settle | undefined> => {
    await programs.check(words[0]);
    const found = await ask(command, { verb: 'prepare', replaces: oldKeyId });
    const replaced = { user, oldKeyId, whoseKey };
    await refuseForeignKey(found.access_key_id, nameOf(command), { pair, replaced });
    return found.settle;
  };
  return {
    kind: COMMAND,
    place,
    prepare: (key = STAND_IN) => preparing(async () => void (await look(key))),
    deliver: (key) =>
      delivering(async () => {
        const settle = await look(key);
        return await deliver(command, key, { oldKeyId, isHeld, settle });
      }),
    holds: (keyId) => delivering(async () => ((await isHeld(keyId)) ? HELD : undefined)),
    isRead: (keyId) => delivering(() => isHeld(keyId)),
    wayBack: {
      // A secret that is in a place never comes out of it by a program's stdout.
      secretOf: async () => undefined,
      canPutBack: (undo) => goingBack(() => putBack(command, undo, true)),
      putBack: (undo) => goingBack(() => putBack(command, undo, false)),
    },
  };
}

interface Delivering {
  readonly oldKeyId: string;
  readonly isHeld: (keyId: string) => Promise<boolean>;
  /** As the program said of the place before. */
  readonly settle: Settle | undefined;
}

/** What came of a delivery that was not answered is asked, and never guessed. */
async function deliver(
  command: CommandAtHand,
  { keyId, secret }: IssuedKey,
  { oldKeyId, isHeld, settle: before }: Delivering,
): Promise<DeliveryReceipt> {
  const receiptWith = (settle: Settle | undefined): DeliveryReceipt => ({
    ...{ kind: COMMAND, reference: command.place },
    ...(settle !== undefined && { settle }),
  });
  const { form } = command;
  const text = secret.reveal();
  const order = {
    verb: 'deliver',
    access_key_id: keyId,
    ...(form?.isWhole ? { text } : { secret_access_key: text }),
    replaces: oldKeyId,
  } as const;
  try {
    const answer = await ask(command, order, secretsIn(secret, form));
    const { version, settle = before } = answer;
    return { ...receiptWith(settle), ...(version !== undefined && { version }) };
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.isStop || !(await isHeld(keyId).catch(() => false))) throw error;
    return receiptWith(before);
  }
}

async function putBack(
  command: CommandAtHand,
  { toKeyId, fromKeyId }: UndonePair,
  isDryRun: boolean,
): Promise<boolean> {
  const pair = { to_access_key_id: toKeyId, from_access_key_id: fromKeyId };
  const answer = await ask(command, { verb: 'put-back', ...pair, dry_run: isDryRun });
  return answer.put_back;
}

/** Asks again as long as the program says so. Throws `not-deliverable` and `delivery-failed`. */
async function ask<O extends Order>(
  command: CommandAtHand,
  order: O,
  secrets: readonly Secret[] = [],
): Promise<Answer<O['verb']>> {
  const { place, account, user, words, programs, clock, form } = command;
  const facts = {
    account_id: account,
    user_name: user,
    place,
    ...(form !== undefined && { form: form.label }),
  };
  for (let tries = 1; ; tries += 1) {
    const document = { protocol: PROTOCOL, ...order, ...facts, attempt: tries };
    const input = new Secret(`${JSON.stringify(document)}\n`);
    const result = await programs.run({ words, input, secrets });
    if (result.kind === 'failed') throw failure(command, result.reason, result.stderr);
    const answer = readOrFail<O['verb']>(order.verb, result.output.reveal(), command);
    if (answer.ok) return answer;
    const message = withoutWordsLikeSecrets(withoutSecrets(answer.message, secrets));
    const told = { ...answer, message };
    if (answer.code !== 'try-again' || tries === TRIES_MAX)
      throw refusalError(nameOf(command), told);
    await clock.sleep((answer.retry_after_seconds ?? RETRY_SECONDS) * 1_000);
  }
}

function readOrFail<V extends Verb>(verb: V, output: string, command: CommandAtHand) {
  try {
    return readAnswer(verb, output);
  } catch (thrown) {
    throw failure(command, thrown instanceof Error ? thrown.message : String(thrown), '');
  }
}

function failure(command: CommandAtHand, reason: string, stderr: string): KeyturnError {
  const told = stderr === '' ? '' : `; its last words: ${stderr}`;
  return new KeyturnError(
    'delivery-failed',
    `${nameOf(command)} gave no answer: ${reason}${told}`,
    {
      hint: 'try it by hand with a document on stdin, as docs/destinations/command.md shows; then run again',
    },
  );
}

function nameOf({ words }: CommandAtHand): string {
  return `the program ${words[0]}`;
}
