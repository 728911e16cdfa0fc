// `keyturn deliver USER --to PLACE` by the real command: what waits in custody, and what another place has, goes to
// a further place, which is one of the rotation's from then on.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { type DeliverReport, deliverReportSchema } from '../../src/reports/deliver-report.ts';
import { DEFAULT_ACCOUNT_ID, seedPlace, startSandbox } from '../../src/sandbox/index.ts';
import { recordUse } from '../../src/sandbox/last-use.ts';
import { run } from '../cli/process.ts';
import { temporaryDirectory } from '../state/support.ts';
import { TOKEN as GITHUB_TOKEN, startGithub } from './github/fake-github.ts';

const REGION = 'us-east-1';

async function scene(test: TestContext) {
  const folder = await temporaryDirectory(test);
  const sandbox = await startSandbox({ seed: 'deliver', reportSeconds: 0, keyLagSeconds: 0 });
  test.after(() => sandbox.close());
  const { world } = sandbox;
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'ada' });
  const old = world.addKey(DEFAULT_ACCOUNT_ID, 'ada', { ageDays: 400 });
  const environment = {
    ...sandbox.endpointEnv(),
    KEYTURN_STATE_DIR: join(folder, 'state'),
    KEYTURN_ENDPOINT_GUARD: 'loopback',
    KEYTURN_ACCEPT_VOLATILE_STATE: 'true',
  };
  const rotate = (...flags: readonly string[]) =>
    run('rotate-iam-keys', ['--user', 'ada', ...flags], environment);
  const keyturn = (...words: readonly string[]) => run('keyturn', words, environment);
  const current = () => {
    const keys = [...world.keys.values()].filter(({ userName }) => userName === 'ada');
    return keys.at(-1) ?? old;
  };
  const parameter = (name: string) =>
    world.account().parameters.get(`${REGION} ${name}`)?.states.newest.versions.at(-1)?.value;
  const journal = () =>
    readFileSync(join(folder, 'state', DEFAULT_ACCOUNT_ID, 'journal.jsonl'), 'utf8');
  return { folder, sandbox, world, old, environment, rotate, keyturn, current, parameter, journal };
}

type Scene = Awaited<ReturnType<typeof scene>>;

async function deliver({ keyturn }: Scene, ...flags: readonly string[]) {
  const done = await keyturn('deliver', 'ada', '--json', ...flags);
  assert.notEqual(done.stdout, '', done.stderr);
  const report: DeliverReport = deliverReportSchema.strict().parse(JSON.parse(done.stdout));
  return { ...done, report, outcomes: report.places.map(({ outcome }) => outcome) };
}

const parametersOf = ({ world }: Scene) =>
  [...world.account().parameters.values()].map(
    (each) => each.states.newest.versions.at(-1)?.value ?? '',
  );

it('a place that another application reads gets the key too, and is a place like any other then', async (test) => {
  const at = await scene(test);
  const { world, old, rotate, keyturn, current, journal } = at;
  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  const first = await rotate('--deliver', 'secrets-manager=app/ada', '--retire', 'now');
  assert.equal(first.code, 0, first.stdout + first.stderr);
  const { id, secret } = current();

  const missing = await deliver(at, '--to', 'ssm=/app/ada');
  assert.deepEqual([missing.code, missing.outcomes], [1, ['failed']]);
  assert.match(missing.report.places[0]?.error?.hint ?? '', /--create-missing/);
  const before = journal();
  const dry = await deliver(at, '--to', 'ssm=/app/ada', '--create-missing', '--dry-run');
  assert.deepEqual([dry.code, dry.outcomes], [0, ['would-deliver']]);
  assert.deepEqual(dry.report.places[0]?.made, ['us-east-1:/app/ada']);
  assert.equal(dry.report.places[0]?.copied_from, 'secrets-manager us-east-1:app/ada');
  assert.deepEqual(parametersOf(at), []);
  assert.equal(journal(), before);

  const done = await keyturn('deliver', 'ada', '--to', 'ssm=/app/ada', '--create-missing');
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /made: us-east-1:\/app\/ada; has AKIA\w+ now; the pair comes from/);
  const [text = ''] = parametersOf(at);
  assert.ok(text.includes(id) && text.includes(secret));
  const again = await deliver(at, '--to', 'ssm=/app/ada');
  assert.deepEqual([again.code, again.outcomes], [0, ['there-already']]);

  const formed = await deliver(at, '--to', 'ssm:base64=/app/ada');
  assert.deepEqual([formed.code, formed.outcomes], [1, ['failed']]);
  assert.match(
    formed.report.places[0]?.error?.message ?? '',
    /has the key of the rotation in no form/,
  );

  const verified = await keyturn('verify');
  assert.match(verified.stdout, /2 places of 1 user: 2 as they should be/);
  await keyturn('keys', 'delete', old.id, '--although-held');
  const left = await keyturn('rotate', 'ada', '--deliver', 'secrets-manager=app/ada');
  const told = (left.stdout + left.stderr).replaceAll(/\s+/g, ' ');
  assert.match(told, /was delivered to ssm us-east-1:\/app\/ada, which this run/);
  for (const each of [first, missing, dry, done, again, verified, left]) {
    assert.ok(!(each.stdout + each.stderr + journal()).includes(secret));
  }
});

it('what waits in a hand-off goes to a place, and an old key that waits counts anew', async (test) => {
  const at = await scene(test);
  const { world, old, rotate, keyturn, current, journal } = at;
  recordUse(old, { at: new Date(Date.now() - 3_600_000), service: 's3', region: REGION });
  const first = await rotate('--output-format', 'text');
  assert.equal(first.code, 0, first.stdout + first.stderr);
  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  const done = await deliver(at, '--to', 'secrets-manager=app/ada');
  assert.deepEqual([done.code, done.outcomes], [0, ['delivered']], done.stdout);
  assert.equal(done.report.places[0]?.copied_from, 'custody');
  assert.equal(done.report.access_key_id, current().id);
  assert.match(journal(), /"placed"/);
  assert.equal(old.status, 'Active');
  const verified = await keyturn('verify', '--json');
  assert.equal(verified.code, 0, verified.stdout);
});

it('is refused where no key can be delivered, with what helps', async (test) => {
  const at = await scene(test);
  const { folder, world, old, rotate, keyturn, journal } = at;
  const never = await keyturn('deliver', 'ada', '--to', 'ssm=/app/ada');
  assert.match(never.stderr, /keyturn has made no key of ada, so it has no secret to deliver/);
  assert.match(never.stderr, /^ +keyturn rotate ada --dry-run$/m);
  assert.equal(never.code, 1);

  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  await rotate('--deliver', 'secrets-manager=app/ada');
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'bob' });
  const foreign = world.addKey(DEFAULT_ACCOUNT_ID, 'bob', {});
  const file = join(folder, '.env');
  const text = `AWS_ACCESS_KEY_ID=${foreign.id}\nAWS_SECRET_ACCESS_KEY=${foreign.secret}\n`;
  writeFileSync(file, text, { mode: 0o600 });
  const refused = await deliver(at, '--to', `dotenv=${file}`);
  assert.deepEqual([refused.code, refused.outcomes], [1, ['failed']]);
  assert.match(refused.report.places[0]?.error?.message ?? '', /which is a key of bob/);
  assert.equal(readFileSync(file, 'utf8'), text);
  assert.doesNotMatch(journal(), /"placed"/);
  const word = await deliver(at, '--to', `dotenv=${file}`, '--replace-foreign', foreign.id);
  assert.deepEqual(word.outcomes, ['delivered']);

  const undone = await keyturn('undo', 'ada');
  assert.equal(undone.code, 0, undone.stderr + undone.stdout);
  const after = await keyturn('deliver', 'ada', '--to', 'secrets-manager=app/ada');
  assert.match(after.stderr, /the last rotation of ada is undone, so its key goes to no further/);
  assert.match(after.stderr, /^ +keyturn rotate ada --dry-run$/m);
});

it('a rotation that a place keeps open is finished by recover, which deliver says', async (test) => {
  const at = await scene(test);
  const { sandbox, world, old, rotate, keyturn } = at;
  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  const effect = {
    kind: 'error',
    code: 'AccessDeniedException',
    status: 400,
    message: 'Access to KMS is not allowed',
  } as const;
  sandbox.faults.add({ operation: 'PutSecretValue', effect });
  const dry = await rotate('--deliver', 'secrets-manager=app/ada', '--dry-run');
  assert.equal(dry.code, 0, 'that a key may not be used to write shows at the write alone');
  const failed = await rotate('--deliver', 'secrets-manager=app/ada');
  assert.equal(failed.code, 1);
  assert.match(failed.stdout, /kms:GenerateDataKey to write/);
  assert.equal(old.status, 'Active');
  const refused = await keyturn('deliver', 'ada', '--to', 'ssm=/app/ada');
  assert.match(refused.stderr, /the last rotation of ada is proved, so its key goes to no further/);
  assert.match(refused.stderr, /^ +keyturn recover --user ada$/m);
  sandbox.faults.clear();
  const recovered = await keyturn('recover', '--user', 'ada');
  assert.equal(recovered.code, 0, recovered.stdout + recovered.stderr);
});

it('a place that is gone is made again by a healing that may, and foretold', async (test) => {
  const at = await scene(test);
  const { world, old, rotate, keyturn, current, sandbox } = at;
  seedPlace(world, 'secrets-manager=app/ada', { key: old, region: REGION });
  seedPlace(world, 'ssm=/app/ada', { key: old, region: REGION });
  const flags = ['--deliver', 'secrets-manager=app/ada,ssm=/app/ada', '--retire', 'now'];
  assert.equal((await rotate(...flags)).code, 0);
  world.account().parameters.clear();
  const found = await keyturn('verify');
  assert.match(found.stdout, /ssm us-east-1:\/app\/ada +AKIA\w+ +gone/);
  const refused = await keyturn('verify', '--heal');
  assert.match(refused.stdout, /not healed/);
  const dry = await keyturn('verify', '--heal', '--create-missing', '--dry-run');
  assert.match(dry.stdout, /gone, would be healed/);
  assert.match(dry.stdout, /would make us-east-1:\/app\/ada/);
  assert.deepEqual(parametersOf(at), []);
  const writes = sandbox.requests.list('PutParameter').length;
  const healed = await keyturn('verify', '--heal', '--create-missing');
  assert.equal(healed.code, 0, healed.stdout + healed.stderr);
  assert.match(healed.stdout, /gone, healed/);
  assert.equal(sandbox.requests.list('PutParameter').length, writes + 2);
  const [text = ''] = parametersOf(at);
  assert.ok(text.includes(current().secret));
  // What is marked for deletion is shown, and read by nobody: it is brought back, and never made anew.
  const [secret] = world.account().secrets.values();
  assert(secret !== undefined);
  Object.assign(secret.states.newest, { deletionDate: new Date(Date.now() + 86_400_000) });
  const marked = await keyturn('verify', '--heal', '--create-missing');
  assert.equal(marked.code, 1);
  assert.match(marked.stdout, /secrets-manager us-east-1:app\/ada +AKIA\w+ +gone, not healed/);
  assert.match(
    marked.stdout,
    /^ +aws secretsmanager restore-secret --secret-id app\/ada --region us-east-1$/m,
  );
  const idle = await keyturn('verify', '--create-missing');
  assert.equal(idle.code, 2);
  assert.match(idle.stderr, /--create-missing has no effect without --heal/);
});

it('bad input is told before anything is called', async (test) => {
  const { keyturn, sandbox } = await scene(test);
  for (const [words, told] of [
    [['deliver'], /no IAM user is named/],
    [['deliver', 'ada'], /no place is named: --to is missing/],
    [['deliver', 'ada', '--to', 'handoff'], /--to handoff is no place that readers read/],
    [['deliver', 'ada', '--to', 'ssm=/a,ssm=/a'], /--to names ssm=\/a twice/],
    [['deliver', 'a b', '--to', 'ssm=/a'], /"a b" is no IAM user name/],
    [['deliver', 'ada', '--to', 'ssm=/a#tier=gold'], /tier="gold" is none: it takes advanced or/],
    [['deliver', 'ada', '--to', 'secrets-manager=a#tier=advanced'], /a secret has none/],
    [['deliver', 'ada', '--to', 'ssm=/a', '--create-tags', 'a=b'], /no effect without --create-m/],
  ] as const) {
    const done = await keyturn(...words);
    assert.equal(done.code, 2, done.stderr);
    assert.match(done.stderr, told);
  }
  assert.equal(sandbox.requests.list('GetCallerIdentity').length, 0);
});

it('a parameter that is too small is moved up where the place says so, told beforehand', async (test) => {
  const at = await scene(test);
  const { world, old, rotate } = at;
  seedPlace(world, 'ssm=/app/ada', { key: old, region: REGION });
  const [parameter] = world.account().parameters.values();
  const version = parameter?.states.newest.versions.at(-1);
  assert(version !== undefined);
  Object.assign(version, { value: `{"rest":"${'x'.repeat(4_050)}"}` });
  const small = await rotate('--deliver', 'ssm=/app/ada', '--dry-run');
  assert.match(small.stdout.replaceAll(/\s+/g, ' '), /4096 are the most in the Standard tier/);
  const place = 'ssm=/app/ada#tier=advanced';
  const dry = await rotate('--deliver', place, '--dry-run');
  assert.equal(dry.code, 0, dry.stdout + dry.stderr);
  assert.match(dry.stderr, /is moved to Advanced: that is charged, and does not go back/);
  assert.equal(version.tier, 'Standard');
  const done = await rotate('--deliver', place, '--output-format', 'json');
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const now = world.account().parameters.values().next().value?.states.newest.versions.at(-1);
  assert.equal(now?.tier, 'Advanced');
  assert.match(done.stdout, /us-east-1:\/app\/ada#tier=advanced/);
});

it('a secret that somebody deleted at a service is gone, and made again where that is asked for', async (test) => {
  const at = await scene(test);
  const { old, environment } = at;
  const github = await startGithub(test, systemClock);
  const store = 'repos/acme/ada/actions';
  for (const [name, value] of [
    ['AWS_ACCESS_KEY_ID', old.id],
    ['AWS_SECRET_ACCESS_KEY', old.secret],
    ['OTHER', 'kept'],
  ] as const) {
    github.put(store, name, { value, updatedAt: '2026-01-01T00:00:00Z' });
  }
  const own = { ...environment, GITHUB_API_URL: github.url, KEYTURN_GITHUB_TOKEN: GITHUB_TOKEN };
  const words = ['--user', 'ada', '--deliver', 'github=acme/ada,handoff', '--retire', 'never'];
  const rotated = await run('rotate-iam-keys', words, own);
  assert.equal(rotated.code, 0, rotated.stdout + rotated.stderr);
  github.secrets.delete(`${store} AWS_SECRET_ACCESS_KEY`);
  const found = await run('keyturn', ['verify', 'ada'], own);
  assert.match(found.stdout, /github acme\/ada\S+ +AKIA\w+ +gone/);
  const refused = await run('keyturn', ['verify', '--heal'], own);
  assert.match(refused.stdout, /gone, not healed/);
  const healed = await run('keyturn', ['verify', '--heal', '--create-missing'], own);
  assert.equal(healed.code, 0, healed.stdout + healed.stderr);
  assert.equal(github.value(store, 'AWS_SECRET_ACCESS_KEY'), at.current().secret);
  assert.equal(github.value(store, 'OTHER'), 'kept');
});
