// The part of a run that spans accounts: which there are, how many are open at once, and what becomes
// of those that can not be entered. What happens in one of them is account-run.ts's.

import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { collectGarbageEarly } from '../base/heap.ts';
import { newId } from '../executor/runtime.ts';
import { type AccountsGateway, openAccounts } from '../iam/accounts.ts';
import type { AccountGateway } from '../iam/gateway.ts';
import { createLimiter } from '../iam/limiter.ts';
import { prepareStateRoot, readAccountState } from '../journal/open-account-state.ts';
import {
  type AccountGates,
  type AccountOptions,
  ROTATIONS_PER_CALL_SLOT,
  runAccount,
} from './account-run.ts';
import { type ReportLedger, reportIssue } from './build-report.ts';
import type { AccountSelection } from './choose-accounts.ts';
import { type AccountGist, eachAccount, meetsAll, type Tally } from './each-account.ts';
import { usersWithOpenRotation } from './find-candidates.ts';
import { inAccount } from './in-account.ts';
import type { RunContext, RunEnd } from './rotate-account.ts';

export interface RotateAccountsOptions extends AccountOptions {
  readonly accounts: AccountSelection;
  readonly profile: string | undefined;
  readonly region: string;
}

/**
 * An account with a due key is open for some seconds and makes few calls in them, so several times as
 * many accounts are open as calls are allowed at once.
 */
const ACCOUNTS_PER_CALL_SLOT = 8;

/** While AWS makes an account's credential report, for seconds, nothing is called there either. */
const READERS_PER_CALL_SLOT = 4;

/** Never throws for an expected failure: what could not be done is in the ledger. */
export async function rotateAccounts(
  options: RotateAccountsOptions,
  context: RunContext,
  ledger: ReportLedger,
): Promise<RunEnd> {
  const { dryRun, stateDir, profile, region, maxParallel } = options;
  const { clock, emit, env, signal } = context;
  collectGarbageEarly();
  const run = newId();
  let accounts: AccountsGateway | undefined;
  try {
    // Each account proves its own folder; without the root of them none could.
    if (!dryRun) await prepareStateRoot(stateDir);
    accounts = await openAccounts({
      ...{ profile, region, env, maxParallel, clock, emit, signal },
      roleName: options.accounts.roleName,
      externalId: options.accounts.externalId,
      sessionName: `keyturn-${run}`,
    });
    emit({ code: 'accounts-started', caller: accounts.caller.arn, dryRun });
    const fleet = new FleetRun(options, context, ledger, run);
    return fleet.end(await fleet.perform(accounts));
  } catch (thrown) {
    const fatal = toKeyturnError(thrown);
    ledger.addIssue(reportIssue(fatal));
    return { ...SEVERAL, counts: NO_ACCOUNT, fatal };
  } finally {
    accounts?.close();
  }
}

/** Each result has its own account, and the log tells how the keys of each were found. */
const SEVERAL = { account: undefined, source: undefined } as const;

const NO_ACCOUNT = {
  accounts_examined: 0,
  accounts_failed: 0,
  accounts_skipped: 0,
  accounts_left: 0,
} as const;

class FleetRun {
  readonly #options: RotateAccountsOptions;
  readonly #context: RunContext;
  readonly #ledger: ReportLedger;
  readonly #run: string;
  readonly #gates: AccountGates;
  /** With a scope: in how many of the accounts the user exists. */
  #accountsWithUser = 0;

  constructor(
    options: RotateAccountsOptions,
    context: RunContext,
    ledger: ReportLedger,
    run: string,
  ) {
    this.#options = options;
    this.#context = context;
    this.#ledger = ledger;
    this.#run = run;
    this.#gates = {
      reading: createLimiter(options.maxParallel * READERS_PER_CALL_SLOT),
      rotating: createLimiter(options.maxParallel * ROTATIONS_PER_CALL_SLOT),
    };
  }

  async perform(accounts: AccountsGateway): Promise<Tally> {
    const { emit, signal } = this.#context;
    const { accounts: selection, maxParallel } = this.#options;
    const openMax = maxParallel * ACCOUNTS_PER_CALL_SLOT;
    return await eachAccount({ accounts, selection, openMax, emit, signal }, (id, open) =>
      this.#one(id, open),
    );
  }

  async #one(id: string, open: () => Promise<AccountGateway>): Promise<AccountGist> {
    if (this.#options.recoverOnly === true && !(await this.#hasOpenRotation(id))) return NOTHING;
    const { clock, emit, signal } = this.#context;
    const { account, fatal, ...facts } = await runAccount(open, this.#options, {
      clock,
      emit: inAccount(emit, id),
      signal,
      run: this.#run,
      gates: this.#gates,
    });
    const isWithoutUser = fatal?.code === 'unknown-user' && this.#options.user !== undefined;
    // An operator names a user for the accounts that have one.
    if (isWithoutUser) return NOTHING;
    if (fatal === undefined) this.#accountsWithUser += 1;
    const isStopped = signal.aborted && fatal?.code === toKeyturnError(signal.reason).code;
    const isOfCaller = account === undefined && fatal !== undefined && meetsAll(fatal);
    // Said once for all of them.
    this.#ledger.add(id, isStopped || isOfCaller ? { ...facts, errors: [] } : facts);
    return { users: facts.usersExamined, keys: facts.keysExamined, error: fatal };
  }

  /** Entering an account only to find that there is nothing to finish would be a call for nothing. */
  async #hasOpenRotation(account: string): Promise<boolean> {
    const { stateDir, user } = this.#options;
    const { clock } = this.#context;
    const state = await readAccountState({ stateDir, account, clock, run: this.#run });
    return (await usersWithOpenRotation(state.journal, user)).size > 0;
  }

  end(tally: Tally): RunEnd {
    const { emit, signal } = this.#context;
    for (const { id, error } of tally.unknown) this.#ledger.addIssue(reportIssue(error), id);
    const reason = tally.fatal ?? (signal.aborted ? toKeyturnError(signal.reason) : undefined);
    const hasBegun = tally.examined + tally.failed > 0;
    if (reason !== undefined) {
      const { left: accounts, isListComplete } = tally;
      if (hasBegun) {
        emit({ code: 'accounts-left', accounts, isListComplete, reason: reason.message });
      }
      this.#ledger.addIssue(reportIssue(hasBegun ? withLeft(reason, tally) : reason));
    }
    const missing = reason === undefined ? this.#missingUser(tally) : undefined;
    if (missing !== undefined) this.#ledger.addIssue(reportIssue(missing));
    return {
      ...SEVERAL,
      counts: {
        accounts_examined: tally.examined,
        accounts_failed: tally.failed,
        accounts_skipped: tally.skipped,
        accounts_left: tally.left,
      },
      // Exit code 3 says that nothing was done.
      fatal: missing ?? (hasBegun ? undefined : reason),
    };
  }

  #missingUser({ examined }: Tally): KeyturnError | undefined {
    const { user, recoverOnly } = this.#options;
    if (user === undefined || recoverOnly === true) return undefined;
    if (this.#accountsWithUser > 0 || examined === 0) return undefined;
    return new KeyturnError(
      'unknown-user',
      `no IAM user named ${JSON.stringify(user)} exists in any of the accounts that were read (${examined})`,
      { hint: 'check the spelling and the accounts' },
    );
  }
}

const NOTHING: AccountGist = { users: 0, keys: 0, error: undefined };

function withLeft(reason: KeyturnError, { left, isListComplete }: Tally): KeyturnError {
  const more = isListComplete ? '' : ', and the list of accounts was not read to its end';
  const message = `${reason.message}; accounts left for the next run: ${left}${more}`;
  const { cause, hint } = reason;
  return new KeyturnError(reason.code, message, { cause, ...(hint !== undefined && { hint }) });
}
