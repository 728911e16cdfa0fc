// One account or several, looked at as a whole: who has which keys, and in which places they stand. What
// `keyturn map` shows and `keyturn init` drafts from.
//
//   each account: users and keys -> places in the account; once: places outside of AWS -> one survey

import { openAccounts } from '../../aws/accounts.ts';
import type { AccountGateway } from '../../aws/gateway.ts';
import { openGateway } from '../../aws/open-gateway.ts';
import { kindNamed } from '../../destinations/kinds.ts';
import type { AccountSelection, Choice } from '../choose-accounts.ts';
import type { KeySource } from '../keys/key-source.ts';
import { type AccountFailure, byAccount, readAccounts } from '../read-accounts.ts';
import type { RunContext } from '../run-context.ts';
import { type KnownUser, knownUsers, type Untold } from './known-users.ts';
import { type FoundPlace, type PlacePattern, type ReadPattern, readPlaces } from './read-places.ts';
import { accountAsked } from './stray-owner.ts';

export interface SurveyOptions {
  readonly accounts: AccountSelection | undefined;
  readonly profile: string | undefined;
  /** Undefined means that of the environment, else that of the profile. */
  readonly region: string | undefined;
  readonly maxParallel: number;
  readonly patterns: readonly PlacePattern[];
  /** Whether path, groups and tags of users are read, for rules. */
  readonly withDetails: boolean;
}

export type SurveyContext = Pick<RunContext, 'clock' | 'emit' | 'signal' | 'env'>;

export interface SurveyedAccount {
  readonly account: string;
  readonly source: KeySource;
  readonly users: readonly KnownUser[];
  readonly untold: readonly Untold[];
}

export interface Survey {
  readonly accounts: readonly SurveyedAccount[];
  readonly places: readonly FoundPlace[];
  readonly patterns: readonly ReadPattern[];
  readonly failures: readonly AccountFailure[];
  /** Those in which nobody can work. */
  readonly skipped: Choice['skipped'];
  /** The account of the caller, the region of the run, and whose credentials signed. */
  readonly caller: SurveyCaller;
  /** Of keys that are none of the accounts', the account that AWS tells. */
  readonly elsewhere: ReadonlyMap<string, string>;
}

export interface SurveyCaller {
  readonly account: string;
  readonly region: string;
  readonly signedBy: string | undefined;
  /** The user whose key signs, or opens the session that does. */
  readonly user: { readonly account: string; readonly name: string } | undefined;
}

const ACCOUNTS_AT_ONCE = 8;

/** Whether everything that was asked for could be read (I11). */
export function isWhole({ accounts, failures, patterns }: Survey): boolean {
  return (
    failures.length === 0 &&
    accounts.every(({ untold }) => untold.length === 0) &&
    patterns.every(({ placesUnread, error }) => placesUnread === 0 && error === undefined)
  );
}

/** Throws what ends all of it. */
export async function survey(options: SurveyOptions, context: SurveyContext): Promise<Survey> {
  const { accounts: selection, profile, region, maxParallel } = options;
  if (selection !== undefined) return await surveySeveral(options, selection, context);
  const gateway = await openGateway({ ...context, profile, region, maxParallel });
  try {
    const { account, places, patterns } = await surveyOne(gateway, options, context);
    const outside = await outsidePlaces(gateway, options, context);
    const all = [...places, ...outside.places];
    return {
      accounts: [account],
      places: all,
      patterns: [...patterns, ...outside.patterns],
      failures: [],
      skipped: [],
      caller: callerOf(gateway),
      elsewhere: await accountAsked([account], all, gateway),
    };
  } finally {
    gateway.close();
  }
}

function callerOf({ caller, services }: AccountGateway): SurveyCaller {
  const { account, arn, signedBy, sessionOf } = caller;
  const name = /^arn:[^:]*:iam::\d*:user\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1];
  const own = name === undefined ? undefined : { account, name };
  const opener = sessionOf && { account: sessionOf.account, name: sessionOf.user };
  return { account, region: services.region, signedBy, user: own ?? opener };
}

interface SurveyedOne {
  readonly account: SurveyedAccount;
  readonly places: readonly FoundPlace[];
  readonly patterns: readonly ReadPattern[];
}

async function surveyOne(
  gateway: AccountGateway,
  { patterns, maxParallel, withDetails }: SurveyOptions,
  { clock, emit, signal }: SurveyContext,
): Promise<SurveyedOne> {
  const own = { gateway, clock, emit, signal };
  const asked = { maxParallel, withDetails, withIds: patterns.length > 0 };
  const known = await knownUsers(own, asked);
  const read = await readPlaces(patterns.filter(isInAccount), own);
  return { account: { account: gateway.caller.account, ...known }, ...read };
}

function isInAccount({ kind }: PlacePattern): boolean {
  return kindNamed(kind)?.isInAccount === true;
}

/** Once, whichever account: they are not of AWS. */
async function outsidePlaces(
  gateway: AccountGateway,
  { patterns }: SurveyOptions,
  { clock, emit, signal }: SurveyContext,
) {
  const outside = patterns.filter((pattern) => !isInAccount(pattern));
  return await readPlaces(outside, { gateway, clock, emit, signal });
}

async function surveySeveral(
  options: SurveyOptions,
  selection: AccountSelection,
  context: SurveyContext,
): Promise<Survey> {
  const { profile, region, maxParallel } = options;
  const { emit, signal } = context;
  const { roleName, externalId } = selection;
  const caller = await openGateway({ ...context, profile, region, maxParallel });
  const accounts = await openAccounts({
    ...context,
    ...{ profile, region, maxParallel, roleName, externalId },
    sessionName: 'keyturn-map',
  });
  const setting = { accounts, selection, openMax: ACCOUNTS_AT_ONCE, emit, signal };
  try {
    const { found, failures, summary } = await readAccounts(setting, async (gateway, inThis) => {
      const one = await surveyOne(gateway, options, { ...context, emit: inThis });
      const { users } = one.account;
      const keys = users.reduce((sum, user) => sum + user.keys.length, 0);
      return { found: one, users: users.length, keys };
    });
    const outside = await outsidePlaces(caller, options, context);
    const sorted = found.toSorted((a, b) => byAccount(a.account, b.account));
    const surveyed = sorted.map(({ account }) => account);
    const places = [...sorted.flatMap((one) => one.places), ...outside.places];
    return {
      accounts: surveyed,
      places,
      patterns: [...sorted.flatMap((one) => one.patterns), ...outside.patterns],
      failures: failures.toSorted(byAccount),
      skipped: summary.skipped,
      caller: callerOf(caller),
      elsewhere: await accountAsked(surveyed, places, caller),
    };
  } finally {
    accounts.close();
    caller.close();
  }
}
