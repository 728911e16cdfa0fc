// What the keys say about controls that auditors ask for, as data. Each says what was looked at, because none of them
// is about access keys alone, and what could not be read is not met (I11).
//
// Numbers: CIS Amazon Web Services Foundations Benchmark 3.0, 5.0 and 6.0; the controls reference of AWS Security Hub;
// PCI DSS 4.0.1.

import { MS_PER_DAY } from '../../base/clock.ts';
import type { ReportControl, ReportKey } from '../../reports/key-report/document.ts';
import { isExemptDue } from './age-buckets.ts';

/** Both benchmarks and Security Hub fix these numbers, whatever the threshold of a run is. */
const ROTATE_WITHIN_DAYS = 90;
const UNUSED_DAYS = 45;

const CIS = 'CIS AWS Foundations';
const HUB = 'AWS Security Hub';
const PCI = 'PCI DSS 4.0.1';

type Judgement = 'fine' | 'fails' | 'not-known';

interface Rule extends Pick<ReportControl, 'id' | 'requirement' | 'sources' | 'judged'> {
  readonly judge: (key: ReportKey, now: Date) => Judgement;
}

const from = (...numbers: readonly (readonly [framework: string, number: string])[]) =>
  numbers.map(([framework, number]) => ({ framework, number }));

/** Of single keys. */
const KEY_RULES: readonly Rule[] = [
  {
    id: 'rotated-within-90-days',
    requirement: 'Access keys are rotated every 90 days or less',
    sources: from(
      [`${CIS} 3.0`, '1.14'],
      [`${CIS} 5.0`, '1.13'],
      [`${CIS} 6.0`, '2.13'],
      [HUB, 'IAM.3'],
    ),
    judged: 'Active keys that are older than 90 days',
    judge: ({ created }, now) => (daysSince(created, now) > ROTATE_WITHIN_DAYS ? 'fails' : 'fine'),
  },
  {
    id: 'unused-for-45-days',
    requirement: 'Credentials that nobody has used for 45 days are disabled',
    sources: from(
      [`${CIS} 3.0`, '1.12'],
      [`${CIS} 5.0`, '1.11'],
      [`${CIS} 6.0`, '2.11'],
      [HUB, 'IAM.22'],
    ),
    judged:
      'Active keys without a use in 45 days; one that was never used counts from its creation. Passwords are not looked at.',
    judge: unused,
  },
  {
    id: 'changed-every-90-days',
    requirement: 'What is the only factor of a sign-in is changed every 90 days',
    sources: from([PCI, '8.3.9']),
    judged:
      'Active keys that are older than 90 days: an access key signs in by itself. Passwords are not looked at.',
    judge: ({ created }, now) => (daysSince(created, now) > ROTATE_WITHIN_DAYS ? 'fails' : 'fine'),
  },
  {
    id: 'changed-as-analysed',
    requirement: 'Credentials of applications are changed as often as your own risk analysis says',
    sources: from([PCI, '8.6.3']),
    judged: 'Active keys that are as old as the threshold of their rule, or older',
    judge: ({ due }) => (due ? 'fails' : 'fine'),
  },
];

function unused({ created, last_used: used }: ReportKey, now: Date): Judgement {
  if (daysSince(created, now) < UNUSED_DAYS) return 'fine';
  if (used === null) return 'not-known';
  return used === 'never' || daysSince(used, now) >= UNUSED_DAYS ? 'fails' : 'fine';
}

function daysSince(time: string, now: Date): number {
  return (now.getTime() - Date.parse(time)) / MS_PER_DAY;
}

/** What was read of the accounts beside their keys. */
export interface ControlFacts {
  readonly now: Date;
  /** Whether accounts or users are missing. */
  readonly isIncomplete: boolean;
}

/** `keys` are all keys of the accounts. */
export function controlsOf(keys: readonly ReportKey[], facts: ControlFacts): ReportControl[] {
  const active = keys.filter(({ status }) => status === 'Active');
  return [oneActiveKey(active, facts), ...KEY_RULES.map((rule) => ofKeys(rule, active, facts))];
}

function ofKeys(rule: Rule, active: readonly ReportKey[], facts: ControlFacts): ReportControl {
  const { judge, ...about } = rule;
  const judged = active.map((key) => ({ key, verdict: judge(key, facts.now) }));
  const failing = judged.filter(({ verdict }) => verdict === 'fails').map(({ key }) => key);
  const counts = {
    ...{ unit: 'keys' as const, examined: active.length, failing: failing.length },
    exempt: failing.filter(isExempt).length,
    in_grace: failing.filter(isInGrace).length,
    not_known: judged.filter(({ verdict }) => verdict === 'not-known').length,
  };
  return { ...about, sources: [...about.sources], ...counts, status: statusOf(counts, facts) };
}

function oneActiveKey(active: readonly ReportKey[], facts: ControlFacts): ReportControl {
  const users = new Map<string, ReportKey[]>();
  for (const key of active) {
    const name = `${key.account_id}/${key.username}`;
    users.set(name, [...(users.get(name) ?? []), key]);
  }
  const failing = [...users.values()].filter((own) => own.length > 1);
  const counts = {
    ...{ unit: 'users' as const, examined: users.size, failing: failing.length, not_known: 0 },
    exempt: failing.filter((own) => own.some(isExempt)).length,
    in_grace: failing.filter((own) => own.some(isInGrace)).length,
  };
  return {
    id: 'one-active-key',
    requirement: 'A user has no more than one Active access key',
    sources: from([`${CIS} 3.0`, '1.13'], [`${CIS} 5.0`, '1.12'], [`${CIS} 6.0`, '2.12']),
    judged:
      'Users with more than one Active key; a rotation in grace has two for as long as it lasts',
    ...counts,
    status: statusOf(counts, facts),
  };
}

function isExempt({ exempt_until: until, ...key }: ReportKey): boolean {
  return until !== null || isExemptDue(key);
}

function isInGrace({ state }: ReportKey): boolean {
  return state === 'in-grace' || state === 'open';
}

function statusOf(
  { failing, not_known: unknown }: Pick<ReportControl, 'failing' | 'not_known'>,
  { isIncomplete }: ControlFacts,
): ReportControl['status'] {
  if (failing > 0) return 'not-met';
  return unknown > 0 || isIncomplete ? 'not-known' : 'met';
}
