// Work in many accounts, some at a time. An account that fails does not stop the others; the work ends
// early only when every further account would fail in the same way, or when the run is stopped.

import pMap from 'p-map';
import type { AccountsGateway } from '../aws/accounts-gateway.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import { readAhead } from '../aws/read-ahead.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { EngineEvent, EventSink } from '../base/events.ts';
import { bySetting } from '../base/settings-words.ts';
import {
  type AccountSelection,
  type Choice,
  type ChosenAccount,
  chooseAccounts,
} from './choose-accounts.ts';

export interface AccountsWork {
  readonly accounts: AccountsGateway;
  readonly selection: AccountSelection;
  /** Accounts that are open at the same time. */
  readonly openMax: number;
  readonly emit: EventSink;
  /** Aborted with a KeyturnError: no further account is begun. */
  readonly signal: AbortSignal;
}

/** What came of one account. */
export interface AccountGist {
  readonly users: number;
  readonly keys: number;
  /** What ended the work in the account early, or kept the account from being opened. */
  readonly error: KeyturnError | undefined;
}

export interface AccountsSummary {
  readonly examined: number;
  /** Accounts whose work ended early, with why. */
  readonly failed: number;
  readonly skipped: Choice['skipped'];
  /** Accounts that are known of and were not begun, or were stopped before anything was done. */
  readonly left: number;
  /** Whether the list of accounts was read to its end: otherwise there are more than `left`. */
  readonly isListComplete: boolean;
  readonly unknown: Choice['unknown'];
  /** What ended all of it early: the list could not be read, or the caller cannot sign any more. */
  readonly fatal: KeyturnError | undefined;
}

export type WorkInAccount = (
  id: string,
  open: () => Promise<AccountGateway>,
) => Promise<AccountGist>;

/** Whether an account could not be entered because of the caller, whom every account would refuse. */
export function isAboutCaller(entrance: KeyturnError): boolean {
  return entrance.stops === 'run' && !entrance.isStop;
}

export async function eachAccount(
  setting: AccountsWork,
  work: WorkInAccount,
): Promise<AccountsSummary> {
  const { accounts, selection, emit, signal, openMax } = setting;
  const choice: Choice = { skipped: [], unknown: [] };
  let listed = 0;
  let isListComplete = false;
  let fatal: KeyturnError | undefined;
  let examined = 0;
  let failed = 0;

  async function* chosen(): AsyncGenerator<ChosenAccount> {
    yield* chooseAccounts(accounts, selection, choice, emit);
    isListComplete = true;
  }

  /** The list is read ahead of the work, so that it is soon known how many accounts there are. */
  async function* toDo(): AsyncGenerator<ChosenAccount> {
    const isOver = () => signal.aborted || fatal !== undefined;
    try {
      for await (const account of readAhead(chosen(), () => {
        listed += 1;
      })) {
        if (isOver()) return;
        yield account;
        if (isOver()) return;
      }
    } catch (thrown) {
      // Not rethrown: the accounts that are open are worked on to their end.
      const error = toKeyturnError(thrown);
      if (!error.isStop) fatal ??= error;
    }
  }

  async function enter(account: ChosenAccount): Promise<AccountGateway> {
    try {
      return await accounts.enter(account.id, account.entrance);
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (isAboutCaller(error)) fatal ??= error;
      throw account.isManagement ? withManagementHint(error, account.id) : error;
    }
  }

  async function one(account: ChosenAccount): Promise<void> {
    const { users, keys, error } = await work(account.id, () => enter(account));
    if (error !== undefined && (error.isStop || fatal?.code === error.code)) return;
    if (error === undefined) examined += 1;
    else failed += 1;
    const place = { done: examined + failed, total: isListComplete ? listed : null };
    emit(ended(account.id, { users, keys, error }, place));
  }

  await pMap(toDo(), one, { concurrency: openMax });
  return {
    examined,
    failed: failed + choice.unknown.length,
    skipped: choice.skipped,
    left: listed - examined - failed,
    isListComplete,
    unknown: choice.unknown,
    fatal,
  };
}

function ended(
  account: string,
  { users, keys, error }: AccountGist,
  place: { readonly done: number; readonly total: number | null },
): EngineEvent {
  if (error === undefined) return { code: 'account-done', account, users, keys, ...place };
  const { code: errorCode, message: reason } = error;
  return { code: 'account-failed', account, errorCode, reason, ...place };
}

function withManagementHint(error: KeyturnError, id: string): KeyturnError {
  if (error.code !== 'cannot-enter-account') return error;
  return new KeyturnError(error.code, error.message, {
    cause: error.cause,
    hint: [
      bySetting(
        {
          flag: `--exclude-accounts ${id}`,
          key: `accounts: {never: ["${id}"]} in the configuration`,
        },
        (how) =>
          `it manages the organization, and AWS makes no such role in it: run with its own credentials, or leave it out with ${how}`,
      ),
    ],
  });
}
