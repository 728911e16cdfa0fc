// keyturn map: each key with its places, whatever form a place keeps it in; what cannot be read is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { mapStage, object, statesOf } from './stage.ts';

const FOREIGN_ID = 'AKIAQAAAAAAB5EXAMPLE';

test('known, several, in none, dead, deleted, foreign and unknown', async (t) => {
  const { addUser, secret, parameter, map, sandbox } = await mapStage(t);
  const [placed] = addUser({ name: 'svc-placed' }, { ageDays: 400 });
  const [twice] = addUser({ name: 'svc-twice' }, { ageDays: 300 });
  const [lone] = addUser({ name: 'svc-lone' }, { ageDays: 200 });
  const [off] = addUser({ name: 'svc-off' }, { ageDays: 100, status: 'Inactive' });
  const [gone] = addUser({ name: 'svc-gone' }, { ageDays: 50 });
  assert(placed && twice && lone && off && gone);
  secret('app/placed', object(placed));
  secret('app/twice', object(twice));
  parameter('/app/twice', object(twice));
  secret('app/off', object(off));
  secret('app/gone', object(gone));
  secret('app/foreign', object({ id: FOREIGN_ID, secret: 'x'.repeat(40) }));
  secret('app/nobody', object({ id: 'AKIAIOSFODNN7EXAMPLE', secret: 'x'.repeat(40) }));
  sandbox.world.user(DEFAULT_ACCOUNT_ID, 'svc-gone').keys.splice(0);
  sandbox.world.keys.delete(gone.id);
  const { code, report, problem, stderr } = await map();
  assert.equal(code, 0, stderr);
  assert.equal(problem, undefined);
  const states = statesOf(report);
  assert.deepEqual(
    [placed, twice, lone, off, gone].map(({ id }) => states[id]),
    ['placed', 'several-places', 'unplaced', 'dead', 'dead'],
  );
  assert.equal(states[FOREIGN_ID], 'foreign');
  assert.equal(states.AKIAIOSFODNN7EXAMPLE, 'unknown');
  const found = report.keys.find(({ access_key_id: id }) => id === twice.id);
  assert.deepEqual(
    found?.places.map(({ deliver }) => deliver),
    ['secrets-manager=app/twice', 'ssm=/app/twice'],
  );
  assert.equal(found?.username, 'svc-twice');
  assert.equal(found?.age_days, 300);
  // Who is to be looked at first stands first.
  assert.equal(report.keys[0]?.state, 'dead');
  const narrowed = await map('--only', 'foreign,unknown');
  assert.equal(narrowed.report.keys.length, 2);
  assert.equal(narrowed.report.summary.keys, report.summary.keys);
});

test('in any nesting: INI in JSON, base64, escapes, a binary value, halves in two places', async (t) => {
  const { addUser, secret, parameter, map } = await mapStage(t);
  const pairs = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].flatMap((name) =>
    addUser({ name: `svc-${name}` }, { ageDays: 10 }),
  );
  const [ini, inBase64, binary, halves, nested, many, file, coded] = pairs;
  assert(ini && inBase64 && binary && halves && nested && many && file && coded);
  const iniText = ({ id, secret: own }: typeof ini) =>
    `[default]\naws_access_key_id = ${id}\naws_secret_access_key = ${own}\n`;
  secret('forms/ini', JSON.stringify({ files: { credentials: iniText(ini) } }));
  parameter('/forms/file', iniText(file));
  const app = iniText(coded).replace('default', 'app');
  parameter('/forms/coded', Buffer.from(app).toString('base64'));
  secret('forms/base64', Buffer.from(object(inBase64)).toString('base64'));
  secret('forms/binary', Buffer.concat([Buffer.from([0, 1, 255]), Buffer.from(iniText(binary))]));
  parameter('/halves/id', halves.id);
  parameter('/halves/secret', halves.secret);
  secret('forms/nested', JSON.stringify({ s3: { key: nested.id, secret: nested.secret } }));
  secret(
    'forms/many',
    JSON.stringify({
      s3_key_id: many.id,
      s3_secret_key: many.secret,
      ses_key_id: nested.id,
      ses_secret_key: nested.secret,
    }),
  );
  const { code, report, stderr } = await map();
  assert.equal(code, 0, stderr);
  const placesOf = (id: string) =>
    report.keys
      .find((key) => key.access_key_id === id)
      ?.places.map(({ place, deliver, problem }) => [place, deliver, problem]);
  assert.deepEqual(placesOf(ini.id), [['forms/ini', null, 'no secret stands beside it']]);
  assert.deepEqual(placesOf(file.id), [
    ['/forms/file', 'ssm:aws-credentials-ini=/forms/file', null],
  ]);
  assert.deepEqual(placesOf(coded.id), [
    ['/forms/coded', 'ssm:aws-credentials-ini+base64:app=/forms/coded', null],
  ]);
  assert.deepEqual(placesOf(inBase64.id), [
    ['forms/base64', null, 'it is there in no field of a JSON object'],
  ]);
  assert.equal(placesOf(binary.id)?.[0]?.[0], 'forms/binary');
  assert.deepEqual(placesOf(halves.id), [['/halves/id', 'ssm=/halves/id,/halves/secret', null]]);
  assert.deepEqual(placesOf(nested.id), [
    ['forms/many', 'secrets-manager=forms/many#id=ses_key_id,secret=ses_secret_key', null],
    ['forms/nested', 'secrets-manager=forms/nested#id=s3.key,secret=s3.secret', null],
  ]);
  assert.deepEqual(placesOf(many.id), [
    ['forms/many', 'secrets-manager=forms/many#id=s3_key_id,secret=s3_secret_key', null],
  ]);
});

test('what is denied is told, and is not empty', async (t) => {
  const { addUser, secret, parameter, map, sandbox } = await mapStage(t);
  const [open, shut] = addUser({ name: 'svc' }, { ageDays: 5 }, { ageDays: 4 });
  assert(open && shut);
  secret('app/open', object(open));
  secret('app/shut', object(shut));
  parameter('/app/open', 'nothing');
  parameter('/app/shut', object(shut));
  const user = sandbox.world.addUser(DEFAULT_ACCOUNT_ID, {
    name: 'mapper',
    policies: {
      all: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            Effect: 'Deny',
            Action: ['secretsmanager:GetSecretValue', 'ssm:*'],
            Resource: ['*:secret:app/shut*', '*:parameter/app/shut'],
          },
        ],
      },
    },
  });
  const own = sandbox.world.addKey(DEFAULT_ACCOUNT_ID, user.name, {});
  const as = { AWS_ACCESS_KEY_ID: own.id, AWS_SECRET_ACCESS_KEY: own.secret };
  const { code, report } = await map.as(as)();
  assert.equal(code, 1);
  assert.deepEqual(
    report.unread.map(({ kind, place, code: why }) => [kind, place, why]),
    [
      ['secrets-manager', 'app/shut', 'access-denied'],
      ['ssm', '/app/shut', 'access-denied'],
    ],
  );
  assert.equal(statesOf(report)[open.id], 'placed');
  assert.equal(statesOf(report)[shut.id], 'unplaced');
  const page = await map.page(as);
  assert.match(page.stdout, /not read: secrets-manager us-east-1:app\/shut: .*GetSecretValue/);
  assert.match(page.stdout, /In none means in none of those that were read\./);
});

test('a thousand secrets and a thousand parameters, in few calls', async (t) => {
  const { addUser, secret, parameter, map, calls, sandbox } = await mapStage(t);
  const [key] = addUser({ name: 'svc' }, { ageDays: 5 });
  assert(key);
  for (let index = 0; index < 1_000; index += 1) {
    secret(`bulk/${String(index).padStart(4, '0')}`, index === 700 ? object(key) : '{}');
    parameter(`/bulk/${String(index).padStart(4, '0')}`, index === 300 ? object(key) : 'x');
  }
  sandbox.requests.clear();
  const { code, report, stderr } = await map();
  assert.equal(code, 0, stderr);
  assert.equal(statesOf(report)[key.id], 'several-places');
  assert.equal(report.summary.places_read, 2_000);
  const { ListSecrets, BatchGetSecretValue, DescribeParameters, GetParameters, GetSecretValue } =
    calls();
  assert.deepEqual(
    [ListSecrets, BatchGetSecretValue, GetSecretValue, DescribeParameters, GetParameters],
    [10, 50, undefined, 20, 100],
  );
  assert.deepEqual(sandbox.requests.writes(), []);
  const narrow = await map('secrets-manager=bulk/07*');
  assert.equal(narrow.report.summary.places_read, 100);
});

test('hostile contents and names', async (t) => {
  const { addUser, secret, map, keyturn, sandbox, account } = await mapStage(t);
  const [key] = addUser({ name: 'svc' }, { ageDays: 5 });
  assert(key);
  secret('bomb/deep', '['.repeat(30_000) + ']'.repeat(30_000));
  secret('bomb/objects', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`);
  secret('bomb/escapes', JSON.stringify('\\"'.repeat(15_000)));
  secret('bomb/base64', 'QUFB'.repeat(16_384));
  secret('bomb/large', `${object(key, { pad: 'x'.repeat(60_000) })}`);
  secret('bomb/names', JSON.stringify({ '\u001b[2J': key.id, '\u202e': key.secret }));
  secret('esc\u001b[31m/x', object(key));
  const marked = secret('bomb/marked', object(key));
  marked.states.write(sandbox.clock.nowMs(), {
    ...marked.states.newest,
    deletionDate: new Date(8.64e15),
  });
  account.secrets.delete('nothing');
  const began = process.hrtime.bigint();
  const { code, report, stderr, stdout } = await map('secrets-manager');
  assert.equal(code, 0, stderr);
  assert(process.hrtime.bigint() - began < 60_000_000_000n);
  const places = report.keys.find((each) => each.access_key_id === key.id)?.places ?? [];
  assert.deepEqual(
    places.map(({ place, deliver }) => [place, deliver !== null]),
    [
      ['bomb/large', true],
      ['bomb/names', false],
      ['esc\u001b[31m/x', false],
    ],
  );
  const page = await keyturn(['map', 'secrets-manager']);
  const draft = await keyturn(['map', 'secrets-manager', '--draft']);
  for (const text of [stdout, page.stdout, draft.stdout])
    assert.equal(
      ['\u001b', '\u202e'].some((each) => text.includes(each)),
      false,
    );
});

test('words that say no places, and states that are none', async (t) => {
  const { keyturn, sandbox } = await mapStage(t);
  sandbox.requests.clear();
  for (const [words, message] of [
    [['secretsmanager'], /"secretsmanager" is no kind of place/],
    [['stdout'], /places of the kind stdout show nobody what they hold/],
    [['ssm=/a b'], /says no places to look into/],
    [['ssm=/a#id=x'], /behind # stand region= and role=/],
    [['--only', 'lost'], /--only takes no "lost"/],
    [['--only', 'dead', '--draft'], /--only has no effect with --draft/],
  ] as const) {
    const { code, stderr } = await keyturn(['map', ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, message);
  }
  assert.deepEqual(sandbox.requests.list(), []);
});
