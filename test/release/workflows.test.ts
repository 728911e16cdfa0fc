// What the workflows promise, as far as their text says it.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { TARGETS } from '../../scripts/executables/targets.ts';
import { ROOT } from '../support/structured-files.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: {
    readonly matrix: { readonly include?: readonly { readonly target: string }[] };
  };
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(ROOT, '.github', 'workflows');
const FILES = readdirSync(FOLDER).map((name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8');
  return { name, text, workflow: parse(text) as Workflow };
});
const release = FILES.find(({ name }) => name === 'release.yml')?.workflow;
assert(release !== undefined);
const RELEASE: Workflow = release;
const linesOf = (job: Job | undefined) => (job?.steps ?? []).map(({ run }) => run ?? '').join('\n');

for (const { name, text, workflow } of FILES) {
  test(`${name}: actions by commit, with the tag beside it; no rights but those of a job; a time limit`, () => {
    for (const [line] of text.matchAll(/uses:.*$/gm)) {
      assert.match(line, /^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    }
    assert.deepEqual(workflow.permissions, {});
    for (const job of Object.values(workflow.jobs)) {
      assert(job.permissions !== undefined && job['timeout-minutes'] !== undefined);
      for (const { uses, with: given } of job.steps) {
        if (uses?.startsWith('actions/checkout@'))
          assert.equal(given?.['persist-credentials'], false);
      }
    }
  });

  test(`${name}: every script that it runs is there`, () => {
    const lines = Object.values(workflow.jobs).map(linesOf).join('\n');
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    for (const [, script = ''] of lines.matchAll(/npm run ([\w:]+)/g))
      assert(script in scripts, script);
    for (const [, path = ''] of lines.matchAll(/node (?:dist\/)?(scripts\/[\w/-]+)\.[jt]s/g)) {
      assert(existsSync(join(ROOT, `${path}.ts`)), path);
    }
  });
}

test('a release has an executable for every target, tried out before anything is published', () => {
  const { executables, collect, publish } = RELEASE.jobs;
  const targets = executables?.strategy?.matrix.include?.map(({ target }) => target);
  assert.deepEqual(
    targets,
    TARGETS.map(({ name }) => name),
  );
  assert.match(linesOf(executables), /test-executable\.js --built/);
  assert.deepEqual(
    [collect?.needs, publish?.needs],
    [['package', 'executables', 'image'], 'collect'],
  );
});

test('whoever may publish checks out nothing, installs nothing and runs no script of ours', () => {
  const mighty = Object.entries(RELEASE.jobs).filter(([, job]) =>
    Object.values(job.permissions ?? {}).includes('write'),
  );
  assert.deepEqual(
    mighty.map(([name]) => name),
    ['publish'],
  );
  for (const [, job] of mighty) {
    assert.doesNotMatch(linesOf(job), /npm (?:ci|install|run)|node |\.ci\/run/);
    assert(!job.steps.some(({ uses }) => uses?.startsWith('actions/checkout@')));
    assert.match(linesOf(job), /sha256sum --check SHA256SUMS/);
    assert.match(linesOf(job), /npm publish --provenance .*--ignore-scripts/);
    const attested = job.steps.find(({ uses }) =>
      uses?.startsWith('actions/attest-build-provenance@'),
    );
    assert.deepEqual(attested?.with, { 'subject-checksums': 'release/SHA256SUMS' });
  }
});
