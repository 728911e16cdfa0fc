// The part of a run that spans accounts: which there are, how many are open at once, and what becomes
// of those that cannot be entered. What happens in one of them is account-run.ts's.

import { openAccounts } from '../aws/accounts.ts';
import type { AccountsGateway } from '../aws/accounts-gateway.ts';
import type { AccountGateway } from '../aws/gateway.ts';
import { createLimiter } from '../aws/limiter.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { collectGarbageEarly } from '../base/heap.ts';
import { InOrder } from '../base/in-order.ts';
import type { SameReach } from '../base/key-command.ts';
import { refuseUnasked } from '../engine/named-orphans.ts';
import {
  type AccountGates,
  type AccountOptions,
  ROTATIONS_PER_CALL_SLOT,
  runAccount,
} from './account-run.ts';
import { type ReportLedger, reportIssue } from './build-report.ts';
import type { AccountSelection } from './choose-accounts.ts';
import {
  type AccountGist,
  type AccountsSummary,
  eachAccount,
  isAboutCaller,
} from './each-account.ts';
import { openUsers } from './find-candidates.ts';
import { inAccount } from './in-account.ts';
import { accessOf } from './open-state.ts';
import type { RunContext, RunEnd } from './run-context.ts';

export interface RotateAccountsOptions extends AccountOptions {
  readonly accounts: AccountSelection;
  /** The flags with which a command enters one of the accounts, for hints. */
  readonly memberFlags?: readonly string[];
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
}

/**
 * An account with a due key is open for some seconds and makes few calls in them, so several times as
 * many accounts are open as calls are allowed at once.
 */
const ACCOUNTS_PER_CALL_SLOT = 8;

/** AWS takes seconds to make a credential report, and nothing is called in that account meanwhile. */
const READERS_PER_CALL_SLOT = 4;

/** I17: new secrets that a death of the process could cost, over all accounts. */
const SECRETS_AT_RISK_MAX = 4;

/** Never throws for an expected failure: what could not be done is in the ledger. */
export async function rotateAccounts(
  options: RotateAccountsOptions,
  context: RunContext,
  ledger: ReportLedger,
): Promise<RunEnd> {
  const { dryRun, profile, region, maxParallel } = options;
  const { emit, state } = context;
  collectGarbageEarly();
  let accounts: AccountsGateway | undefined;
  try {
    // Each account proves its own place; without the one of all accounts none could.
    await state.prepare(accessOf(options));
    accounts = await openAccounts({
      ...context,
      ...{ profile, region, maxParallel },
      roleName: options.accounts.roleName,
      externalId: options.accounts.externalId,
      run: state.run,
      sessionName: `keyturn-${state.run}`,
    });
    ledger.signedBy(accounts.caller);
    emit({ code: 'accounts-started', run: state.run, caller: accounts.caller.arn, dryRun });
    const fleet = new FleetRun(options, context, ledger);
    return fleet.end(await fleet.perform(accounts));
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    const fatal = options.governance === undefined ? error : error.inFile;
    ledger.addIssue(reportIssue(fatal));
    return { ...SEVERAL, counts: NO_ACCOUNT, fatal };
  } finally {
    accounts?.close();
  }
}

/** The report of several accounts names none: each result has its own, and the log its sources. */
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
  readonly #gates: AccountGates;
  /** In how many of the accounts the named user exists, where one is named. */
  #accountsWithUser = 0;
  readonly #asked: AccessKeyId[] = [];
  readonly #order = new InOrder();

  constructor(options: RotateAccountsOptions, context: RunContext, ledger: ReportLedger) {
    this.#options = options;
    this.#context = context;
    this.#ledger = ledger;
    this.#gates = {
      reading: createLimiter(options.maxParallel * READERS_PER_CALL_SLOT),
      rotating: createLimiter(options.maxParallel * ROTATIONS_PER_CALL_SLOT),
      creating: createLimiter(SECRETS_AT_RISK_MAX),
      taken: new Map(),
    };
  }

  async perform(accounts: AccountsGateway): Promise<AccountsSummary> {
    const { emit, signal } = this.#context;
    const { accounts: selection, maxParallel } = this.#options;
    const openMax = maxParallel * ACCOUNTS_PER_CALL_SLOT;
    return await eachAccount({ accounts, selection, openMax, emit, signal }, (id, open) =>
      this.#one(id, open),
    );
  }

  async #one(id: string, open: () => Promise<AccountGateway>): Promise<AccountGist> {
    const { wanted } = this.#options;
    if (wanted.kind === 'recovery' && !(await this.#hasSomethingLeft(id))) return NOTHING;
    const { emit } = this.#context;
    const options = { ...this.#options, reach: this.#reachOf(id) };
    const result = await runAccount(open, options, {
      ...this.#context,
      emit: inAccount(emit, id),
      gates: this.#gates,
      order: this.#order.ticket(),
    });
    this.#context.onAccount?.({ ...result, account: result.account ?? id });
    const { account, fatal, asked, ...facts } = result;
    this.#asked.push(...asked);
    const isWithoutUser = fatal?.code === 'unknown-user' && this.#options.user !== undefined;
    // A user who is named need not exist in every account.
    if (isWithoutUser) return NOTHING;
    if (fatal === undefined) this.#accountsWithUser += 1;
    const isStopped = fatal?.isStop === true;
    const isOfCaller = account === undefined && fatal !== undefined && isAboutCaller(fatal);
    // What stopped all accounts is one issue of the run (in `end`), and not one of each account.
    this.#ledger.add(id, isStopped || isOfCaller ? { ...facts, errors: [] } : facts);
    const { usersExamined: users, keysExamined: keys } = facts;
    if (!isStopped)
      this.#ledger.addAccount(id, fatal === undefined ? 'done' : 'failed', { users, keys });
    return { users, keys, error: fatal };
  }

  #reachOf(account: string): SameReach {
    const { reach = { flags: [] }, memberFlags = [] } = this.#options;
    return { ...reach, flags: ['--account', account, ...memberFlags, ...reach.flags] };
  }

  /** Asked of the journal, so that no account is entered in which there is nothing to finish. */
  async #hasSomethingLeft(account: string): Promise<boolean> {
    const state = await this.#context.state.open(account, 'read');
    const users = await openUsers(state, this.#options.user);
    const isNamed = (this.#options.orphans?.size ?? 0) > 0;
    return users.some(
      ({ history }) => isNamed || history.open !== undefined || history.hasChangesToSettle,
    );
  }

  end(summary: AccountsSummary): RunEnd {
    const { emit, signal } = this.#context;
    for (const { id, state } of summary.skipped) this.#ledger.addSkipped(id, state);
    for (const { id, error } of summary.unknown) {
      this.#ledger.addIssue(reportIssue(this.#inTheirTerms(error)), id);
    }
    const ended = summary.fatal ?? (signal.aborted ? toKeyturnError(signal.reason) : undefined);
    const reason = ended && this.#inTheirTerms(ended);
    const hasBegun = summary.examined + summary.failed > 0;
    if (reason !== undefined) {
      const { left: accounts, isListComplete } = summary;
      if (hasBegun) {
        emit({ code: 'accounts-left', accounts, isListComplete, reason: reason.message });
      }
      this.#ledger.addIssue(reportIssue(hasBegun ? withLeft(reason, summary) : reason));
    }
    const missing =
      reason === undefined ? (this.#missingUser(summary) ?? this.#unasked()) : undefined;
    if (missing !== undefined) this.#ledger.addIssue(reportIssue(missing));
    return {
      ...SEVERAL,
      counts: {
        accounts_examined: summary.examined,
        accounts_failed: summary.failed,
        accounts_skipped: summary.skipped.length,
        accounts_left: summary.left,
      },
      // Exit code 3 says that nothing was done.
      fatal: missing ?? (hasBegun ? undefined : reason),
    };
  }

  /** Whoever has a configuration reads of its keys. */
  #inTheirTerms(error: KeyturnError): KeyturnError {
    return this.#options.governance === undefined ? error : error.inFile;
  }

  #unasked(): KeyturnError | undefined {
    try {
      refuseUnasked(this.#options.orphans ?? new Set(), this.#asked, this.#options.reach);
      return undefined;
    } catch (thrown) {
      return toKeyturnError(thrown);
    }
  }

  #missingUser({ examined }: AccountsSummary): KeyturnError | undefined {
    const { user, wanted } = this.#options;
    if (user === undefined || wanted.kind === 'recovery') return undefined;
    if (this.#accountsWithUser > 0 || examined === 0) return undefined;
    return new KeyturnError(
      'unknown-user',
      `no IAM user named ${JSON.stringify(user)} exists in any of the accounts that were read (${examined})`,
      { hint: 'check the spelling and the accounts' },
    );
  }
}

const NOTHING: AccountGist = { users: 0, keys: 0, error: undefined };

function withLeft(reason: KeyturnError, { left, isListComplete }: AccountsSummary): KeyturnError {
  const more = isListComplete ? '' : ', and the list of accounts was not read to its end';
  const message = `${reason.message}; accounts left for the next run: ${left}${more}`;
  const { cause, hint } = reason;
  return new KeyturnError(reason.code, message, { cause, ...(hint !== undefined && { hint }) });
}
