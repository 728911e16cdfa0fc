// A survey as the starter of a configuration.

import { wholeDaysBetween } from '../../base/clock.ts';
import type { Draft } from '../../config/draft/draft.ts';
import {
  type DraftAccounts,
  type DraftFacts,
  draftInventory,
} from '../../config/draft/draft-inventory.ts';
import type { DraftPlace, DraftUser } from '../../config/draft/draft-rules.ts';
import { deliveryOf } from '../../destinations/found-keys.ts';
import type { DatedKey } from '../../lifecycle/dated-keys.ts';
import type { AccountSelection } from '../choose-accounts.ts';
import type { KnownUser } from '../map/known-users.ts';
import type { FoundPlace, ReadPattern } from '../map/read-places.ts';
import type { Survey } from '../map/survey.ts';

export interface SurveyDraft {
  readonly draft: Draft;
  readonly usersWithKeys: number;
  readonly keys: number;
  readonly placesWithKeys: number;
}

export interface DraftingOptions {
  readonly now: Date;
  readonly accounts: AccountSelection | undefined;
  /** Lists all keys of the same accounts. */
  readonly keysCommand: string;
}

export function draftSurvey(survey: Survey, options: DraftingOptions): SurveyDraft {
  const { now, accounts, keysCommand } = options;
  const all = survey.accounts.flatMap(({ users }) => users);
  // What is Inactive is replaced by nobody.
  const withKeys = all.filter(({ keys }) => keys.some(({ status }) => status === 'Active'));
  const facts: DraftFacts = {
    now,
    users: withKeys.map((user) => draftUser(user, survey, now)),
    usersWithoutKeys: all.length - withKeys.length,
    sources: sourcesOf(survey),
    hasPlaces: survey.patterns.length > 0,
    accounts: accountsOf(accounts),
    signer: survey.caller.user,
    keysCommand,
  };
  return {
    draft: draftInventory(facts),
    usersWithKeys: withKeys.length,
    keys: withKeys.reduce((sum, { keys }) => sum + keys.length, 0),
    placesWithKeys: survey.places.filter(({ keys }) => keys.length > 0).length,
  };
}

function accountsOf(selection: AccountSelection | undefined): DraftAccounts | undefined {
  if (selection === undefined) return undefined;
  const { organization, named = [], excluded, roleName, externalId } = selection;
  return { organization, named, excluded, role: roleName, externalId };
}

function draftUser(user: KnownUser, { places, caller }: Survey, now: Date): DraftUser {
  const { account, name, keys, path, groups, tags, hasPassword } = user;
  return {
    ...{ account, name, path, groups, tags, hasPassword },
    keys: keys.map((key) => keyWords(key, now)),
    oldestDays: Math.max(0, ...keys.map(({ createdAt }) => wholeDaysBetween(createdAt, now))),
    places: places.flatMap((place) => placesOf(place, keys, caller.region)),
  };
}

/** "AKIA… 412 d old, used 2 d ago by s3"; an Inactive key says so. */
function keyWords({ id, status, createdAt, lastUse }: DatedKey, now: Date): string {
  return [
    ...(id === undefined ? [] : [id]),
    ...(status === 'Active' ? [] : [status]),
    `${wholeDaysBetween(createdAt, now)} d old, ${useWords(lastUse, now)}`,
  ].join(' ');
}

function useWords(lastUse: DatedKey['lastUse'], now: Date): string {
  if (lastUse === 'unreadable') return 'its last use is not known';
  if (lastUse.used === 'never') return 'never used';
  const days = wholeDaysBetween(lastUse.at, now);
  const by = lastUse.service === undefined ? '' : ` by ${lastUse.service}`;
  return `used ${days <= 0 ? 'today' : `${days} d ago`}${by}`;
}

/** Where an Active key stands: what holds a dead one gives it to nobody who works. */
function placesOf(
  place: FoundPlace,
  keys: readonly DatedKey[],
  ownRegion: string,
): readonly DraftPlace[] {
  const { kind, name, region } = place;
  return place.keys.flatMap((found) => {
    const { id, problem } = found;
    const key = keys.find((each) => each.id === id);
    if (key === undefined || key.status !== 'Active') return [];
    return [
      {
        shown: `${kind} ${region === undefined ? '' : `${region}:`}${name}`,
        deliver: deliveryOf(kind, found),
        region: region === ownRegion ? undefined : region,
        problem,
      },
    ];
  });
}

function sourcesOf({ accounts, patterns, failures, skipped }: Survey): readonly string[] {
  return [
    ...accounts.map(
      ({ account, source, users }) =>
        `Account ${account}: ${users.length} users, ${
          source.kind === 'credential-report'
            ? `by the credential report of ${minuteOf(source.asOf)}`
            : `read one by one at ${minuteOf(source.asOf)}`
        }.`,
    ),
    ...accounts.flatMap(({ account, untold }) =>
      untold.map(
        ({ user, error }) =>
          `Not known of ${user === undefined ? `account ${account}` : user}: ${error.message}`,
      ),
    ),
    ...failures.map(({ account, error }) => `Account ${account} was not read: ${error.message}`),
    ...skipped.map(({ id, state }) => `Account ${id} is ${state}, and nobody works in it.`),
    ...(patterns.length === 0 ? ['No place was read: where keys are is not in here.'] : []),
    ...patterns.map(patternWords),
  ];
}

function patternWords(pattern: ReadPattern): string {
  const { kind, scope, account, placesRead, placesUnread, error } = pattern;
  const where = `${kind}${scope === '' ? '' : `=${scope}`}${account === undefined ? '' : ` of ${account}`}`;
  const unread = placesUnread === 0 ? '' : `, ${placesUnread} could not be read`;
  if (error !== undefined) return `Places ${where}: not read to the end: ${error.message}`;
  return `Places ${where}: ${placesRead} read${unread}.`;
}

function minuteOf(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
