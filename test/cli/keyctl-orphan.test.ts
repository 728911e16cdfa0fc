// Row Q of the keyctl cases: the answer to CreateAccessKey was lost. Every message of that state agrees
// with what the next run does, and --orphan heals at once.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyctlReportSchema } from '../../src/reports/keyctl-report.ts';
import { DEFAULT_ACCOUNT_ID } from '../../src/sandbox/index.ts';
import { openHome } from './keyctl-home.ts';
import { run } from './process.ts';

test('Q: a lost reply; the words agree, and --orphan heals at once', async (t) => {
  const home = await openHome(t);
  const old = home.addUser('prod');
  home.sandbox.faults.add({
    operation: 'CreateAccessKey',
    calls: { nth: 1 },
    effect: { kind: 'drop-reply' },
  });
  const keyctl = async (line: string) => {
    const done = await run('keyctl', [...line.split(' '), '--json'], home.env);
    return { ...done, report: keyctlReportSchema.parse(JSON.parse(done.stdout)) };
  };

  const lost = await keyctl('prod');
  assert.equal(lost.code, 1);
  const orphan = home.keysOf('prod').find(({ id }) => id !== old.id)?.id ?? 'none';
  const command = `keyctl -t prod --orphan ${orphan}`;
  assert.equal(lost.report.error?.code, 'create-unknown');
  assert.match(lost.report.error?.hint ?? '', /run again after \d{4}-\d\d-\d\dT\d\d:\d\dZ/);
  assert.ok(lost.report.error?.hint?.includes(command), lost.report.error?.hint ?? '');
  assert.ok(lost.report.next_run_at !== null);
  assert.deepEqual(
    lost.report.changes.map(({ change, access_key_id: id }) => [change, id]),
    [['created', orphan]],
  );

  const dry = await keyctl('prod --dry-run');
  assert.equal(dry.report.plan?.possible, false);
  assert.ok(dry.report.plan?.hint?.includes(command), dry.report.plan?.hint ?? '');
  assert.equal(dry.report.next_run_at, lost.report.next_run_at);
  const page = await run('keyctl', ['prod', '--dry-run'], home.env);
  assert.match(page.stdout, /Would not rotate/);
  assert.ok(page.stdout.includes(command), page.stdout);
  assert.match(page.stdout, /run again after/);

  for (const line of ['undo -t prod', 'finish -t prod']) {
    const later = await keyctl(line);
    assert.equal(later.code, 1, later.stdout);
    assert.equal(later.report.error?.code, 'needs-operator');
    assert.match(later.report.error?.message ?? '', /is not finished/);
    assert.ok(later.report.error?.hint?.includes(command), later.report.error?.hint ?? '');
    assert.equal(later.report.next_run_at, lost.report.next_run_at);
  }

  const wait = await keyctl('prod --yes');
  assert.equal(wait.report.error?.code, 'use-not-shown-yet');
  assert.ok(wait.report.error?.hint?.includes(command));

  const typo = await keyctl(`prod --orphan ${old.id}`);
  assert.equal(typo.code, 1);
  assert.equal(typo.report.error?.code, 'unknown-orphan');
  assert.equal(home.keysOf('prod').length, 2);

  const foretold = await keyctl(`prod --orphan ${orphan} --dry-run`);
  assert.equal(foretold.report.plan?.possible, true);
  assert.match(foretold.report.plan?.why ?? '', new RegExp(`${orphan}.*is deleted first`));

  const healed = await keyctl(`prod --orphan ${orphan}`);
  assert.equal(healed.code, 0, healed.stderr);
  assert.deepEqual(
    healed.report.changes.map(({ change, by }) => `${change} by ${by}`),
    ['deleted by recovery', 'created by rotation'],
  );
  assert.equal(home.keyIn('prod'), healed.report.rotation?.new_key_id);
  assert.deepEqual(
    home
      .keysOf('prod')
      .map(({ id }) => id)
      .toSorted(),
    [old.id, healed.report.rotation?.new_key_id ?? ''].toSorted(),
  );
  const journal = join(home.folder, 'state', DEFAULT_ACCOUNT_ID, 'journal.jsonl');
  assert.match(readFileSync(journal, 'utf8'), /orphan-named/);
});

test('Q: a key that AWS shows as used is never deleted on the word', async (t) => {
  const home = await openHome(t);
  home.addUser('prod');
  home.sandbox.faults.add({
    operation: 'CreateAccessKey',
    calls: { nth: 1 },
    effect: { kind: 'drop-reply' },
  });
  await run('keyctl', ['prod'], home.env);
  const { keys } = home.sandbox.world.user(DEFAULT_ACCOUNT_ID, 'prod');
  const made = keys.at(-1);
  assert.ok(made !== undefined && keys.length === 2);
  made.uses.push({ service: 's3', region: 'us-east-1', at: new Date() });
  const word = await run('keyctl', ['prod', '--orphan', made.id, '--yes'], home.env);
  assert.equal(word.code, 1, word.stdout);
  assert.match(word.stderr, /may be in use/);
  assert.equal(keys.length, 2);
});
