// Who is governed by what, and when: the configuration asked, with a clock and facts from tables.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toKeyturnError } from '../base/errors.ts';
import { instantOf, instantsOf, localTime } from './calendar.ts';
import { evaluateUser, groupOf } from './evaluate.ts';
import { mayBegin } from './gate.ts';
import { readPlace } from './place-item.ts';
import { filledIn } from './place-template.ts';
import { type Config, readConfig } from './read-config.ts';
import type { AccountFacts, UserFacts } from './select.ts';
import { layersOf, settingsOf } from './settings.ts';
import { longestClosedDays, nextOpening, readWindow } from './window.ts';

const NOW = new Date('2026-11-28T09:00:00Z');

async function configOf(text: string, now = NOW): Promise<Config> {
  const load = async () => ({ reason: 'there is no such file' });
  const reading = await readConfig(
    { file: 'keyturn.yaml', bytes: Buffer.from(text) },
    { now, load },
  );
  assert.ok(reading.config !== undefined, reading.faults.map(({ message }) => message).join('\n'));
  return reading.config;
}

const ACCOUNT: AccountFacts = {
  id: '111122223333',
  name: 'acme-prod',
  ou: 'Root/Workloads/Prod',
  ouIds: ['ou-ab12-34567890'],
  tags: { stage: 'prod' },
};

function user(name: string, more: Partial<UserFacts> = {}): UserFacts {
  return { name, path: '/', tags: {}, groups: [], hasPassword: false, ...more };
}

/** The name of the rule that governs, or what else holds. */
async function verdict(
  text: string,
  about: UserFacts,
  at = NOW,
  account = ACCOUNT,
): Promise<string> {
  const config = await configOf(text);
  const { verdict: is } = evaluateUser(config, { account, user: about, now: at });
  return is.kind === 'governed' ? is.rule.name : is.kind;
}

const one = (match: string) =>
  `version: 1\nrules: [{name: a, match: ${match}, deliver: [handoff]}]\n`;

const SELECTIONS: readonly (readonly [match: string, about: UserFacts, expected: string])[] = [
  ['{user: svc-*}', user('svc-a'), 'a'],
  ['{user: svc-*}', user('Svc-a'), 'unmatched'],
  ['{user: [x, svc-?]}', user('svc-ab'), 'unmatched'],
  ["{user: '/^ci-[a-z]+$/'}", user('ci-web'), 'a'],
  ["{user: '/^ci-[a-z]+$/'}", user('ci-web2'), 'unmatched'],
  ['{path: /svc/*}', user('a', { path: '/svc/' }), 'a'],
  ['{path: /svc/*}', user('a', { path: '/svc/eu/x/' }), 'a'],
  ['{path: /svc/*}', user('a', { path: '/Svc/' }), 'unmatched'],
  ['{path: /svc/*}', user('a', { path: undefined }), 'unreadable'],
  ['{path: /svc/}', user('a', { path: '/other/svc/' }), 'unmatched'],
  ['{tag: {team: "*"}}', user('a', { tags: { team: '' } }), 'a'],
  ['{tag: {team: "*"}}', user('a'), 'unmatched'],
  ['{tag: {toString: "*"}}', user('a'), 'unmatched'],
  ['{tag: {rotate: no}}', user('a', { tags: { rotate: 'no' } }), 'a'],
  ['{tag: {team: [a, b]}, user: x}', user('y', { tags: undefined }), 'unmatched'],
  ['{user: "*", not: {tag: {team: "*"}}}', user('a', { tags: undefined }), 'unreadable'],
  ['{user: "*", not: {tag: {team: "*"}}}', user('a'), 'a'],
  [
    '{user: "*", not: {group: [contractors, "*-test"]}}',
    user('a', { groups: ['web-test'] }),
    'unmatched',
  ],
  ['{group: "*"}', user('a'), 'unmatched'],
  ['{has_password: true}', user('a', { hasPassword: true }), 'a'],
  ['{has_password: false}', user('a', { hasPassword: undefined }), 'unreadable'],
  ['{any: [{user: a}, {path: /p/}]}', user('b', { path: '/p/' }), 'a'],
  ['{any: [{user: a}, {tag: {x: y}}]}', user('a', { tags: undefined }), 'a'],
  ['{account: "111122223333"}', user('a'), 'a'],
  ['{account: "999922223333"}', user('a'), 'unmatched'],
];

for (const [match, about, expected] of SELECTIONS) {
  test(`${match} and ${JSON.stringify(about)}: ${expected}`, async () => {
    assert.equal(await verdict(one(match), about), expected);
  });
}

const IN_ACCOUNTS: readonly (readonly [match: string, expected: string])[] = [
  ['{account: acme-*}', 'a'],
  ['{account: {name: acme-prod, tag: {stage: prod}}}', 'a'],
  ['{account: {ou: Root/Workloads/*}}', 'a'],
  ['{account: {ou: Root/Workloads/Prod/*}}', 'a'],
  ['{account: {ou: Root/Workloads/Prod}}', 'a'],
  ['{account: {ou: Root/Workloads}}', 'unmatched'],
  ['{account: {ou: ou-ab12-34567890}}', 'a'],
];

for (const [match, expected] of IN_ACCOUNTS) {
  test(`${match}: ${expected}`, async () => {
    const text = `${one(match)}accounts: {organization: true}\n`;
    assert.equal(await verdict(text, user('a')), expected);
    const nobodyTold = {
      ...ACCOUNT,
      name: undefined,
      ou: undefined,
      ouIds: undefined,
      tags: undefined,
    };
    assert.equal(await verdict(text, user('a'), NOW, nobodyTold), 'unreadable');
  });
}

test('the first rule that matches governs, and what it leaves out comes from further away', async () => {
  const config = await configOf(`version: 1
accounts:
  groups:
    - {name: prod, match: {id: "111122223333"}, defaults: {days_threshold: 60, hold_days: 60}}
    - {name: rest, match: {id: "444455556666"}}
defaults: {days_threshold: 90, retire_deadline_days: 45, deliver: [handoff]}
rules:
  - {name: old, extends: base, match: {user: old}, retire_deadline_days: none}
  - {name: base, match: {user: "svc-*"}, days_threshold: 30, quiet_days: 20}
  - {name: people, match: {path: /people/*}, retire: never}
  - {name: rest, match: all}
`);
  const settings = (name: string, account = ACCOUNT, path = '/') => {
    const { verdict: is } = evaluateUser(config, { account, user: user(name, { path }), now: NOW });
    assert.ok(is.kind === 'governed');
    return is.settings;
  };
  const other = { ...ACCOUNT, id: '444455556666' };
  assert.equal(settings('old').daysThreshold.value, 30);
  assert.equal(settings('old').deadlineDays.value, undefined);
  assert.equal(settings('svc-a').deadlineDays.value, 45);
  assert.equal(settings('x').daysThreshold.value, 60);
  assert.equal(settings('x', other).daysThreshold.value, 90);
  assert.equal(settings('x').holdDays.value, 60);
  assert.deepEqual(config.at(settings('x').holdDays.path ?? []).line, 4);
  // "never" stands nearer than the deadline of the defaults, which is about other rules.
  assert.equal(settings('y', other, '/people/').deadlineDays.value, undefined);
  const { settings: _, ...none } = {
    settings: 0,
    ...groupOf(config, { ...ACCOUNT, id: '777788889999' }),
  };
  assert.deepEqual(none, { kind: 'in-no-group' });
});

test('a flag wins in every rule', async () => {
  const { model } = await configOf(
    'version: 1\nrules: [{name: a, match: all, days_threshold: 30, deliver: [handoff]}]\n',
  );
  const settings = settingsOf(layersOf(model, 0), { days_threshold: 10, hold_days: 5 });
  assert.equal(settings.daysThreshold.value, 10);
  assert.equal(settings.holdDays.value, 5);
});

const exemption = (until: string, more = '') => `version: 1
time_zone: Europe/Berlin
rules: [{name: a, match: all, deliver: [handoff]}]
exemptions:
  - {match: {user: lift}, owner: Ann, reason: cannot change keys, until: ${until}}
${more}`;

test('an exemption holds to the end of its last day, in the zone of the file', async () => {
  const text = exemption('2026-11-28');
  assert.equal(await verdict(text, user('lift'), new Date('2026-11-28T22:59:00Z')), 'exempt');
  assert.equal(
    await verdict(text, user('lift'), new Date('2026-11-28T23:01:00Z')),
    'exemption-expired',
  );
  assert.equal(await verdict(text, user('other'), new Date('2026-11-28T23:01:00Z')), 'a');
});

test('beside an exemption that holds one that has ended is told, and nothing more', async () => {
  const more =
    '  - {match: {user: "li*"}, owner: Bob, reason: until the new one comes, until: 2027-03-01}\n';
  const config = await configOf(exemption('2026-11-20', more));
  const { verdict: is, ended } = evaluateUser(config, {
    account: ACCOUNT,
    user: user('lift'),
    now: NOW,
  });
  assert.ok(is.kind === 'exempt' && is.exemption.owner === 'Bob');
  assert.deepEqual(
    ended.map(({ owner }) => owner),
    ['Ann'],
  );
});

const BERLIN = 'Europe/Berlin';
const windows = (...texts: string[]) => texts.flatMap((text) => readWindow(text) ?? []);

/** Whether a key may be replaced then, and if not, from when on. */
async function gate(rest: string, at: string): Promise<string> {
  const config = await configOf(
    `version: 1\ntime_zone: ${BERLIN}\nrules: [{name: a, match: all, deliver: [handoff]}]\n${rest}\n`,
  );
  const settings = settingsOf(layersOf(config.model, 0));
  const is = mayBegin('rotate', { config, settings }, new Date(at));
  return is.kind === 'open' ? 'open' : `${is.kind} until ${is.opensAt?.toISOString().slice(0, 16)}`;
}

const GATES: readonly (readonly [rest: string, at: string, expected: string])[] = [
  ['', '2026-11-28T09:00Z', 'open'],
  ['defaults: {windows: {rotate: ["Mon-Fri 09:00-17:00"]}}', '2026-11-27T08:00Z', 'open'],
  [
    'defaults: {windows: {rotate: ["Mon-Fri 09:00-17:00"]}}',
    '2026-11-27T16:00Z',
    'outside-window until 2026-11-30T08:00',
  ],
  ['defaults: {windows: {retire: ["Mon-Fri 09:00-17:00"]}}', '2026-11-28T16:00Z', 'open'],
  ['defaults: {windows: {rotate: ["Fri 22:00-04:00"]}}', '2026-11-28T02:59Z', 'open'],
  [
    'defaults: {windows: {rotate: ["Fri 22:00-04:00"]}}',
    '2026-11-28T03:00Z',
    'outside-window until 2026-12-04T21:00',
  ],
  ['defaults: {windows: {rotate: ["Sat-Mon 00:00-24:00"]}}', '2026-11-29T22:00Z', 'open'],
  // The hour that is left out in spring, and the one that comes twice in autumn.
  [
    'defaults: {windows: {rotate: ["Sun 02:00-03:00"]}}',
    '2027-03-27T12:00Z',
    'outside-window until 2027-04-04T00:00',
  ],
  ['defaults: {windows: {rotate: ["Sun 02:00-03:00"]}}', '2027-10-31T00:30Z', 'open'],
  ['defaults: {windows: {rotate: ["Sun 02:00-03:00"]}}', '2027-10-31T01:30Z', 'open'],
  // What begins in the hour that is left out is open from the jump on.
  [
    'defaults: {windows: {rotate: ["Sun 02:30-04:00"]}}',
    '2027-03-28T00:00Z',
    'outside-window until 2027-03-28T01:00',
  ],
  ['defaults: {windows: {rotate: ["Sun 02:30-04:00"]}}', '2027-03-28T01:00Z', 'open'],
  [
    'defaults: {windows: {rotate: ["Sun 02:30-02:45"]}}',
    '2027-10-31T00:00Z',
    'outside-window until 2027-10-31T00:30',
  ],
  [
    'defaults: {windows: {rotate: ["Sun 02:30-02:45"]}}',
    '2027-10-31T00:50Z',
    'outside-window until 2027-10-31T01:30',
  ],
  ['freezes: [{from: 2026-12-18, to: 2027-01-04, reason: x}]', '2026-12-17T22:59Z', 'open'],
  [
    'freezes: [{from: 2026-12-18, to: 2027-01-04, reason: x}]',
    '2026-12-17T23:00Z',
    'frozen until 2027-01-04T23:00',
  ],
  [
    'freezes: [{from: 2026-12-18, to: 2027-01-04, reason: x}, {from: 2027-01-05, to: 2027-01-06, reason: y}]',
    '2027-01-04T12:00Z',
    'frozen until 2027-01-06T23:00',
  ],
  [
    'freezes: [{from: 2026-12-18, to: 2027-01-04, reason: x}]\ndefaults: {windows: {rotate: ["Mon 09:00-10:00"]}}',
    '2027-01-04T08:30Z',
    'frozen until 2027-01-11T08:00',
  ],
];

for (const [rest, at, expected] of GATES) {
  test(`${rest || 'no window'} at ${at}: ${expected}`, async () => {
    assert.equal(await gate(rest, at), expected);
  });
}

test('the longest time without a window', () => {
  assert.equal(longestClosedDays(undefined), 0);
  assert.equal(longestClosedDays(windows('daily 00:00-24:00')), 0);
  assert.equal(longestClosedDays(windows('Mon-Fri 09:00-17:00')), 2 + 16 / 24);
  assert.equal(longestClosedDays(windows('Sat 22:00-02:00')), 6 + 20 / 24);
  assert.equal(
    nextOpening(windows('Sun 02:00-03:00'), NOW, 'UTC')?.toISOString(),
    '2026-11-29T02:00:00.000Z',
  );
});

test('clocks of a zone, there and back', () => {
  for (const at of ['2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z', '2026-11-28T09:00:00Z']) {
    const { day, minute } = localTime(new Date(at), BERLIN);
    assert.equal(instantOf(day, minute, BERLIN).getTime(), Date.parse(at));
  }
});

test('a day that begins an hour late, and one on which an hour comes twice', () => {
  // Clocks of Cairo go from 00:00 to 01:00, and from 24:00 back to 23:00.
  assert.equal(
    instantOf('2027-04-30', 0, 'Africa/Cairo').toISOString(),
    '2027-04-29T22:00:00.000Z',
  );
  const twice = instantsOf('2027-10-31', 150, BERLIN).map((at) => at.toISOString().slice(11, 16));
  assert.deepEqual(twice, ['00:30', '01:30']);
  assert.equal(instantsOf('2027-03-28', 150, BERLIN).length, 1);
  // Half an hour, on an island.
  assert.equal(
    instantOf('2026-10-04', 135, 'Australia/Lord_Howe').toISOString(),
    '2026-10-03T15:30:00.000Z',
  );
});

const FACTS = {
  account: '111122223333',
  accountName: 'acme-prod',
  user: 'svc.a',
  tags: { repo: 'web', path: 'a/b', up: '../b', two: 'a,ssm=/x', none: '' },
};

const TEMPLATES: readonly (readonly [text: string, expected: string])[] = [
  ['ssm=/app/{account}/{user}', '/app/{account}/{user}'],
  ['ssm=/app/{user|slug}', '/app/svc-a'],
  ['ssm=/app/{user|env}/{region}', '/app/SVC_A/eu-west-1'],
  ['ssm=/{account_name|lower}/{tag:repo}/{user}', '/acme-prod/web/{user}'],
  ['ssm=/{tag:path}/{user}', '/a/b/{user}'],
  ['ssm=/{tag:two|slug}/{user}', '/a-ssm-x/{user}'],
  ['ssm=/{tag:up}/{user}', 'not-deliverable'],
  ['ssm=/{tag:two}/{user}', 'not-deliverable'],
  ['ssm=/{tag:none}/{user}', 'not-deliverable'],
  ['ssm=/{tag:toString}/{user}', 'not-deliverable'],
  ['ssm=/{tag:absent}/{user}', 'not-deliverable'],
];

for (const [text, expected] of TEMPLATES) {
  test(`${text} for one user: ${expected}`, () => {
    let filled: string;
    try {
      filled = filledIn(readPlace(text), FACTS, 'eu-west-1');
    } catch (thrown) {
      filled = toKeyturnError(thrown).code;
    }
    assert.equal(filled, expected);
  });
}
