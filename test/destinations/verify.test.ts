// `keyturn verify` over six places of one user: what each kind of damage looks like, what is told of it, and what
// `--heal` writes, and does not.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { type VerifyReport, verifyReportSchema } from '../../src/reports/verify-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { GITHUB_STORE, type SixPlaces, sixPlaces } from './six-places.ts';

interface Rotated {
  readonly rotated_keys: readonly { readonly new_key_id: string }[];
}

async function rotated(places: SixPlaces, ...flags: readonly string[]) {
  const done = await run(
    'rotate-iam-keys',
    ['--deliver', places.deliver, '--output-format', 'json', ...flags],
    places.environment,
  );
  assert.equal(done.code, 0, done.stderr + done.stdout);
  const id = (JSON.parse(done.stdout) as Rotated).rotated_keys[0]?.new_key_id ?? '';
  const key = places.world.keys.get(id);
  assert(key !== undefined);
  return key;
}

async function verify({ environment }: SixPlaces, ...flags: readonly string[]) {
  const done = await run('keyturn', ['verify', '--json', ...flags], environment);
  assert.notEqual(done.stdout, '', done.stderr);
  const report = verifyReportSchema.strict().parse(JSON.parse(done.stdout));
  return { ...done, report, states: statesOf(report) };
}

const statesOf = ({ places }: VerifyReport) =>
  Object.fromEntries(places.map(({ kind, state, outcome }) => [kind, `${state} ${outcome}`]));

const journalOf = ({ folder }: SixPlaces) =>
  readFileSync(join(folder, 'state', DEFAULT_ACCOUNT_ID, 'journal.jsonl'), 'utf8');

const FINE = {
  'secrets-manager': 'fine none',
  ssm: 'fine none',
  dotenv: 'fine none',
  'credentials-file': 'fine none',
  command: 'fine none',
  github: 'fine none',
};

it('tells what is wrong with each place, and heals it from one that still has the pair', async (test) => {
  const places = await sixPlaces(test);
  const { world, files, github, old, sandbox, environment } = places;
  const key = await rotated(places, '--retire', 'now');
  const well = await verify(places);
  assert.equal(well.code, 0, well.stdout);
  assert.deepEqual(well.states, FINE);
  const before = places.writes();
  const stsBefore = sandbox.requests.list('GetCallerIdentity').filter(usedBy(key.id)).length;

  // By hand: the former pair, the ID beside another secret, an empty file; and a secret of GitHub.
  const pair = (id: string, secret: string) =>
    `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${secret}\n`;
  writeFileSync(files.dotenv, pair(key.id, old.secret));
  writeFileSync(files.command, pair(old.id, old.secret));
  writeFileSync(
    files['credentials-file'],
    `[ada]\naws_access_key_id = ${old.id}\naws_secret_access_key = ${old.secret}\n`,
  );
  places.setByHand();

  const dry = await verify(places, '--dry-run');
  const journal = journalOf(places);
  const found = await verify(places);
  const damage = {
    ...FINE,
    dotenv: 'half-written none',
    command: 'overwritten none',
    'credentials-file': 'overwritten none',
    github: 'overwritten none',
  };
  assert.equal(found.code, 1);
  assert.deepEqual(dry.states, damage);
  assert.deepEqual(found.states, damage);
  assert.notEqual(journalOf(places), journal);
  assert.deepEqual(statesOf((await verify(places)).report), damage);
  const once = journalOf(places);
  assert.equal(once.match(/"place-found"/g)?.length, 4);
  const status = await run('keyturn', ['status'], environment);
  assert.match(status.stdout, /dotenv .*half-written/);
  const page = await run('keyturn', ['verify'], environment);
  assert.match(page.stdout, /6 places of 1 user: 2 as they should be, 4 not/);
  assert.match(page.stdout, /keyturn verify --heal --dry-run/);

  const foretold = await verify(places, '--heal', '--dry-run');
  assert.equal(foretold.code, 1);
  assert.equal(journalOf(places), once);
  assert.deepEqual(places.writes(), { ...before, ...fileTouches(places) });
  const healed = await verify(places, 'ada', '--heal');
  assert.equal(healed.code, 0, healed.stdout);
  for (const [kind, state] of Object.entries(foretold.states)) {
    assert.equal(state.replace('would-heal', 'healed'), healed.states[kind]);
  }
  assert.ok(
    healed.report.places.every(({ state, outcome }) => state === 'fine' || outcome === 'healed'),
  );
  assert.match(readFileSync(files.dotenv, 'utf8'), new RegExp(`${key.id}\n.*=["']?`));
  for (const path of [files.dotenv, files.command, files['credentials-file']]) {
    const text = readFileSync(path, 'utf8');
    assert.ok(text.includes(key.id) && text.includes(key.secret));
  }
  assert.equal(github.value(GITHUB_STORE, 'KEY'), key.secret);
  const after = await verify(places);
  assert.equal(after.code, 0, after.stdout);
  assert.deepEqual(after.states, FINE);
  assert.doesNotMatch((await run('keyturn', ['status'], environment)).stdout, /dotenv/);

  // Only what was lost is written, and no question was signed with the key (I15).
  assert.equal(sandbox.requests.list('PutSecretValue').length, before['secrets-manager']);
  assert.equal(sandbox.requests.list('PutParameter').length, before.ssm);
  assert.equal(sandbox.requests.list('GetCallerIdentity').filter(usedBy(key.id)).length, stsBefore);
  assert.equal(world.keys.get(key.id)?.status, 'Active');
  const told = [well, dry, found, foretold, healed, after].map((each) => each.stdout + each.stderr);
  assert.ok(![...told, journalOf(places), page.stdout].some((text) => text.includes(key.secret)));
});

const usedBy = (id: string) => (request: { accessKeyId: string | undefined }) =>
  request.accessKeyId === id;

const fileTouches = (places: SixPlaces) => {
  const { dotenv, 'credentials-file': profile } = places.writes();
  return { dotenv, 'credentials-file': profile };
};

it('never writes over a key of somebody else, but by the word of the operator', async (test) => {
  const places = await sixPlaces(test);
  const { world, files } = places;
  const key = await rotated(places, '--retire', 'now');
  world.addUser(DEFAULT_ACCOUNT_ID, { name: 'bob' });
  const foreign = world.addKey(DEFAULT_ACCOUNT_ID, 'bob', {});
  const text = `AWS_ACCESS_KEY_ID=${foreign.id}\nAWS_SECRET_ACCESS_KEY=${foreign.secret}\n`;
  writeFileSync(files.dotenv, text);
  for (const flags of [['--heal', '--dry-run'], ['--heal']]) {
    const refused = await verify(places, ...flags);
    assert.equal(refused.code, 1);
    assert.equal(refused.states.dotenv, 'overwritten not-healed');
    const [place] = refused.report.places.filter(({ kind }) => kind === 'dotenv');
    assert.match(place?.error?.message ?? '', /which is a key of bob and not of ada/);
    assert.equal(readFileSync(files.dotenv, 'utf8'), text);
  }
  const idle = await run(
    'keyturn',
    ['verify', '--replace-foreign', foreign.id],
    places.environment,
  );
  assert.equal(idle.code, 2);
  const healed = await verify(places, '--heal', '--replace-foreign', foreign.id);
  assert.equal(healed.code, 0, healed.stdout);
  assert.ok(readFileSync(files.dotenv, 'utf8').includes(key.secret));
});

it('a dead key is told of and given to no place; a place that is down is not judged', async (test) => {
  const places = await sixPlaces(test);
  const { world, files, old } = places;
  const key = await rotated(places, '--retire', 'now');
  places.down('ssm', 'all');
  const down = await verify(places);
  assert.equal(down.code, 1);
  assert.deepEqual(down.states, { ...FINE, ssm: 'unreadable none' });
  assert.doesNotMatch(journalOf(places), /place-found/);
  places.down('ssm', 'no');

  writeFileSync(files.dotenv, `AWS_ACCESS_KEY_ID=${old.id}\nAWS_SECRET_ACCESS_KEY=${old.secret}\n`);
  const made = world.keys.get(key.id);
  assert(made !== undefined);
  made.status = 'Inactive';
  const dead = await verify(places, '--heal');
  assert.equal(dead.code, 1);
  assert.equal(dead.states.ssm, 'dead not-healed');
  assert.equal(dead.states.dotenv, 'overwritten not-healed');
  assert.ok(dead.report.places.every(({ error }) => error?.code === 'key-changed'));
  assert.ok(readFileSync(files.dotenv, 'utf8').includes(old.id));
});

it('a user of whom no journal tells is bad news, and a name that is none bad input', async (test) => {
  const { environment } = await sixPlaces(test);
  const unknown = await run('keyturn', ['verify', 'nobody', '--json'], environment);
  assert.equal(unknown.code, 3, unknown.stdout);
  assert.match(unknown.stdout, /knows of no rotation of/);
  const odd = await run('keyturn', ['verify', 'a b'], environment);
  assert.equal(odd.code, 2);
  const nothing = await run('keyturn', ['verify'], environment);
  assert.equal(nothing.code, 0);
  assert.match(nothing.stdout, /No rotation has brought a key to a place/);
});
