// Programs that hang, print without end, leave children behind or print what looks like a secret; services that
// answer late or lead elsewhere; and a run that is ended while it waits for them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { binOf, finished, start } from '../cli/process.ts';
import { outcomesOf } from '../config/stage.ts';
import { hooksStage, service, withHooks } from './stage.ts';

const IDLE = { ageDays: 100 };
const SHAPED = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

test('a program that hangs is ended with its children, and nobody knows what it did', async (t) => {
  const { addUser, rotate, statuses, program, folder } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const pids = join(folder, 'pids');
  const hang = program(
    'hang',
    `sleep 300 & echo $! > '${pids}'; trap '' TERM; sleep 300; sleep 300`,
  );
  const text = withHooks(`after_deliver: [{run: [${hang}], timeout_s: 1}]`);
  const { code, report, stderr } = await rotate(text);
  assert.equal(code, 1, stderr);
  assert.deepEqual(outcomesOf(report), { alice: 'hook-unanswered' });
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  assert.equal(report.hooks?.[0]?.outcome, 'unknown');
  assert.match(report.hooks?.[0]?.reason ?? '', /within 1 second$/);
  const child = Number(readFileSync(pids, 'utf8'));
  assert.throws(() => process.kill(child, 0), /ESRCH/);
});

test('a program that prints without end has done its work if its exit code says so', async (t) => {
  const { addUser, rotate, statuses, program } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const chatty = program('chatty', 'head -c 20000000 /dev/zero; exit 0');
  const { code, stderr } = await rotate(withHooks(`after_deliver: [{run: [${chatty}]}]`));
  assert.equal(code, 0, stderr);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});

test('what looks like a secret is told nowhere, nor a control character', async (t) => {
  const { addUser, rotate, program, folder, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const leak = program('leak', `printf 'got ${SHAPED} \\033[2J from the store\\n'; exit 4`);
  const { report, stdout, stderr } = await rotate(withHooks(`after_deliver: [{run: [${leak}]}]`));
  assert.deepEqual(outcomesOf(report), { alice: 'hook-failed' });
  assert.match(report.rotated_keys[0]?.error ?? '', /got \[secret\] .*from the store/);
  const journal = readFileSync(join(folder, 'state/123456789012/journal.jsonl'), 'utf8');
  const { stdout: history } = await keyturn(['history', 'alice']);
  for (const told of [stdout, stderr, journal, history]) assert.ok(!told.includes(SHAPED));
  assert.ok(!`${stderr}${history}`.includes('\u001b[2J'));
});

test('a program that is not there, or that others may write, is not run', async (t) => {
  const { addUser, rotate, statuses, program } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const { chmodSync } = await import('node:fs');
  const open = program('open', 'exit 0');
  chmodSync(open, 0o777);
  for (const [word, expected] of [
    [open, /others can write/],
    ['no-such-program-anywhere', /in no folder of PATH/],
  ] as const) {
    const { report } = await rotate(withHooks(`after_deliver: [{run: [${word}]}]`));
    assert.deepEqual(outcomesOf(report), { alice: 'hook-failed' });
    assert.match(report.rotated_keys[0]?.error ?? '', expected);
    assert.deepEqual(statuses('alice'), ['Active', 'Active']);
  }
});

test('a service that answers too late, or leads elsewhere, has not done it as far as anybody knows', async (t) => {
  const { addUser, rotate, statuses } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const { url, asked } = await service(t, (response, { path }) => {
    if (path === '/elsewhere') {
      response.statusCode = 307;
      response.setHeader('location', '/other');
      response.end();
    }
  });
  const led = await rotate(withHooks(`after_deliver: [{call: "${url}/elsewhere"}]`));
  assert.deepEqual(outcomesOf(led.report), { alice: 'hook-failed' });
  assert.match(led.report.rotated_keys[0]?.error ?? '', /HTTP 307: a redirect is not followed/);
  assert.equal(asked.length, 1);
  const late = await rotate(withHooks(`after_deliver: [{call: "${url}/late", timeout_s: 1}]`));
  assert.deepEqual(outcomesOf(late.report), { alice: 'hook-unanswered' });
  assert.equal(asked.length, 2);
  assert.deepEqual(statuses('alice'), ['Active', 'Active']);
});

test('a run that is ended while it watches leaves that to the next one', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, config, env } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const look = program('look', 'exit 0');
  const text = withHooks(`after_retire: [{run: [${look}], minutes: 5, every_s: 1}]`);
  assert.equal((await rotate(text, ['--dry-run'])).code, 0);
  const child = start(
    [binOf('rotate-iam-keys'), '--config', config, '--output-format', 'json'],
    env,
  );
  const ended = finished(child);
  while (toldTo(look).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  assert.ok(code === 143 || code === 130, String(code));
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  assert.equal(JSON.parse(stdout).rotated_keys[0].old_key_status, 'Inactive');
  const seen = toldTo(look).length;
  const next = start([binOf('rotate-iam-keys'), '--config', config], env);
  const over = finished(next);
  while (toldTo(look).length <= seen) await new Promise((resolve) => setTimeout(resolve, 50));
  next.kill('SIGTERM');
  await over;
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
  const last = await rotate(text.replace('minutes: 5', 'minutes: 0.05'));
  assert.equal(last.code, 0, last.stderr);
  assert.equal(last.report.hooks?.[0]?.outcome, 'green');
});

test('a watch that the configuration has no more is dropped; a run without one needs it', async (t) => {
  const { addUser, rotate, statuses, program, toldTo, config, env, keyturn } = await hooksStage(t);
  addUser({ name: 'alice' }, IDLE);
  const look = program('look', 'exit 0');
  const text = withHooks(`after_retire: [{run: [${look}], minutes: 30, every_s: 1}]`);
  assert.equal((await rotate(text, ['--dry-run'])).code, 0);
  const child = start([binOf('rotate-iam-keys'), '--config', config], env);
  const ended = finished(child);
  while (toldTo(look).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGTERM');
  await ended;
  const recovered = await keyturn(['recover', '--output-format', 'json']);
  assert.equal(recovered.code, 1);
  assert.match(recovered.stdout, /hooks-not-known/);
  const foretold = await keyturn(['recover', '--dry-run', '--output-format', 'json']);
  assert.match(foretold.stdout, /hooks-not-known/);
  const dropped = await rotate(withHooks('after_retire: []'));
  assert.equal(dropped.code, 0, dropped.stderr);
  assert.equal((await keyturn(['recover'])).code, 0);
  assert.deepEqual(statuses('alice'), ['Inactive', 'Active']);
});
