// The report of a made-up company, with something in every part: for pictures, and for whoever looks at the page.

import { statusOf } from '../../src/app/read-status.ts';
import { buildKeyReport } from '../../src/app/report/build-key-report.ts';
import type { Governing } from '../../src/app/report/governed-users.ts';
import { accessKeyId } from '../../src/base/access-key-id.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Config, PlacedExemption } from '../../src/config/read-config.ts';
import { UserHistory } from '../../src/lifecycle/history.ts';
import { type Milestone, milestonesOf } from '../../src/lifecycle/milestones.ts';
import { stagesOf } from '../../src/lifecycle/open-outlook.ts';
import type { JournalRecord, RotationStep } from '../../src/lifecycle/record.ts';
import type { KeyReport } from '../../src/reports/key-report/document.ts';
import type { AccountState } from '../../src/state/state-store.ts';
import {
  daysAgo,
  FACTS,
  type MadeKey,
  type MadeUser,
  NOW,
  reportedAccount,
} from './report-fixture.ts';

const PRODUCTION = '123456789012';
const STAGING = '111122223333';
const TOOLS = '444455556666';

let made = 0;
/** Of AWS's documented kind, and the same each time. */
function keyId(): string {
  made += 1;
  return `AKIAEXAMPLE${String(made).padStart(9, '0')}`;
}

const step = (type: string, more: object = {}) => ({ type, ...more }) as RotationStep;

interface Open {
  readonly user: string;
  readonly old: MadeKey & { readonly id: string };
  readonly begunDaysAgo: number;
  readonly steps: (newKeyId: string) => readonly RotationStep[];
}

/** A user whose rotation is open, with the keys that AWS shows. */
function openUser({ user, old, begunDaysAgo, steps }: Open, account: string): MadeUser {
  const newId = keyId();
  const target = { kind: 'secrets-manager', place: `us-east-1:app/${user}` };
  const all = [
    step('intended', {
      ...{ oldKeyId: old.id, knownKeyIds: [old.id], oldKeyFate: 'when-quiet', target },
    }),
    ...steps(newId),
  ];
  const records = all.map((each, index) => {
    const at = new Date(daysAgo(begunDaysAgo).getTime() + index * 9_000);
    const envelope = { v: 6, run: 'run', account, user, rotation: `rotation-${user}` } as const;
    return { ...envelope, at, step: each } as JournalRecord;
  });
  const history = new UserHistory(records);
  const hasNewKey = all.some(({ type }) => type === 'created');
  const fresh: MadeKey = { age: begunDaysAgo, id: newId };
  return { user, history, keys: hasNewKey ? [old, fresh] : [old] };
}

const graced = (days: number) => (newKeyId: string) => [
  step('created', { newKeyId: accessKeyId(newKeyId) }),
  step('proved', { checks: 3 }),
  step('delivered', { receipts: [] }),
  step('in-grace', { notBefore: new Date(NOW.getTime() + days * 86_400_000).toISOString() }),
];

function production(): MadeUser[] {
  const open = (one: Open) => openUser(one, PRODUCTION);
  const doubtful = (newKeyId: string) => [
    ...graced(3)(newKeyId).slice(0, 3),
    step('hook-begun', { on: 'after-deliver', mark: 'a1', label: 'rollout restart deploy/search' }),
  ];
  return [
    open({
      user: 'svc-billing',
      old: { age: 96, used: 0, service: 's3', id: keyId() },
      begunDaysAgo: 6,
      steps: graced(8),
    }),
    open({
      user: 'svc-orders',
      old: { age: 94, used: 2, service: 'dynamodb', id: keyId() },
      begunDaysAgo: 4,
      steps: graced(11),
    }),
    open({
      user: 'svc-ledger',
      old: { age: 121, used: 30, service: 'sqs', id: keyId() },
      begunDaysAgo: 31,
      steps: graced(-1),
    }),
    open({
      user: 'svc-search',
      old: { age: 92, used: 0, service: 'es', id: keyId() },
      begunDaysAgo: 1,
      steps: doubtful,
    }),
    { user: 'backup-agent', keys: [{ age: 412, used: 1, service: 's3', id: keyId() }] },
    {
      user: 'ci-deploy',
      keys: [
        { age: 203, used: 0, service: 'ecr', id: keyId() },
        { age: 131, used: 3, service: 'ecs', id: keyId() },
      ],
    },
    { user: 'mailer', keys: [{ age: 164, used: 0, service: 'ses', id: keyId() }] },
    { user: 'legacy-erp', keys: [{ age: 377, used: 0, service: 's3', id: keyId() }] },
    { user: 'crawler', keys: [{ age: 74, used: 61, service: 'sqs', id: keyId() }] },
    { user: 'reports-2023', keys: [{ age: 82, id: keyId() }] },
    ...steadyUsers('prod', 41),
  ];
}

/** Users about whom there is nothing to say. */
function steadyUsers(name: string, count: number): MadeUser[] {
  return Array.from({ length: count }, (_, index) => ({
    user: `${name}-app-${String(index + 1).padStart(2, '0')}`,
    keys: [
      {
        age: (index * 37 + 5) % 88,
        used: (index * 5) % 4,
        service: ['s3', 'sqs', 'kms', 'dynamodb'][index % 4] ?? 's3',
        id: keyId(),
      },
    ],
  }));
}

const exemption = (more: Partial<PlacedExemption>): PlacedExemption => ({
  match: { user: 'legacy-erp' },
  owner: 'ada@example.com',
  reason: 'the vendor ships a new version in January',
  until: '2026-12-15',
  at: { file: 'keyturn.yaml', line: 48, column: 5 },
  ...more,
});

const EXEMPTIONS = [
  exemption({}),
  exemption({
    ...{ match: { tag: { team: 'scanner' } }, owner: 'security@example.com', until: '2027-05-31' },
    ...{ reason: 'keys are bound to hardware', at: { file: 'keyturn.yaml', line: 54, column: 5 } },
  }),
];

const CONFIG = {
  file: 'keyturn.yaml',
  model: {
    version: 1,
    rules: [
      { name: 'people', match: 'all' },
      { name: 'apps', match: 'all' },
    ],
  },
  exemptions: EXEMPTIONS,
} as unknown as Config;

const GOVERNING: Governing = {
  learn: async () => {},
  daysFor: () => 90,
  of: (user) => ({
    rule: user.startsWith('ci') ? 'people' : 'apps',
    daysThreshold: 90,
    exemption: user === 'legacy-erp' ? EXEMPTIONS[0] : undefined,
    refused: undefined,
  }),
};

/** What runs did in the weeks before, so that the picture of them has something to show. */
function pastWeeks(): Milestone[] {
  const rotated = [3, 5, 2, 7, 4, 6, 9, 5, 3, 8, 6, 4];
  return rotated.flatMap((count, index) => {
    const at = daysAgo(80 - index * 7);
    const many = (kind: Milestone['kind'], times: number) =>
      Array.from({ length: times }, () => ({ kind, at, run: 'run', keyId: undefined }));
    return [
      ...many('rotated', count),
      ...many('retired', rotated[index - 2] ?? 0),
      ...many('failed', index === 6 ? 2 : 0),
    ];
  });
}

/** A state that has these journals and nothing else. */
function stateOf(users: readonly MadeUser[]): AccountState {
  const none = { list: async () => [], sealed: { list: async () => [] } };
  const histories = new Map(
    users.flatMap(({ user, history }) => (history ? [[user, history]] : [])),
  );
  return {
    custody: none,
    sightings: { inactiveSince: () => undefined },
    users: async () => [...histories.keys()],
    history: async (user: string) => histories.get(user) ?? new UserHistory(),
  } as unknown as AccountState;
}

async function accountOf(account: string, name: string, users: readonly MadeUser[]) {
  const histories = users.flatMap(({ history }) => history ?? []);
  const status = await statusOf(account, stateOf(users), { now: NOW });
  const stages = histories.flatMap((history) => {
    const { open } = history;
    return open === undefined ? [] : [[open.id, stagesOf(open, history)] as const];
  });
  return reportedAccount({
    ...{ account, users, status, governing: GOVERNING, stages: new Map(stages) },
    name,
    milestones: [...(name === 'production' ? pastWeeks() : []), ...histories.flatMap(milestonesOf)],
  });
}

export async function demoReport(): Promise<KeyReport> {
  made = 0;
  const failed = new KeyturnError(
    'cannot-enter-account',
    'account 777788889999: AWS refuses the role KeyRotation',
    {
      hint: 'make the role there, and let it be assumed by this caller',
    },
  );
  const accounts = [
    await accountOf(PRODUCTION, 'production', production()),
    await accountOf(STAGING, 'staging', [
      { user: 'load-test', keys: [{ age: 118, used: 40, service: 'ec2', id: keyId() }] },
      ...steadyUsers('staging', 14),
    ]),
    await accountOf(TOOLS, 'tooling', steadyUsers('tool', 9)),
  ];
  return buildKeyReport(
    {
      accounts,
      failures: [{ account: '777788889999', error: failed }],
      skipped: [{ id: '999900001111', state: 'SUSPENDED' }],
      signedBy: undefined,
    },
    {
      ...{ ...FACTS, config: CONFIG, state: 'dynamodb:keyturn' },
      commands: {
        lookFirst: 'keyturn plan --config keyturn.yaml',
        keys: (...words) => ['keyturn', 'keys', ...words, '--organization'].join(' '),
      },
    },
  );
}
