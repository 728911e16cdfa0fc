// Use case of `keyturn report`: everything that is to be told of one account or several, read in one pass. Nothing is
// changed, in AWS or in the state.
//
//   each account: keys, as `keyturn keys` reads them -> the journal, user after user -> what is open

import type { AccountGateway } from '../../aws/gateway.ts';
import type { EventSink } from '../../base/events.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Config } from '../../config/read-config.ts';
import type { AccountFacts } from '../../config/select.ts';
import type { Overrides } from '../../config/settings.ts';
import type { UserHistory } from '../../lifecycle/history.ts';
import { type Milestone, milestonesOf } from '../../lifecycle/milestones.ts';
import { type Stage, stagesOf } from '../../lifecycle/open-outlook.ts';
import type { StatusReport } from '../../reports/status-report.ts';
import type { AccountState, ReadableState } from '../../state/state-store.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import { nothingOfAccount } from '../config/account-directory.ts';
import {
  type AccountKeys,
  type AccountKeysOptions,
  listAccountKeys,
} from '../keys/account-keys.ts';
import { byAccount } from '../read-accounts.ts';
import { type AskedAccounts, type ReadAsked, readAskedAccounts } from '../read-asked-accounts.ts';
import { type AccountStatus, statusOf } from '../read-status.ts';
import type { RunContext } from '../run-context.ts';
import { StatePast } from '../state-past.ts';
import { GovernedUsers, type Governing, sameAge } from './governed-users.ts';

export interface ReadReportOptions
  extends Pick<AccountKeysOptions, 'daysThreshold' | 'inventory' | 'withIds'>,
    AskedAccounts {
  /** From then on what was done is counted. */
  readonly since: Date;
  /** Left out where one threshold holds for all. */
  readonly config?: Config | undefined;
  /** What flags say beside it. */
  readonly overrides?: Overrides | undefined;
  /** What is known of an account once it was chosen; its ID alone when left out. */
  readonly accountFacts?: ((account: string) => AccountFacts) | undefined;
}

/** What was read of one account. */
export interface ReportedAccount {
  readonly account: string;
  readonly name: string | undefined;
  readonly listed: AccountKeys;
  readonly governing: Governing;
  readonly status: AccountStatus;
  /** Of open rotations, by their IDs. */
  readonly stages: ReadonlyMap<string, readonly Stage[]>;
  /** Since the time that was asked for. */
  readonly milestones: readonly Milestone[];
  readonly failures: StatusReport['failures'];
}

export interface ReadReport extends Pick<ReadAsked<unknown>, 'failures' | 'skipped' | 'signedBy'> {
  readonly accounts: readonly ReportedAccount[];
}

type ReportContext = Omit<RunContext, 'changes'>;

/** Throws what ends all of it: the account, or all accounts, cannot be read. */
export async function readReport(
  options: ReadReportOptions,
  context: ReportContext,
): Promise<ReadReport> {
  const names = new Map<string, string | undefined>();
  const accounts = options.accounts && withNames(options.accounts, names);
  const read = await readAskedAccounts(
    { ...options, accounts },
    context,
    async (gateway, inThis) => {
      const found = await readAccount(gateway, options, { ...context, ...inThis });
      const { usersExamined: users, keysExamined: keys } = found.listed;
      return { found, users, keys };
    },
  );
  const { found, failures, skipped, signedBy } = read;
  return {
    accounts: found.map((one) => ({ ...one, name: names.get(one.account) })).toSorted(byAccount),
    failures: failures.toSorted(byAccount),
    skipped,
    signedBy,
  };
}

/** The list of an organization tells what people call each account. */
function withNames(
  selection: AccountSelection,
  names: Map<string, string | undefined>,
): AccountSelection {
  const { entranceOf, roleName, externalId } = selection;
  return {
    ...selection,
    entranceOf: async (account, accounts) => {
      names.set(account.id, account.name);
      return (await entranceOf?.(account, accounts)) ?? { roleName, externalId };
    },
  };
}

interface AccountContext extends ReportContext {
  readonly emit: EventSink;
  readonly isOneOfSeveral: boolean;
}

async function readAccount(
  gateway: AccountGateway,
  options: ReadReportOptions,
  context: AccountContext,
): Promise<Omit<ReportedAccount, 'name'>> {
  const { clock, emit, signal, isOneOfSeveral } = context;
  const { account } = gateway.caller;
  const { config, overrides = {}, accountFacts = nothingOfAccount, daysThreshold } = options;
  const governing =
    config === undefined
      ? sameAge(daysThreshold)
      : new GovernedUsers({
          ...{ config, overrides, gateway, clock, emit },
          account: accountFacts(account),
        });
  const state = readOnce(await context.state.open(account, 'read'));
  const listed = await listAccountKeys(
    { gateway, state, clock, emit, signal },
    { ...options, ...EVERY_KEY, isOneOfSeveral, dueAges: governing },
  );
  return { account, listed, governing, ...(await readJournal(state, account, options, context)) };
}

const EVERY_KEY = {
  user: undefined,
  filter: { isDueOnly: false, isInGraceOnly: false, unusedDays: undefined },
} as const;

/** A list of keys keeps the histories of its users, so that they are asked for once where each costs a call. */
function readOnce(state: AccountState): ReadableState {
  const known = new Map<string, Promise<UserHistory>>();
  const { custody, sightings } = state;
  return {
    custody,
    sightings,
    users: () => state.users(),
    history: (user) => {
      const name = comparableUserName(user);
      const asked = known.get(name) ?? state.history(user);
      known.set(name, asked);
      return asked;
    },
  };
}

/** What the journal tells of the account as a whole. */
async function readJournal(
  state: ReadableState,
  account: string,
  { since, daysThreshold }: ReadReportOptions,
  { clock }: AccountContext,
): Promise<Pick<ReportedAccount, 'status' | 'stages' | 'milestones' | 'failures'>> {
  const now = clock.now();
  const past = new StatePast({ now, daysThreshold });
  const about = past.of(account, state);
  const stages = new Map<string, readonly Stage[]>();
  const milestones: Milestone[] = [];
  const status = await statusOf(account, state, {
    now,
    visit: (user, history) => {
      about.visit(user, history);
      if (history.open !== undefined) {
        stages.set(history.open.id, stagesOf(history.open, history));
      }
      milestones.push(...milestonesOf(history).filter(({ at }) => at >= since));
    },
  });
  about.end();
  const { failures } = past.told(status);
  return { status, stages, milestones, failures };
}
