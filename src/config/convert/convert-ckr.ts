// The configuration of cloud-key-rotator as one of keyturn: one rule for each of its AWS users, and a list of what
// could not be carried over. No credential of the file is copied, or quoted (I8).

import {
  type Draft,
  type DraftItem,
  type DraftLine,
  type DraftSection,
  type DraftValue,
  itemsSection,
  linesSection,
  valueSection,
} from '../draft/draft.ts';
import { freeName, slugOf } from '../draft/rule-names.ts';
import { canBeNamed } from '../draft/selection.ts';
import type { DeliverItem } from '../model.ts';
import { type CkrAccount, type CkrConfig, readCkr } from './ckr-model.ts';
import { connectionsFor, convertLocation } from './ckr-places.ts';
import type { ForeignObject } from './read-foreign.ts';

export interface ConvertedConfig {
  readonly draft: Draft;
  readonly users: number;
  readonly places: number;
  /** What could not be carried over, and what somebody has to decide; a line each. */
  readonly left: readonly string[];
}

const MINUTES_A_DAY = 24 * 60;
const MS_PER_DAY = 86_400_000;
const USUAL_DAYS = 90;
const DAYS_MAX = 3650;
const STUB_DAYS = 90;

/** Undefined where nothing in it is about AWS. */
export function convertCkr(
  file: string,
  root: ForeignObject,
  now: Date,
): ConvertedConfig | undefined {
  const config = readCkr(root);
  const users = usersOf(config);
  if (users.length === 0) return undefined;
  const converted = users.map((user) => convertUser(user, config));
  const days = daysOf(config.defaultMinutes);
  const left = leftOf(config, converted);
  const names = new Set<string>();
  const items = converted.map((each) => ruleItem(each, days, names));
  const used = converted.flatMap(({ deliver }) => deliver.flatMap(connectionOf));
  return {
    users: users.length,
    places: converted.reduce((sum, { deliver }) => sum + deliver.length, 0),
    left,
    draft: {
      head: headOf(file, left, now),
      sections: [
        valueSection('version', 1),
        defaultsSection(days, config),
        ...connectionsSection([...new Set(used)]),
        itemsSection('rules', items, [
          'One for each user, as cloud-key-rotator has one list of places for each.',
        ]),
        ...exemptionsSection(users, config, now),
        linesSection(
          'limits',
          [
            {
              key: 'max_rotations',
              value: 10,
              remark: 'a run; raise it once the first days went well',
            },
            { key: 'max_deactivations', value: 10 },
          ],
          ['The first weeks go in stages.'],
        ),
      ],
      foot: [],
    },
  };
}

interface CkrUser {
  readonly name: string;
  readonly account: CkrAccount | undefined;
}

/** AWS users alone, each once: of several lists of places theirs takes the first. */
function usersOf({ accounts, filtered, filterMode, providers }: CkrConfig): readonly CkrUser[] {
  const isAws = providers.length === 0 || providers.some((name) => name.toLowerCase() === 'aws');
  if (!isAws) return [];
  const named = (isOf: (provider: string) => boolean) =>
    filtered.filter(({ provider }) => isOf(provider)).flatMap(({ names }) => names);
  const aws = named((provider) => provider === 'aws');
  const others = new Set(named((provider) => provider !== 'aws'));
  const listed = accounts.map(({ name }) => name);
  const wanted =
    filterMode === 'include'
      ? aws
      : listed.filter((name) => filterMode !== 'exclude' || !aws.includes(name));
  return [...new Set(wanted)]
    .filter((name) => aws.includes(name) || !others.has(name))
    .filter((name) => canBeNamed({ name }))
    .map((name) => ({ name, account: accounts.find((each) => each.name === name) }));
}

interface ConvertedUser extends CkrUser {
  readonly deliver: readonly DeliverItem[];
  readonly notes: readonly string[];
  readonly days: number | undefined;
}

function convertUser(user: CkrUser, { filterMode }: CkrConfig): ConvertedUser {
  const { account } = user;
  const minutes = account?.minutes;
  const places = (account?.locations ?? []).map(convertLocation);
  const items = places.flatMap(({ item }) => item ?? []);
  const seen = new Map(items.map((item) => [JSON.stringify(item), item]));
  const deliver = [...seen.values()];
  const isBare = filterMode === 'include' && account === undefined;
  return {
    ...user,
    deliver,
    days: minutes === undefined ? undefined : daysOf(minutes).days,
    notes: [
      ...places.flatMap(({ notes }) => notes),
      // A whole number of days needs no answer; the rule has it.
      ...(minutes !== undefined && minutes < MINUTES_A_DAY
        ? [`RotationAgeThresholdMins: ${daysOf(minutes).note}`]
        : []),
      ...(isBare
        ? ['The filter names this user, and nothing says where the key is read: which place is it?']
        : []),
      ...(deliver.length === 0
        ? ['Until a place is named here, each new secret is a 0600 file (handoff).']
        : []),
    ],
  };
}

interface Days {
  readonly days: number;
  /** What has to be said about it. */
  readonly note: string | undefined;
}

/** Theirs are minutes, and may be five: so young a key is not worth replacing every day. */
function daysOf(minutes: number | undefined): Days {
  if (minutes === undefined) {
    const note = 'cloud-key-rotator has none, which means five minutes there; is 90 days yours?';
    return { days: USUAL_DAYS, note };
  }
  if (minutes < MINUTES_A_DAY) {
    return {
      days: USUAL_DAYS,
      note: `cloud-key-rotator says ${minutes} minutes; is 90 days yours?`,
    };
  }
  const days = Math.min(DAYS_MAX, Math.ceil(minutes / MINUTES_A_DAY));
  return { days, note: `cloud-key-rotator says ${minutes} minutes` };
}

function defaultsSection({ days, note }: Days, { rotates }: CkrConfig): DraftSection {
  const lines: readonly DraftLine[] = [
    { key: 'days_threshold', value: days, remark: note },
    // A key of one day would be due before the run of that day.
    ...(days > 1
      ? [
          {
            key: 'before_next_run',
            value: '1d',
            remark: 'it runs daily: nothing gets older than that',
          },
        ]
      : []),
    {
      key: 'hold_days',
      value: 30,
      remark: 'cloud-key-rotator deletes the old key at once; here it is Inactive so long first',
    },
  ];
  return linesSection(
    'defaults',
    lines,
    rotates ? [] : ['RotationMode is not true there: cloud-key-rotator only told the ages.'],
  );
}

function connectionsSection(names: readonly string[]): readonly DraftSection[] {
  if (names.length === 0) return [];
  const lines = Object.entries(connectionsFor(names)).map(([key, value]) => ({ key, value }));
  return [
    linesSection('connections', lines, [
      'The names of variables that cloud-key-rotator reads too. Put new tokens there: those of the file stood in clear.',
    ]),
  ];
}

function connectionOf(item: DeliverItem): readonly string[] {
  return typeof item === 'string' || item.with === undefined ? [] : [item.with];
}

function ruleItem(
  { name, deliver, notes, days }: ConvertedUser,
  { days: usual }: Days,
  names: Set<string>,
): DraftItem {
  return {
    remarks: notes,
    lines: [
      { key: 'name', value: freeName(slugOf(name), names) },
      { key: 'match', value: { user: name } },
      ...(days === undefined || days === usual ? [] : [{ key: 'days_threshold', value: days }]),
      ...(days === 1 ? [{ key: 'before_next_run', value: '12h' }] : []),
      {
        key: 'deliver',
        value: (deliver.length === 0 ? ['handoff'] : deliver) as readonly DraftValue[],
      },
    ],
  };
}

/** As theirs tells people from machines. */
const PERSON = /[a-zA-Z]\.[a-zA-Z]/;

function exemptionsSection(
  users: readonly CkrUser[],
  { includesPeople }: CkrConfig,
  now: Date,
): readonly DraftSection[] {
  const people = includesPeople ? [] : users.filter(({ name }) => PERSON.test(name));
  if (people.length === 0) return [];
  const until = new Date(now.getTime() + STUB_DAYS * MS_PER_DAY).toISOString().slice(0, 10);
  const items = people.map(({ name }) => ({
    remarks: [],
    lines: [
      { key: 'match', value: { user: name } },
      { key: 'owner', value: 'nobody is named yet' },
      {
        key: 'reason',
        value: 'cloud-key-rotator took the name for that of a person, and left the keys alone',
      },
      { key: 'until', value: until },
    ],
  }));
  return [
    itemsSection('exemptions', items, [
      'IncludeAwsUserKeys is not true there. Who answers for each?',
    ]),
  ];
}

function headOf(file: string, left: readonly string[], now: Date): readonly string[] {
  return [
    `Converted by keyturn init --from cloud-key-rotator on ${now.toISOString().slice(0, 10)}, from ${file}.`,
    'cloud-key-rotator deletes the old key as soon as the new one is written. Here it stays Active until nothing uses it any more, and is Inactive for a while before it is deleted.',
    ...(left.length === 0
      ? []
      : ['', 'Not carried over, or yours to decide:', ...left.map((line) => `- ${line}`)]),
  ];
}

function leftOf(config: CkrConfig, users: readonly ConvertedUser[]): readonly string[] {
  const {
    providers,
    filtered,
    filterMode,
    credentials,
    others,
    unknown,
    rotates,
    isOld,
    accounts,
  } = config;
  const named = new Set(users.map(({ name }) => name));
  const elsewhere = providers.filter((name) => name.toLowerCase() !== 'aws');
  const excluded =
    filterMode === 'exclude'
      ? filtered.filter(({ provider }) => provider === 'aws').flatMap(({ names }) => names)
      : [];
  const skipped = accounts
    .map(({ name }) => name)
    .filter((name) => !named.has(name) && !excluded.includes(name));
  const twice = users.filter(
    ({ name }) => accounts.filter((each) => each.name === name).length > 1,
  );
  const isMixed = elsewhere.length > 0 && filterMode !== 'include';
  return [
    ...credentials.map(credentialNote),
    ...(elsewhere.length === 0
      ? []
      : [`providers other than AWS: ${[...new Set(elsewhere)].join(', ')}`]),
    ...(isMixed
      ? [
          'the filter does not say which names are of AWS: take out the rules of service accounts of others',
        ]
      : []),
    ...(skipped.length === 0
      ? []
      : [`names that are not rotated as users of AWS there: ${[...new Set(skipped)].join(', ')}`]),
    ...(excluded.length === 0
      ? []
      : [`excluded there, and in no rule here: ${[...new Set(excluded)].join(', ')}`]),
    ...twice.map(
      ({ name }) => `${name} has several lists of places there, of which the first counts`,
    ),
    ...users.flatMap(({ name, notes }) => notes.filter(isLeft).map((note) => `${name}: ${note}`)),
    ...(rotates ? [] : ['RotationMode: what would be done is told by a dry run']),
    ...others,
    ...(unknown.length === 0 ? [] : [`keys that it does not read: ${unknown.join(', ')}`]),
    ...(isOld
      ? [
          'it is written in words of early versions (KeySources, IncludeSAs, ExcludeSAs), which later ones ignore',
        ]
      : []),
    'variables CKR_… win over the file there; here only those count that are named',
  ];
}

/** Notes that are about what is missing, and not about what is there. */
function isLeft(note: string): boolean {
  return !/^(?:Two values|Until a place)/.test(note);
}

function credentialNote(name: string): string {
  return `${name} stood in the file: revoke it, and make a new one`;
}
