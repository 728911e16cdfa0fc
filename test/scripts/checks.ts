// The directives that say what must be true.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import { textOf } from '../../src/sandbox/dynamodb/table.ts';
import { credentialsOf, stsOf } from '../sandbox/sdk.ts';
import { isServed } from './destinations.ts';
import {
  anyDocumentOf,
  asksForJson,
  asksForUndoJson,
  documentOf,
  undoOf,
  valueAt,
} from './documents.ts';
import type { Directive } from './run-script.ts';
import type { Execution, Stage } from './stage.ts';

export const CHECKS: readonly Directive[] = [
  {
    usage: 'exit N',
    pattern: /^exit (\d+)$/,
    perform: (stage, code) => assert.equal(stage.last.result, Number(code), outputOf(stage)),
  },
  {
    usage: 'json PATH is VALUE | has TEXT | is absent',
    pattern: /^json (\S+) (?:is (absent)|is (.+)|has (.+))$/,
    perform: (stage, path, absent, exact, part) => {
      const value = valueAt(anyDocumentOf(stage.last), path);
      if (absent !== '') return assert.equal(value, undefined, outputOf(stage));
      const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'absent');
      if (exact !== '') return assert.equal(text, exact, outputOf(stage));
      assert.ok(text.includes(part), `${path} is ${text}\n${outputOf(stage)}`);
    },
  },
  {
    usage: 'stdout|stderr has TEXT | has no TEXT | is empty',
    pattern: /^(stdout|stderr) (?:(is empty)|has no (.+)|has (.+))$/,
    perform: (stage, stream, empty, absent, present) => {
      const text = stream === 'stdout' ? stage.last.stdout : stage.last.stderr;
      if (empty !== '') return assert.equal(text, '');
      assert.equal(text.includes(absent || present), absent === '', outputOf(stage));
    },
  },
  {
    usage: 'file PATH has TEXT | has no TEXT',
    pattern: /^file (\S+) (?:has no (.+)|has (.+))$/,
    perform: (_, path, absent, present) => {
      const text = readFileSync(path, 'utf8');
      assert.equal(text.includes(absent || present), absent === '', text);
    },
  },
  {
    // The first line of stderr that is not a line of the log.
    usage: 'error: TEXT…; hint: TEXT in one of its lines',
    pattern: /^(error|hint): (.+)$/,
    perform: (stage, kind, part) => {
      const spoken = stage.last.stderr
        .split('\n')
        // A command of a hint has a line of its own, indented.
        .filter((line) => /^(?:(?:rotate-iam-keys|keyturn): | {4}\S)/.test(line))
        .map((line) => line.replace(/^keyturn: /, 'rotate-iam-keys: '));
      const [error = '', ...hints] = spoken;
      const lines = kind === 'error' ? [error] : hints;
      const isSaid = lines.some(
        (line) =>
          (line.startsWith(`rotate-iam-keys: ${kind}: `) || line.startsWith('    ')) &&
          line.includes(part),
      );
      assert.ok(isSaid, `no ${kind} line has "${part}"\n${outputOf(stage)}`);
      if (kind === 'error')
        assert.match(error, /^rotate-iam-keys: error: [^A-Z].*[^.] \[[a-z-]+\]$/);
    },
  },
  {
    usage:
      'changes: created|deactivated|… KEYID by WHOM[, …] or none; in the order of the document',
    pattern: /^changes: (.+)$/,
    perform: (stage, text) => {
      const { changes } = anyDocumentOf(stage.last);
      const told = changes.map(({ change, access_key_id: id, by }) => `${change} ${id} by ${by}`);
      assert.equal(told.join(', ') || 'none', text, outputOf(stage));
    },
  },
  {
    usage: 'USER/LABEL is Active|Inactive|gone',
    pattern: /^(\S+\/\S+) is (Active|Inactive|gone)$/,
    perform: (stage, label, state) => {
      const key = stage.key(label);
      stage.spokenOf.add(label);
      const actual = key.deleted ? 'gone' : key.status;
      assert.equal(actual, state, `${label} (${key.id})\n${outputOf(stage)}`);
    },
  },
  {
    usage: 'every old key of NAME-… is Active|Inactive',
    pattern: /^every old key of (\S+)-… is (Active|Inactive)$/,
    perform: (stage, prefix, state) => {
      const mine = [...stage.labels].filter(([label]) => label.startsWith(`${prefix}-`));
      assert.ok(mine.length > 0);
      for (const [label, key] of mine) {
        stage.spokenOf.add(label);
        assert.deepEqual([label, key.deleted, key.status], [label, false, state]);
      }
    },
  },
  {
    usage: 'the new key of USER signs',
    pattern: /^the new key of (\S+) signs$/,
    perform: (stage, user) => newKeySigns(stage, user),
  },
  {
    usage: 'every new key of NAME-… signs',
    pattern: /^every new key of (\S+)-… signs$/,
    perform: async (stage, prefix) => {
      const users = [...stage.sandbox.world.account().users.values()]
        .map(({ name }) => name)
        .filter((name) => name.startsWith(`${prefix}-`));
      assert.ok(users.length > 0);
      await Promise.all(users.map((user) => newKeySigns(stage, user)));
    },
  },
  {
    usage: 'USER has N keys',
    pattern: /^(\S+) has (\d+) keys?$/,
    perform: (stage, user, count) => {
      const { keys } = stage.sandbox.world.user('123456789012', user);
      assert.equal(keys.length, Number(count), outputOf(stage));
    },
  },
  {
    usage: 'every other key is as it was',
    pattern: /^every other key is as it was$/,
    perform: (stage) => {
      for (const [label, key] of stage.labels) {
        if (stage.spokenOf.has(label)) continue;
        const seeded = stage.seededStatus.get(label);
        assert.deepEqual([label, key.deleted, key.status], [label, false, seeded]);
      }
    },
  },
  {
    usage: 'N calls of OPERATION [of USER]',
    pattern: /^(\d+|no) calls? of (\w+)(?: of (\S+))?$/,
    perform: (stage, count, operation, user) => {
      const made = stage.requests(operation, user === '' ? undefined : user).length;
      assert.equal(made, count === 'no' ? 0 : Number(count), outputOf(stage));
    },
  },
  {
    usage: 'at most N requests, of all kinds together',
    pattern: /^at most (\d+) requests$/,
    perform: (stage, most) => {
      const made = stage.requests().length;
      assert.ok(made > 0 && made <= Number(most), `${made} requests\n${outputOf(stage)}`);
    },
  },
  {
    usage: 'no writes: AWS was only read; no requests: AWS was not called at all',
    pattern: /^no (writes|requests)$/,
    perform: (stage, what) => {
      const found = stage
        .requests()
        .filter(({ access }) => what === 'requests' || access !== 'read')
        .map(({ operation }) => operation);
      assert.deepEqual(found, [], outputOf(stage));
    },
  },
  {
    usage: 'the result is what the dry run before it foretold',
    pattern: /^the result is what the dry run before it foretold$/,
    perform: (stage) => {
      const foretold = stage.history.at(-2);
      if (foretold === undefined) throw new RangeError('there was no run before');
      assert.ok(foretold.args.includes('--dry-run'));
      const gistOf = (each: Execution) =>
        asksForUndoJson(each) ? undoGist(undoOf(each), each.result) : gist(documentOf(each));
      assert.deepEqual(gistOf(stage.last), gistOf(foretold));
    },
  },
  {
    usage: 'the state directory is as it was',
    pattern: /^the state directory is as it was$/,
    perform: (stage) => assert.deepEqual(stage.stateFiles(), stage.stateBefore),
  },
];

/** What a report says in the end, user by user, in any order. */
function gist(report: RotationReport): unknown {
  const { rotated_keys, cleanup_results, retirements, changes, planned_changes } = report;
  // I16: what recovery does and finds is foretold too.
  const besides = planned_changes ?? changes.filter(({ by }) => by === 'recovery');
  return {
    besides: besides.map(({ change, access_key_id: id, why }) => `${change} ${id}: ${why}`).sort(),
    // A wait that begins now ends at another minute in each look.
    retirements: Object.fromEntries(
      retirements.map(({ username, old_key_id, state, last_used, quiet_days }) => [
        username,
        [old_key_id, state, last_used, quiet_days],
      ]),
    ),
    rotations: Object.fromEntries(
      rotated_keys.map(({ username, old_key_id, success, error_code, resumed }) => [
        username,
        [old_key_id, success, error_code, resumed],
      ]),
    ),
    cleanups: Object.fromEntries(
      cleanup_results.map(({ username, deleted_keys, kept_keys }) => {
        // The hold of a key that is seen Inactive now begins with the look, and each run looks anew.
        const kept = kept_keys.map(({ access_key_id, reason }) => [access_key_id, reason]);
        return [username, [deleted_keys, kept]];
      }),
    ),
  };
}

/** The same of an undo, without the minutes of waits that begin with the look, and with its exit code. */
function undoGist(document: object, exitCode: Execution['result']): unknown {
  const text = JSON.stringify({ exitCode, ...document, dry_run: false, changes: [] });
  return JSON.parse(text, (name, value) => {
    if (name === 'summary') return { ...value, changes: undefined };
    if (name === 'next_run_at' || name === 'new_key_quiet_from') return value !== null;
    return name === 'hint' && value !== null
      ? value.replaceAll('would have', 'has').replaceAll(/\d{4}-\d\d-\d\d[ T]\d\d:\d\d/g, 'then')
      : value;
  });
}

/** Exactly one new key, Active; its secret in a 0600 hand-off file, and good for a signed call. */
async function newKeySigns(stage: Stage, user: string): Promise<void> {
  const key = stage.key(`${user}/new`);
  assert.equal(key.status, 'Active');
  const path = stage.handoffPath(key.id);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
  const secret: string = JSON.parse(readFileSync(path, 'utf8')).secret_access_key;
  const client = stsOf(stage.sandbox, credentialsOf({ id: key.id, secret }), {
    maxAttempts: 5,
  });
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  assert.ok(Arn?.endsWith(`/${user}`), `${key.id} signs as ${Arn}`);
  if (stage.executions.size > 0) return;
  // A run that was killed or had no reader has no document to compare with.
  const { reader, result } = stage.last;
  if (reader !== 'all' || typeof result !== 'number') return;
  if (!asksForJson(stage.last)) return;
  const rows = documentOf(stage.last).rotated_keys;
  const row = rows.find(({ username, success }) => username === user && success);
  // A later run that found nothing to do has no row.
  if (row === undefined) return;
  // A rotation that a run with text output began goes to the hand-off, whoever finishes it.
  const isPrinted = row.delivered_to.some(({ kind }) => kind === 'stdout');
  const expected = [key.id, isPrinted ? secret : undefined];
  assert.deepEqual([row.new_key_id, row.new_secret_key], expected);
}

/** After every script: nobody who had a working key is left without one that can be used (I10). */
export function checkNobodyIsLockedOut(stage: Stage): void {
  for (const [label, { userName }] of stage.labels) {
    if (stage.seededStatus.get(label) !== 'Active' || stage.robbed.has(userName)) continue;
    const { keys } = stage.sandbox.world.user('123456789012', userName);
    const isUsable = keys.some(
      (key) =>
        key.status === 'Active' &&
        ([...stage.labels.values()].includes(key) ||
          statSync(stage.handoffPath(key.id), { throwIfNoEntry: false }) !== undefined ||
          isSealed(stage, key.id) ||
          isServed(stage, key)),
    );
    assert.ok(isUsable, `${userName} has no working key whose secret anybody holds`);
  }
}

/** Whether a table of custody holds the secret of the key. */
function isSealed(stage: Stage, keyId: string): boolean {
  const { tables } = stage.sandbox.world.account('123456789012');
  return [...tables.values()].some((region) =>
    region.all.some((table) => textOf(table.get('A#123456789012', `K#${keyId}`)?.state) === 'held'),
  );
}

function outputOf(stage: Stage): string {
  const execution = [...stage.history, ...stage.executions.values()].at(-1);
  if (execution === undefined) return 'nothing was run yet';
  const { args, result, stdout, stderr } = execution;
  const calls = stage
    .requests()
    .map(({ operation, params }) => `${operation} ${params.UserName ?? ''}`);
  return [
    `rotate-iam-keys ${args.join(' ')}: ${result}`,
    `stdout: ${stdout.replaceAll(/"new_secret_key": "[^"]*"/g, '"new_secret_key": "…"')}`,
    `stderr: ${stderr}`,
    `calls: ${calls.slice(-40).join(', ')}`,
  ].join('\n');
}
