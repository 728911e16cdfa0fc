// What a delivery to several places and `keyturn verify --heal` promise, attacked: killed between two receipts, or
// with an answer that nobody hears; a place that accepts and forgets; two at once; a run in between.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { type VerifyReport, verifyReportSchema } from '../../src/reports/verify-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { type SixPlaces, sixPlaces } from './six-places.ts';

const rotate = (places: SixPlaces) =>
  run('rotate-iam-keys', ['--deliver', places.deliver, '--retire', 'now'], places.environment);

const heal = async ({ environment }: SixPlaces) => {
  const done = await run('keyturn', ['verify', '--heal', '--json'], environment);
  const report: VerifyReport = verifyReportSchema.parse(JSON.parse(done.stdout));
  return { ...done, report };
};

const journalOf = ({ folder }: SixPlaces) =>
  readFileSync(join(folder, 'state', DEFAULT_ACCOUNT_ID, 'journal.jsonl'), 'utf8');

const placedIn = (journal: string) => journal.match(/"type":"placed"/g)?.length ?? 0;

const oldPair = ({ old }: SixPlaces) =>
  `AWS_ACCESS_KEY_ID=${old.id}\nAWS_SECRET_ACCESS_KEY=${old.secret}\n`;

for (const when of ['kill-before', 'kill-after'] as const) {
  it(`a run that dies at the fifth of six places (${when}) writes the four before it once`, async (test) => {
    const places = await sixPlaces(test);
    const { files, world, old } = places;
    writeFileSync(`${files.command}.${when}`, '');
    const killed = await rotate(places);
    assert.equal(killed.signal, 'SIGKILL');
    assert.ok(!existsSync(`${files.command}.${when}`));
    assert.equal(placedIn(journalOf(places)), 4);
    assert.equal(world.keys.get(old.id)?.status, 'Active');
    const done = await rotate(places);
    assert.equal(done.code, 0, done.stdout + done.stderr);
    // Nobody heard the answer of the fifth, so it is asked again, and writes nothing new.
    const once = { 'secrets-manager': 1, ssm: 1, dotenv: 1, 'credentials-file': 1, github: 1 };
    assert.deepEqual(places.writes(), { ...once, command: 2 });
    assert.equal(world.keys.get(old.id)?.status, 'Inactive');
    assert.equal(places.sandbox.requests.list('CreateAccessKey').length, 1);
  });
}

it('a place that was written over between two runs is written again, and no other', async (test) => {
  const places = await sixPlaces(test);
  const { files } = places;
  places.down('command', 'writes');
  assert.equal((await rotate(places)).code, 1);
  const before = places.writes();
  writeFileSync(files.dotenv, oldPair(places));
  places.setByHand();
  const touched = places.writes().dotenv;
  places.down('command', 'no');
  const done = await rotate(places);
  assert.equal(done.code, 0, done.stdout + done.stderr);
  const again = { dotenv: touched + 1, github: before.github + 1, command: 1 };
  assert.deepEqual(places.writes(), { ...before, ...again });
});

it('a place that accepts and forgets is not healed, and nothing says that it was', async (test) => {
  const places = await sixPlaces(test);
  const { files } = places;
  assert.equal((await rotate(places)).code, 0);
  const placed = placedIn(journalOf(places));
  writeFileSync(files.command, oldPair(places));
  writeFileSync(`${files.command}.forgets`, '');
  const lied = await heal(places);
  assert.equal(lied.code, 1);
  const command = lied.report.places.find(({ kind }) => kind === 'command');
  assert.equal(command?.outcome, 'not-healed');
  assert.equal(command?.error?.code, 'delivery-failed');
  assert.equal(placedIn(journalOf(places)), placed);
});

it('a healing that dies once the place has the key is told as done by the next one', async (test) => {
  const places = await sixPlaces(test);
  const { files, environment } = places;
  assert.equal((await rotate(places)).code, 0);
  writeFileSync(files.command, oldPair(places));
  writeFileSync(`${files.command}.kill-after`, '');
  const killed = await run('keyturn', ['verify', '--heal'], environment);
  assert.equal(killed.signal, 'SIGKILL');
  assert.match((await run('keyturn', ['status'], environment)).stdout, /ada.program.env/);
  const asked = places.writes().command;
  const next = await heal(places);
  assert.equal(next.code, 0, next.stdout);
  assert.equal(places.writes().command, asked);
  assert.doesNotMatch((await run('keyturn', ['status'], environment)).stdout, /ada.program.env/);
});

it('two that heal at once leave one good place (I9)', async (test) => {
  const places = await sixPlaces(test);
  const { files, environment } = places;
  assert.equal((await rotate(places)).code, 0);
  writeFileSync(files.dotenv, oldPair(places));
  writeFileSync(files.command, oldPair(places));
  const both = await Promise.all(
    ['one', 'other'].map(() => run('keyturn', ['verify', '--heal', '--json'], environment)),
  );
  for (const { code, stdout } of both) {
    const { errors } = verifyReportSchema.parse(JSON.parse(stdout));
    const isBusy = errors.some((each) => each.code === 'rotation-in-progress');
    assert.equal(code, isBusy ? 1 : 0, stdout);
  }
  assert.ok(both.some(({ code }) => code === 0));
  const after = await heal(places);
  assert.equal(after.code, 0);
  assert.ok(after.report.places.every(({ state }) => state === 'fine'));
});

it('what was overwritten in grace is healed, and the silence of the old key counts from then (I15)', async (test) => {
  const yesterday = new Date(Date.now() - 86_400_000);
  const places = await sixPlaces(test, yesterday);
  const { files, environment, world, old } = places;
  const begun = await run('rotate-iam-keys', ['--deliver', places.deliver], environment);
  assert.equal(begun.code, 0, begun.stdout);
  writeFileSync(files.dotenv, oldPair(places));
  const healed = await heal(places);
  assert.equal(healed.code, 0, healed.stdout);
  assert.match(journalOf(places), /"type":"placed"/);
  const again = await run('rotate-iam-keys', ['--deliver', places.deliver], environment);
  assert.equal(again.code, 0, again.stdout);
  assert.equal(world.keys.get(old.id)?.status, 'Active');
});
