// What `keyturn report` reads, made up: users and keys by their ages, judged by the same code as real ones.

import { buildKeyReport, type KeyReportFacts } from '../../src/app/report/build-key-report.ts';
import { type Governing, sameAge } from '../../src/app/report/governed-users.ts';
import type { ReadReport, ReportedAccount } from '../../src/app/report/read-report.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import type { DatedKey } from '../../src/lifecycle/dated-keys.ts';
import { UserHistory } from '../../src/lifecycle/history.ts';
import { viewKeys } from '../../src/lifecycle/key-state.ts';
import type { LastUse } from '../../src/lifecycle/keys.ts';
import { NEVER_LOOKED } from '../../src/lifecycle/use-history.ts';
import type { KeyReport } from '../../src/reports/key-report/document.ts';

export const NOW = new Date('2026-11-28T12:00:00Z');
const DAY_MS = 86_400_000;

export const daysAgo = (days: number): Date => new Date(NOW.getTime() - days * DAY_MS);

export interface MadeKey {
  readonly age: number;
  /** Days since its last use; never when left out. */
  readonly used?: number | 'unreadable';
  readonly service?: string;
  readonly isInactive?: boolean;
  readonly id?: string;
}

export interface MadeUser {
  readonly user: string;
  readonly keys: readonly MadeKey[];
  readonly history?: UserHistory;
}

export interface MadeAccount extends Partial<Omit<ReportedAccount, 'account' | 'listed'>> {
  readonly account: string;
  readonly users: readonly MadeUser[];
  readonly unreadable?: ReportedAccount['listed']['unreadable'];
}

export const ACCOUNT = '123456789012';

export function reportedAccount(made: MadeAccount): ReportedAccount {
  const { account, users, unreadable = [], governing = sameAge(90), ...more } = made;
  const shown = users.map((user) => shownUser(user, governing));
  return {
    account,
    name: undefined,
    governing,
    status: { open: [], left: [], wrong: [], kept: [] },
    stages: new Map(),
    milestones: [],
    failures: [],
    ...more,
    listed: {
      account,
      source: { kind: 'credential-report', asOf: NOW },
      shown: shown.filter(({ views }) => views.length > 0),
      unreadable,
      usersExamined: users.length,
      keysExamined: users.reduce((sum, { keys }) => sum + keys.length, 0),
      unknown: 0,
    },
  };
}

function shownUser(
  { user, keys: made, history = new UserHistory() }: MadeUser,
  governing: Governing,
) {
  const keys = made.map(datedKey);
  const views = viewKeys(keys, {
    history,
    now: NOW,
    daysThreshold: governing.daysFor(user),
    signer: { dependsOn: () => false, isReplaceable: false },
    lastSeenActive: () => undefined,
    inactiveSince: () => undefined,
    usesOf: () => NEVER_LOOKED,
    usesAsOf: NOW,
    waiting: new Set(),
  });
  return { user, views, keys, isCertain: true, history, usesOf: () => NEVER_LOOKED, unknown: 0 };
}

function datedKey({ age, used, service = 's3', isInactive = false, id }: MadeKey): DatedKey {
  return {
    id: id === undefined ? undefined : accessKeyId(id),
    status: isInactive ? 'Inactive' : 'Active',
    createdAt: daysAgo(age),
    lastUse: useOf(used, service),
  };
}

function useOf(used: MadeKey['used'], service: string): LastUse | 'unreadable' {
  if (used === undefined) return { used: 'never' };
  if (used === 'unreadable') return used;
  return { used: 'at', at: daysAgo(used), service, region: 'eu-central-1' };
}

export const FACTS: KeyReportFacts = {
  now: NOW,
  since: daysAgo(84),
  daysThreshold: 90,
  unusedDays: 45,
  config: undefined,
  state: '/var/lib/keyturn',
  reach: () => ({ flags: [] }),
  commands: {
    lookFirst: 'rotate-iam-keys --dry-run',
    keys: (...words) => ['keyturn', 'keys', ...words].join(' '),
  },
};

export function readOf(
  accounts: readonly MadeAccount[],
  more: Partial<ReadReport> = {},
): ReadReport {
  const none = { failures: [], skipped: [], signedBy: undefined };
  return { ...none, ...more, accounts: accounts.map(reportedAccount) };
}

export function reportOf(
  accounts: readonly MadeAccount[],
  facts: Partial<KeyReportFacts> = {},
): KeyReport {
  return buildKeyReport(readOf(accounts), { ...FACTS, ...facts });
}

/** A believable account of so many keys, the same each time. */
export function manyUsers(count: number): MadeUser[] {
  return Array.from({ length: count }, (_, index) => {
    const age = (index * 7919) % 400;
    const used = index % 11 === 0 ? {} : { used: Math.min(age, (index * 31) % 90) };
    const id = `AKIAEXAMPLE${String(index).padStart(9, '0')}`;
    return {
      user: `svc-${['billing', 'orders', 'search', 'reports'][index % 4]}-${index}`,
      keys: [{ age, id, ...used, isInactive: index % 17 === 0 }],
    };
  });
}
