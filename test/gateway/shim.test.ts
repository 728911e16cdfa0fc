// The Python file: it becomes Node, or says in the same document why it cannot.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { finished, start } from '../cli/process.ts';
import { eventually } from '../sandbox/wait.ts';
import { BUNDLE, gateway, startShim } from './stage.ts';

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-shim-'));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test('the bundle runs from a folder with nothing else in it', async (context) => {
  const { env, writes } = await gateway(context);
  const folder = folderFor(context);
  cpSync(BUNDLE, join(folder, 'keyturn.cjs'));
  const { code, stdout, stderr } = await finished(start([join(folder, 'keyturn.cjs')], env));
  assert.equal(code, 0, stderr);
  assert.equal(rotationReportSchema.parse(JSON.parse(stdout)).rotated_keys[0]?.success, true);
  assert.deepEqual(writes(), ['CreateAccessKey', 'UpdateAccessKey']);
});

test('exit code and both streams are those of Node', async (context) => {
  const { run, sandbox } = await gateway(context);
  sandbox.faults.add({ operation: 'ListUsers', effect: { kind: 'access-denied' } });
  const { code, stdout, stderr } = await run(['--inventory=scan']);
  assert.equal(code, 3);
  assert.equal(rotationReportSchema.parse(JSON.parse(stdout)).errors[0]?.code, 'access-denied');
  assert.match(stderr, /^rotate-iam-keys: error: /m);
});

test('SIGTERM reaches Node: what is open is finished, and the document still comes', async (context) => {
  const { env, sandbox } = await gateway(context);
  sandbox.faults.add({ operation: 'ListUsers', effect: { kind: 'hang' } });
  const child = startShim(['--inventory=scan'], env);
  const ended = finished(child);
  await eventually(() => sandbox.requests.list().some((each) => each.operation === 'ListUsers'));
  child.kill('SIGTERM');
  const { code, stdout } = await ended;
  assert.equal(code, 143);
  assert.equal(rotationReportSchema.parse(JSON.parse(stdout)).errors[0]?.code, 'interrupted');
});

test('Node on PATH is found when none is named', async (context) => {
  const { env } = await gateway(context);
  const folder = folderFor(context);
  symlinkSync(process.execPath, join(folder, 'node'));
  const { KEYTURN_NODE: _, ...others } = env;
  const path = { PATH: `${folder}:${env.PATH}` };
  const { code } = await finished(startShim(['--dry_run'], { ...others, ...path }));
  assert.equal(code, 0);
});

test('without a Node that is new enough: no-node, exit 3, nothing asked of AWS', async (context) => {
  const { run, sandbox } = await gateway(context);
  const old = join(folderFor(context), 'old-node');
  writeFileSync(old, '#!/bin/sh\necho v18.20.4\n', { mode: 0o755 });
  const { code, stdout, stderr } = await run(['--dry_run'], { KEYTURN_NODE: old });
  assert.equal(code, 3);
  const [error] = rotationReportSchema.parse(JSON.parse(stdout)).errors;
  assert.equal(error?.code, 'no-node');
  assert.match(
    error?.message ?? '',
    /^no Node\.js 20\.12 or newer was found \(too old: .*\(18\.20\)\)$/,
  );
  assert.match(stderr, /hint: install Node on the runner/);
  assert.deepEqual(sandbox.requests.list(), []);
});

test('without the bundle beside it, as in the npm package: said, and nothing is started', async (context) => {
  const { env } = await gateway(context);
  const folder = folderFor(context);
  const shim = join(folder, 'rotate_iam_keys.py');
  copyFileSync(new URL('../../../iag/rotate_iam_keys.py', import.meta.url), shim);
  const child = spawn('python3', [shim, '--dry_run'], { env: { ...process.env, ...env } });
  const { code, stdout, stderr } = await finished(child);
  assert.equal(code, 3);
  const [error] = rotationReportSchema.parse(JSON.parse(stdout)).errors;
  assert.match(error?.message ?? '', /keyturn\.cjs is missing/);
  assert.match(stderr, /hint: take the whole folder iag\//);
});
