// The examples of keys by pull request: what their jobs run, run here in their order, and the line of cron.

import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { demandValid, ROOT, textOf, yamlOf } from '../support/structured-files.ts';
import { keysMade, machine } from './stage.ts';

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly steps: readonly { readonly run?: string }[] }>>;
}

/** The commands of keyturn in a job. */
function commandsOf(path: string, job: string): readonly string[] {
  const [workflow] = yamlOf(path) as readonly Workflow[];
  const runs = (workflow?.jobs[job]?.steps ?? []).flatMap(({ run }) => run ?? []);
  return runs.filter((run) => run.startsWith('keyturn '));
}

/** A machine whose working directory is the repository of the example. */
async function checkout(context: TestContext) {
  const { run, folder, sandbox } = await machine(context);
  for (const name of ['keyturn.yaml', 'exemptions.yaml']) {
    copyFileSync(`${ROOT}examples/gitops/${name}`, join(folder, name));
    chmodSync(join(folder, name), 0o644);
  }
  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
  const shell = async (command: string, more: Readonly<Record<string, string>> = {}) =>
    await run(['/bin/sh', '-c', `cd '${folder}' && ${command}`], { ...env, ...more });
  return { shell, folder, sandbox };
}

for (const name of ['plan', 'apply', 'report']) {
  test(`${name}.yml is a workflow`, () => {
    const [workflow] = yamlOf(`examples/github-actions/${name}.yml`);
    demandValid(workflow, 'test/examples/schemas/workflow.schema.json');
  });
}

test('a pull request is validated and planned by reads alone, and the comment has no secret and no whole key', async (t) => {
  const { shell, folder, sandbox } = await checkout(t);
  const commands = commandsOf('examples/github-actions/plan.yml', 'plan');
  assert.equal(commands.length, 2);
  for (const command of commands) {
    const { code, stderr, stdout } = await shell(command);
    assert.equal(code, 0, stderr + stdout);
  }
  assert.equal(keysMade(sandbox), 0);
  const comment = readFileSync(join(folder, 'plan.md'), 'utf8');
  assert.match(comment, /\| rotate \| svc-one \|/);
  assert.doesNotMatch(comment, /A[KS]IA[A-Z0-9]{16}/);
});

test('what was merged is planned and applied, once; the next day goes a step further', async (t) => {
  const { shell, folder, sandbox } = await checkout(t);
  const [plan = ''] = commandsOf('examples/github-actions/apply.yml', 'plan');
  const planned = await shell(plan);
  assert.equal(planned.code, 0, planned.stderr);
  assert.match(readFileSync(join(folder, 'summary.md'), 'utf8'), /svc-one/);
  // An artifact comes back with another mode.
  chmodSync(join(folder, 'plan.json'), 0o644);
  const [apply = ''] = commandsOf('examples/github-actions/apply.yml', 'apply');
  const applied = await shell(apply);
  assert.equal(applied.code, 0, applied.stderr);
  assert.equal(keysMade(sandbox), 1);
  assert.equal(sandbox.requests.list('PutSecretValue').length, 1);
  const again = await shell(apply);
  assert.equal(again.code, 0, again.stderr);
  const [daily = ''] = commandsOf('examples/github-actions/apply.yml', 'daily');
  const next = await shell(daily);
  assert.equal(next.code, 0, next.stderr);
  assert.equal(keysMade(sandbox), 1);
});

test('the line of cron: dry at first, then a step each day', async (t) => {
  const { shell, folder, sandbox } = await checkout(t);
  mkdirSync(join(folder, 'log'));
  // As the page says to make it.
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  const lines = textOf('examples/cron/keyturn-config').split('\n');
  assert.ok(lines.includes('KEYTURN_FORCE_DRY_RUN=true'));
  const commands = lines.flatMap((line) => /^(?:[\d*/,-]+ ){5}keyturn (.+)$/.exec(line)?.[1] ?? []);
  assert.equal(commands.length, 3);
  for (const [dryRun, made] of [
    ['true', 0],
    ['', 1],
  ] as const) {
    for (const command of commands) {
      const own = command.replace('/var/log/keyturn', join(folder, 'log'));
      const { code, stderr } = await shell(own, { KEYTURN_FORCE_DRY_RUN: dryRun });
      assert.equal(code, 0, stderr);
    }
    assert.equal(keysMade(sandbox), made);
  }
});

test('the report of a week is in the summary of its job and in a file, and a job without a run before it is red', async (t) => {
  const { shell, folder, sandbox } = await checkout(t);
  const temp = { RUNNER_TEMP: folder, KEYTURN_CONFIG: 'keyturn.yaml' };
  const [summary = '', page = '', status = ''] = commandsOf(
    'examples/github-actions/report.yml',
    'report',
  );
  for (const command of [summary, page]) {
    const { code, stderr } = await shell(command, temp);
    assert.equal(code, 0, stderr);
  }
  assert.equal(keysMade(sandbox), 0);
  assert.match(readFileSync(join(folder, 'summary.md'), 'utf8'), /svc-one/);
  assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /^<!doctype html>/);
  const planned = await shell('keyturn plan');
  assert.equal(planned.code, 0, planned.stderr);
  assert.equal((await shell(`${status} --state '${folder}/state'`)).code, 3, 'nothing was run yet');
});
