// Events that the function refuses, before anybody at AWS is asked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handle } from '../../src/lambda/handle.ts';

const REFUSED: readonly (readonly [string, unknown, RegExp])[] = [
  ['no object', [1], /^bad-value: the event is no JSON object; hand in an object/],
  [
    'a mode that is none',
    { mode: 'undo' },
    /^bad-value: mode takes rotate, list or summary, not "undo"$/,
  ],
  [
    'a misspelt field',
    { acount: '123456789012' },
    /^unknown-flag: unknown field "acount"; did you mean account\?$/,
  ],
  [
    'a field like no other',
    { zzzzzzzzzz: 1 },
    /^unknown-flag: unknown field "zzzzzzzzzz"; with mode rotate it takes accept_volatile_state, account, /,
  ],
  [
    'a field of another mode',
    { organization: true },
    /^unknown-flag: field "organization" is not for mode rotate; it is for mode list; leave it out here$/,
  ],
  ['an output format', { output_format: 'json' }, /^unknown-flag: /],
  [
    'a field twice',
    { account: '123456789012', part: { account: '123456789013' } },
    /^repeated-flag: field account is given twice/,
  ],
  [
    'options that are no object',
    { options: 'dry_run' },
    /^bad-value: options takes an object of fields, not "dry_run"$/,
  ],
  ['an account that is none', { account: '12' }, /^bad-value: accounts takes .*, not "12"/],
  ['a slice beyond', { slice: '3/2' }, /^bad-value: slice takes a part and how many there are/],
  [
    'users and a slice',
    { users: ['a'], slice: '1/2' },
    /^conflicting-flags: users and slice both say/,
  ],
  [
    'users that are none',
    { users: ['a b'] },
    /^bad-value: users takes a list of names of IAM users, not "a b"$/,
  ],
  [
    'a text that means yes',
    { dry_run: 'true' },
    /^bad-value: dry_run takes true or false, not "true"$/,
  ],
  [
    'no answer to whether it is to look only',
    { dry_run: null },
    /^bad-value: dry_run takes true or false, not null$/,
  ],
  [
    'an empty text for it, among the options',
    { options: { dry_run: '' } },
    /^bad-value: dry_run takes true or false, not ""$/,
  ],
  ['a threshold of none', { days_threshold: 0 }, /^bad-value: days_threshold takes .*, not "0"/],
  [
    'a margin beyond',
    { margin_seconds: 0.5 },
    /^bad-value: margin_seconds takes a whole number from 1 to 600, not 0\.5$/,
  ],
  [
    'stdout',
    { deliver: ['stdout'] },
    /^bad-value: new secrets would be in the result of the function/,
  ],
  [
    'stdout in a configuration',
    {
      account: '123456789012',
      config: { version: 1, rules: [{ name: 'a', match: 'all', deliver: ['stdout'] }] },
    },
    /^bad-value: new secrets would be in the result/,
  ],
  [
    'a configuration that is none',
    { config: 7 },
    /^bad-value: config takes an object, ssm:NAME or a path, not 7$/,
  ],
  [
    'slices of no account',
    { mode: 'list', slices: { first: 2 } },
    /^bad-value: slices takes how many parts by the ID/,
  ],
  [
    'a sum of no run',
    { mode: 'summary', listed: { items: [], skipped: [], problems: [] } },
    /^bad-value: the run is not named whose sum is wanted/,
  ],
  [
    'a sum of no list',
    { mode: 'summary', run: 'daily' },
    /^bad-value: listed is not what mode list answers/,
  ],
  [
    'a recipient without a hand-off',
    {
      deliver: ['ssm=/app/{user}'],
      handoff_recipient: ['age1yh8a4c0gk5y35kdh6t5v4gnrv9n9xdfu4kjnvs9yjtnjkplfrgqsn3exx2'],
    },
    /handoff_recipient/,
  ],
  ['a state that does not last', { state: '/tmp/state' }, /^custody-not-lasting: /],
];

for (const [what, event, message] of REFUSED) {
  test(`${what} is refused`, async () => {
    const lines: string[] = [];
    const around = {
      // Nobody answers there: whoever were asked would fail otherwise.
      env: {
        ...{ AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1' },
        ...{ KEYTURN_STATE: 'dynamodb:keyturn', AWS_LAMBDA_FUNCTION_NAME: 'keyturn' },
      },
      cwd: '/var/task',
      writeLog: (line: string) => lines.push(line),
    };
    const invoked = handle(event, { getRemainingTimeInMillis: () => 900_000 }, around);
    await assert.rejects(invoked, { name: 'KeyturnBadInput', message });
    assert.equal(lines.length, 1);
    assert.equal(JSON.parse(lines[0] ?? '').code, 'KeyturnBadInput');
  });
}
