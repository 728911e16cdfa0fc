// The action of this repository, run as GitHub runs it: inputs as variables, outputs into a file.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { KeyturnError } from '../../src/base/errors.ts';
import { failureReport } from '../../src/cli/rotate/failure-report.ts';
import { demandValid, ROOT, textOf, yamlOf } from '../support/structured-files.ts';
import { keysMade, machine } from './stage.ts';

interface Action {
  readonly inputs: Readonly<
    Record<string, { readonly default?: string; readonly required?: true }>
  >;
  readonly runs: {
    readonly steps: readonly {
      readonly env: Readonly<Record<string, string>>;
      readonly run: string;
    }[];
  };
}

const action = yamlOf('action.yml')[0] as Action;

test('action.yml is a composite action without an expression in its script', () => {
  demandValid(action, 'test/examples/schemas/action.schema.json');
});

async function runAction(context: TestContext, more: Readonly<Record<string, string>>) {
  const { run, folder, sandbox } = await machine(context);
  const inputs: Readonly<Record<string, string>> = { 'state-dir': join(folder, 'state'), ...more };
  const [step] = action.runs.steps;
  const given = Object.entries(step?.env ?? {}).map(([name, expression]) => {
    const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)?.[1] ?? '';
    assert(input in action.inputs, `${expression} is an input`);
    return [name, inputs[input] ?? action.inputs[input]?.default ?? ''] as const;
  });
  const temp = join(folder, 'runner-temp');
  mkdirSync(temp);
  const [outputs, summary] = [join(folder, 'outputs'), join(folder, 'summary')];
  writeFileSync(outputs, '');
  const finished = await run(['bash', '-c', step?.run ?? ''], {
    ...Object.fromEntries(given),
    GITHUB_ACTION_PATH: ROOT.slice(0, -1),
    GITHUB_OUTPUT: outputs,
    GITHUB_STEP_SUMMARY: summary,
    RUNNER_TEMP: temp,
  });
  const written = Object.fromEntries(
    readFileSync(outputs, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('=', 2)),
  ) as { result: string; rotated: string; failed: string; waiting: string };
  return { ...finished, sandbox, outputs: written, summary: readFileSync(summary, 'utf8') };
}

test('it rotates; the document is in a file for its owner, and not in the log', async (context) => {
  const inputs = { flags: '--timeout 60' };
  const { code, stdout, stderr, outputs, sandbox, summary } = await runAction(context, inputs);
  assert.equal(code, 0, stderr);
  assert.equal(stdout, '');
  assert.match(summary, /^1 rotated, 0 not rotated/m);
  assert.match(summary, /^\| svc-one \| AKIA\w+ \| AKIA\w+ \|/m);
  assert.deepEqual([outputs.rotated, outputs.failed, outputs.waiting], ['1', '0', '0']);
  assert.equal(statSync(outputs.result).mode & 0o777, 0o600);
  const { rotated_keys } = JSON.parse(readFileSync(outputs.result, 'utf8'));
  const secret: string = rotated_keys[0].new_secret_key;
  assert(secret.length > 20 && !`${stderr}${summary}`.includes(secret));
  assert.equal(keysMade(sandbox), 1);
});

test('a dry run changes nothing', async (context) => {
  const inputs = { 'dry-run': 'true' };
  const { code, outputs, sandbox, summary } = await runAction(context, inputs);
  assert.equal(code, 0);
  assert.equal(outputs.rotated, '1');
  assert.equal(keysMade(sandbox), 0);
  assert.match(summary, /dry run, nothing was changed/);
  assert.match(summary, /^\| svc-one \| AKIA\w+ \| Inactive: it was never used \|$/m);
});

test('who could not be rotated, and why, is in the summary of the job', async (context) => {
  const inputs = { flags: '--deliver secrets-manager=elsewhere/{user}', user: 'svc-one' };
  const { code, summary } = await runAction(context, inputs);
  assert.equal(code, 1);
  assert.match(
    summary,
    /^0 rotated, 1 not rotated, 0 old keys stay Active .* 1 user and 1 key examined/m,
  );
  assert.match(
    summary,
    /^\| svc-one \| AKIA\w+ \| not-deliverable: .*no secret elsewhere\/svc-one/m,
  );
});

test('the summary of a run that did not begin has its error', async (context) => {
  const { code, summary } = await runAction(context, { 'dry-run': 'yes' });
  assert.equal(code, 2);
  assert.match(summary, /^\| bad-value \|/m);
});

for (const [flags, exit] of [
  ['--output-format text', 2],
  ['--help', 0],
  ['--profile gone', 3],
  ['--state-dir /dev/null', 3],
] as const) {
  test(`a run with ${flags} ends the step with ${exit}, and its words are in the summary`, async (context) => {
    const { code, stderr, outputs, summary } = await runAction(context, { flags });
    assert.equal(code, exit, stderr);
    assert.doesNotMatch(stderr, /SyntaxError|at JSON\.parse|node:internal/);
    assert.equal(outputs.rotated, '0');
    assert.equal(outputs.failed, '0');
    assert.match(summary, /^## AWS access keys/);
    assert.match(
      summary,
      exit === 0 ? /no document: it ended with exit code 0/ : /^\| [a-z-]+ \|/m,
    );
  });
}

test('no name and no message can forge a line or a link of the summary', () => {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-summary-'));
  const path = join(folder, 'document.json');
  const hostile = 'a|b\n## <script>[x](http://example.com)`';
  const error = new KeyturnError('internal', 'never printed');
  const told = { changes: [], keptHandoffs: [] };
  const facts = {
    error,
    at: new Date(0),
    dryRun: false,
    daysThreshold: 90,
    version: '0',
    runId: undefined,
  };
  const report = failureReport({ ...facts, told });
  const entry = {
    code: hostile,
    message: hostile,
    hint: hostile,
    username: hostile,
    account_id: null,
  };
  writeFileSync(path, JSON.stringify({ ...report, errors: [entry] }));
  const script = `${ROOT}examples/github-actions/summary.cjs`;
  const { stdout, status } = spawnSync(process.execPath, [script, path], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.equal(status, 0);
  assert.doesNotMatch(stdout, /<script|\]\(http|`|^## </m);
  assert.equal(stdout.split('\n').filter((line) => line.startsWith('## ')).length, 1);
});

for (const [input, value] of [
  ['dry-run', 'yes'],
  ['days-threshold', '0'],
  ['before-next-run', '31'],
  ['retire', 'later'],
  ['quiet-days', '2'],
  ['retire-deadline-days', 'soon'],
  ['user', 'a; echo b'],
] as const) {
  test(`the step fails when ${input} is ${JSON.stringify(value)}`, async (context) => {
    const { code, sandbox } = await runAction(context, { [input]: value });
    assert.equal(code, 2);
    assert.deepEqual(sandbox.requests.list(), []);
  });
}

const PINNED = /^\s*- uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

for (const name of ['ci', 'release']) {
  test(`${name}.yml: no rights but those of its jobs, every action pinned by commit`, () => {
    const path = `.github/workflows/${name}.yml`;
    demandValid(yamlOf(path)[0], 'test/examples/schemas/workflow.schema.json');
    for (const line of textOf(path).split('\n')) {
      if (/\buses:/.test(line)) assert.match(line, PINNED);
    }
  });
}

test('the example workflow keeps where the audit trail of its own state stands', () => {
  const text = textOf('examples/github-actions/rotate.yml');
  const state = /state-dir: (\S+)/.exec(text)?.[1] ?? '';
  assert.ok(text.includes(`keyturn audit checkpoint --anchor --state ${state};`), state);
});

test('the example workflow gives the action inputs that it has', () => {
  const [workflow] = yamlOf('examples/github-actions/rotate.yml');
  demandValid(workflow, 'test/examples/schemas/workflow.schema.json');
  const { steps } = (workflow as { jobs: { rotate: { steps: Record<string, object>[] } } }).jobs
    .rotate;
  const step = steps.find(({ uses }) => String(uses).startsWith('platform/keyturn@'));
  const given = Object.keys(step?.with ?? {});
  assert.deepEqual(
    given.filter((input) => !(input in action.inputs)),
    [],
  );
  const required = Object.keys(action.inputs).filter((input) => action.inputs[input]?.required);
  assert.deepEqual(
    required.filter((input) => !given.includes(input)),
    [],
  );
});
