// The flags and the help of `keyturn sandbox`.

import type { FlagTable } from '../flags/flag.ts';
import { type HelpForm, type HelpSection, renderHelp } from '../flags/help.ts';
import * as rule from '../flags/value-rules.ts';
import { ABOUT_FLAGS } from '../rotate/flags.ts';
import { SANDBOX_ORDERS } from './sandbox-order-flags.ts';

const ACCOUNT = 'The account';
const ORGANIZATION = 'The organization';
const BEHAVIOUR = 'How the service behaves';

export const SANDBOX_FLAGS = {
  users: {
    names: ['users'],
    rule: rule.integer('N', 0, 100_000),
    group: ACCOUNT,
    about: 'How many users the account has; 0 for an account that a script fills.',
    fallback: '40',
  },
  seed: {
    names: ['seed'],
    rule: rule.word,
    group: ACCOUNT,
    about: 'The same seed makes the same account.',
    fallback: 'random, and printed',
  },
  workloads: {
    names: ['workloads'],
    rule: rule.boolean,
    group: ACCOUNT,
    about:
      'Simulated workloads for the keys that were used within a week, each reading a secret app/USER on a schedule of its own.',
    fallback: 'nothing uses a key by itself',
  },
  credentialsFile: {
    names: ['credentials-file'],
    rule: rule.path,
    group: ACCOUNT,
    about:
      'Adds people who may rotate their own keys, and writes this file with a profile for each (production, staging, dev, and admin): then keyctl works as on their machine. It is removed when the sandbox stops, and takes the place of no other file.',
    fallback: 'none',
  },
  accounts: {
    names: ['accounts'],
    rule: rule.integer('N', 1, 50_000),
    group: ORGANIZATION,
    about:
      'Makes the account manage an organization with so many member accounts, each with --users users.',
    fallback: 'no organization',
  },
  suspended: {
    names: ['suspended'],
    rule: rule.integer('N', 0, 50_000),
    group: ORGANIZATION,
    about: 'How many of the member accounts are suspended.',
    fallback: '0',
  },
  withoutRole: {
    names: ['without-role'],
    rule: rule.integer('N', 0, 50_000),
    group: ORGANIZATION,
    about: 'How many others lack the role that the managing account assumes.',
    fallback: '0',
  },
  roleName: {
    names: ['role-name'],
    rule: rule.word,
    group: ORGANIZATION,
    about: 'The name of that role.',
    fallback: 'OrganizationAccountAccessRole',
  },
  externalId: {
    names: ['external-id'],
    rule: rule.word,
    group: ORGANIZATION,
    about: 'The external ID without which the role is not given.',
    fallback: 'none',
  },
  port: {
    names: ['port'],
    rule: rule.integer('P', 0, 65_535),
    group: BEHAVIOUR,
    about: 'Port on 127.0.0.1; 0 takes any free one.',
    fallback: '0',
  },
  latencyMs: {
    names: ['latency-ms'],
    rule: rule.integer('MS', 0, 60_000),
    group: BEHAVIOUR,
    about: 'Milliseconds that every answer takes.',
    fallback: '0',
  },
  keyLagSeconds: {
    names: ['key-lag-s'],
    rule: rule.decimal('SECONDS', 0, 3600),
    group: BEHAVIOUR,
    about: 'How long a new key is refused at first, as in the real IAM; such as 1.5.',
    fallback: '0',
  },
  rate: {
    names: ['rate'],
    rule: rule.integer('R', 1, 1_000_000),
    group: BEHAVIOUR,
    about: 'Requests per second before calls are throttled.',
    fallback: 'no limit',
  },
  burst: {
    names: ['burst'],
    rule: rule.integer('B', 1, 1_000_000),
    group: BEHAVIOUR,
    about: 'With --rate: how many requests may come at once.',
    fallback: 'twice the rate',
  },
  help: ABOUT_FLAGS.help,
} as const satisfies FlagTable;

const ORDERS: HelpSection = {
  title: 'Orders to a sandbox that runs (KEYTURN_SANDBOX names it)',
  entries: Object.entries(SANDBOX_ORDERS),
};

const CLOCK: HelpSection = {
  title: 'Its clock',
  entries: [
    [
      'advance TIME',
      'TIME is a whole number of s, m, h, d or w. Keys and reports age, sessions end, workloads do what they would have done. The clock goes on from there as time does.',
    ],
    [
      'KEYTURN_SANDBOX',
      "While it is set, rotate-iam-keys, keyctl and keyturn take their time from the sandbox when they start, and refuse every AWS endpoint that is not this sandbox (endpoint-guard). Signatures keep this machine's time, so any other AWS client works too. Files keep it as well: locks, and the names of backups.",
    ],
  ],
};

const WORKLOADS: HelpSection = {
  title: 'Workloads',
  entries: [
    [
      '--workloads',
      "Made-up ones, for --deliver 'secrets-manager=app/{user}': most read their secret every 20 minutes or every hour, jobs read when they start (daily, weekly, monthly), some read once a week, a few never again.",
    ],
    [
      '--add WORKLOAD',
      'Starts one more. WORKLOAD is name=NAME,place=PLACE and, each optional, reads=TIME|each-call|never (20m), calls=TIME (5m), service=s3, region=us-east-1. PLACE is secrets-manager=NAME, ssm=NAME, or file=PATH#PROFILE; NAME,NAME for the two halves of a pair.',
    ],
    ['--restart NAME', 'Starts it again, as a new deployment does: it reads its place now.'],
    [
      'refused',
      'Calls with a key that is Inactive or deleted, or with a wrong secret: what a rotation that cuts somebody off would cost.',
    ],
  ],
};

const CONTROL: HelpSection = {
  title: 'While it serves, below $AWS_ENDPOINT_URL/_sandbox/',
  entries: [
    ['GET state', 'every account with its users and keys, their secrets included'],
    ['GET requests', 'the calls so far; DELETE forgets them'],
    ['GET faults', 'the faults, and how many calls each has matched; DELETE ends them'],
    [
      'POST faults',
      'one fault or a list: effect, and if wanted operation, user, account, resource, and calls as {"nth": N} or {"first": N}',
    ],
    [
      'POST clock',
      'moves the calendar that dates keys, reports and uses: {"advanceMs": MS}, also back, or {"now": "2026-01-31T00:00:00Z"}; signatures fit all the same',
    ],
    [
      'POST settings',
      'latencyMs, keyLagSeconds, readLagSeconds, lastUsedLagSeconds, rate and others',
    ],
    ['POST seed', 'more accounts, users, keys and roles'],
    ['GET clock', 'that calendar, and how far it is from the real one'],
    ['GET workloads', 'each with its counts, and their sums; DELETE ends them'],
    [
      'POST workloads',
      '{"workloads": [{"name": NAME, "place": PLACE, …}]}, or {"populate": {}} for what --workloads does',
    ],
    ['POST restart', '{"name": NAME}: the workload reads its place now'],
  ],
};

const FAULTS: HelpSection = {
  title: 'Kinds of effects of a fault',
  entries: [
    ['throttle, error, access-denied', 'refused before any work'],
    ['hang, reset', 'no work, and no answer: never, or the connection is cut'],
    ['drop-reply, truncate-body', 'the work is done, and its answer is lost, or half of it'],
    ['error-after-commit', 'the work is done, and the answer is an error'],
    ['delay, late-commit', 'the work is done later; with late-commit nobody waits for it'],
    ['delay-reply, slow-body', 'the work is done at once, and the answer comes later, or trickles'],
  ],
};

const EXAMPLES = [
  {
    about: 'In one terminal:',
    command: 'keyturn sandbox --users 200 --port 4599 --key-lag-s 2 | tee sandbox.env',
  },
  {
    about: 'With an organization:',
    command: 'keyturn sandbox --accounts 50 --users 20 --suspended 2 --without-role 3',
  },
  {
    about: 'In another:',
    command: '. ./sandbox.env\nrotate-iam-keys --dry-run',
  },
  {
    about:
      'For keyctl, with a credentials file of its own (the second line in that other terminal):',
    command: 'keyturn sandbox --credentials-file practice > sandbox.env\nkeyctl production',
  },
  {
    about: 'A rotation under load, and nine days later (in that other terminal):',
    command: [
      'keyturn sandbox --workloads > sandbox.env    # in the first one',
      "rotate-iam-keys --deliver 'secrets-manager=app/{user}'",
      'keyturn sandbox advance 9d',
      'keyturn sandbox workloads',
    ].join('\n'),
  },
  {
    about: 'The answer to the next CreateAccessKey is lost:',
    command:
      'curl "$AWS_ENDPOINT_URL/_sandbox/faults" -d \'{\n  "operation": "CreateAccessKey", "calls": {"first": 1},\n  "effect": {"kind": "drop-reply"}}\'',
  },
  {
    about: 'One more user, with a key of 200 days:',
    command:
      'curl -sS "$AWS_ENDPOINT_URL/_sandbox/seed" -d \'{"accounts": [{\n  "id": "123456789012",\n  "users": [{"name": "ada", "keys": [{"ageDays": 200}]}]}]}\' > /dev/null',
  },
];

export function sandboxHelp(form?: HelpForm): string {
  return renderHelp(
    {
      program: 'keyturn sandbox',
      summary:
        'an AWS to practise on: IAM, STS, Organizations, secrets and parameters on this machine, with a believable account or organization.',
      usage: [
        'keyturn sandbox [flags]',
        'keyturn sandbox advance TIME [--json]',
        'keyturn sandbox clock [--json]',
        'keyturn sandbox workloads [--add …] [--restart …] [--json]',
      ],
      description: [
        'It prints the environment to export, then serves until it is stopped with Ctrl-C. Nothing is kept, and nothing leaves this machine.',
        'While it serves, calls can be made to fail and its calendar can be moved: JSON over HTTP, as below. What is misspelt is refused.',
      ],
      flags: SANDBOX_FLAGS,
      sections: [ORDERS, CLOCK, WORKLOADS, CONTROL, FAULTS],
      examples: EXAMPLES,
    },
    form,
  );
}
