// The starter of a configuration, from the inventory of one account or of several: nothing in it says more than
// was seen. Pure; src/app/init/ reads the inventory.

import type { Selection } from '../model.ts';
import {
  type Draft,
  type DraftItem,
  type DraftSection,
  type DraftValue,
  itemsSection,
  linesSection,
  valueSection,
} from './draft.ts';
import { type DraftedRule, type DraftUser, draftRules } from './draft-rules.ts';

export interface DraftFacts {
  readonly now: Date;
  /** With keys; the others are a number. */
  readonly users: readonly DraftUser[];
  readonly usersWithoutKeys: number;
  /** What was read, and what could not be: a line each. */
  readonly sources: readonly string[];
  /** Whether places were looked into at all. */
  readonly hasPlaces: boolean;
  readonly accounts: DraftAccounts | undefined;
  /** Whose key signs the calls of the run. */
  readonly signer: { readonly account: string; readonly name: string } | undefined;
  /** Lists all keys of the same accounts. */
  readonly keysCommand: string;
}

/** How the accounts are entered that a run is about; undefined for the caller's own. */
export interface DraftAccounts {
  readonly organization: boolean;
  /** Those that were named. */
  readonly named: readonly string[];
  readonly excluded: readonly string[];
  readonly role: string;
  readonly externalId: string | undefined;
}

const USERS_TOLD_MAX = 12;
const STUB_DAYS = 90;
const MS_PER_DAY = 86_400_000;

export function draftInventory(facts: DraftFacts): Draft {
  const { users, sources, accounts, now } = facts;
  const others = users.filter((user) => !isSigner(user, facts));
  const { rules, unnamed } = draftRules(others);
  return {
    head: [
      `Drafted by keyturn init on ${dayOf(now)}: ${count(users.length, 'user')} with Active keys${withoutKeys(facts)}.`,
      ...sources,
      'Nothing happens before you run it. What was not seen is not in here: read every rule.',
    ],
    sections: [
      valueSection('version', 1),
      ...(accounts === undefined ? [] : [accountsSection(accounts)]),
      policySection(),
      itemsSection('rules', ruleItems(rules, facts), [
        'From top to bottom; the first that matches a user governs all its keys.',
      ]),
      ...exemptionsSection(users, facts),
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
      valueSection('unmatched', 'fail', [
        'A due key that no rule speaks of is an error, so that nobody is forgotten.',
      ]),
    ],
    foot: unnamedRemarks(unnamed),
  };
}

function withoutKeys({ usersWithoutKeys: without }: DraftFacts): string {
  return without === 0 ? '' : `, ${count(without, 'user')} without`;
}

function policySection(): DraftSection {
  return linesSection(
    'defaults',
    [
      { key: 'days_threshold', value: 90, remark: 'from this age on a key is replaced' },
      {
        key: 'before_next_run',
        value: '1d',
        remark: 'it runs daily: nothing gets older than that',
      },
      { key: 'hold_days', value: 30, remark: 'an old key is Inactive so long, then deleted' },
    ],
    ["Your policy: these are keyturn's usual numbers, not what was found."],
  );
}

function accountsSection(accounts: DraftAccounts): DraftSection {
  const { organization, named, excluded, role, externalId } = accounts;
  const isAll = organization && named.length === 0;
  const lone = [...named].sort();
  const match: DraftValue = isAll ? 'all' : { id: lone.length === 1 ? (lone[0] ?? '') : lone };
  const group = {
    name: 'accounts',
    match,
    role,
    ...(externalId !== undefined && { external_id: externalId }),
  };
  return linesSection('accounts', [
    ...(organization ? [{ key: 'organization', value: true }] : []),
    ...(excluded.length === 0 ? [] : [{ key: 'never', value: [...excluded].sort() }]),
    { key: 'groups', value: [group] },
  ]);
}

const BASES: Readonly<Record<DraftedRule['basis'], string>> = {
  places: 'whose keys were found where the rule delivers.',
  people:
    'who can sign in to the console. Each gets a 0600 file; the old key stays Active until somebody makes it Inactive.',
  none: 'whose keys were found in no place. Name the one that is read; until then each new secret is a 0600 file (handoff).',
};

const NOT_LOOKED =
  'whose places are not known: none was read. Name the one that is read; until then each new secret is a 0600 file (handoff).';

function basisWords(basis: DraftedRule['basis'], { hasPlaces }: DraftFacts): string {
  return basis === 'none' && !hasPlaces ? NOT_LOOKED : BASES[basis];
}

function ruleItems(rules: readonly DraftedRule[], facts: DraftFacts): readonly DraftItem[] {
  if (rules.length === 0) return [emptyRule()];
  return rules.map(({ name, match, deliver, basis, members, isForPeople }) => ({
    remarks: [
      `${count(members.length, 'user')} ${basisWords(basis, facts)}`,
      ...userRemarks(members, facts),
    ],
    lines: [
      { key: 'name', value: name },
      { key: 'match', value: matchValue(match) },
      ...(isForPeople ? [{ key: 'retire', value: 'never' }] : []),
      { key: 'deliver', value: deliver as readonly DraftValue[] },
    ],
  }));
}

/** At least one rule must be there. */
function emptyRule(): DraftItem {
  return {
    remarks: ['No user has a key: this rule is for those to come.'],
    lines: [
      { key: 'name', value: 'everybody' },
      { key: 'match', value: 'all' },
      { key: 'deliver', value: ['handoff'] },
    ],
  };
}

function matchValue(match: Selection): DraftValue {
  return JSON.parse(JSON.stringify(match)) as DraftValue;
}

/** The oldest first. */
function userRemarks(
  members: readonly DraftUser[],
  { accounts, keysCommand }: DraftFacts,
): readonly string[] {
  const sorted = members.toSorted((a, b) => b.oldestDays - a.oldestDays);
  const told = sorted.slice(0, USERS_TOLD_MAX).flatMap(({ account, name, keys, places }) => {
    const who = accounts === undefined ? name : `${account}/${name}`;
    return [
      `  ${who}: ${keys.join('; ')}`,
      ...places.map(
        ({ shown, problem }) => `    in ${shown}${problem === undefined ? '' : `: ${problem}`}`,
      ),
    ];
  });
  const left = members.length - USERS_TOLD_MAX;
  return left > 0 ? [...told, `  and ${left} more, which ${keysCommand} lists`] : told;
}

function exemptionsSection(
  users: readonly DraftUser[],
  facts: DraftFacts,
): readonly DraftSection[] {
  const own = users.find((user) => isSigner(user, facts));
  if (own === undefined) return [];
  const { now, accounts } = facts;
  const match = {
    user: own.name,
    ...(accounts !== undefined && { account: own.account }),
  };
  const item: DraftItem = {
    remarks: [`${own.name}: ${own.keys.join('; ')}`],
    lines: [
      { key: 'match', value: match },
      { key: 'owner', value: 'nobody is named yet' },
      {
        key: 'reason',
        value: 'its key signs the runs of keyturn; they need a place to read the next one',
      },
      { key: 'until', value: dayOf(new Date(now.getTime() + STUB_DAYS * MS_PER_DAY)) },
    ],
  };
  return [
    itemsSection(
      'exemptions',
      [item],
      ['Whoever signs the runs is better a role. Until then: who answers for this key?'],
    ),
  ];
}

function isSigner({ account, name }: DraftUser, { signer }: DraftFacts): boolean {
  return signer?.account === account && signer.name.toLowerCase() === name.toLowerCase();
}

function unnamedRemarks(unnamed: readonly DraftUser[]): readonly string[] {
  if (unnamed.length === 0) return [];
  return [
    'No rule can name these users, whose names are none that IAM makes, or look like secrets:',
    ...unnamed.slice(0, USERS_TOLD_MAX).map(({ name }) => `  ${name}`),
    ...(unnamed.length > USERS_TOLD_MAX ? [`  and ${unnamed.length - USERS_TOLD_MAX} more`] : []),
  ];
}

function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
