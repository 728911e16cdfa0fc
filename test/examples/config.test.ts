// The sample configurations: valid for keyturn, without a warning, and for editors that read the schema.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { readConfigFile } from '../../src/app/config/config-file.ts';
import { jsonOf, ROOT, textOf, yamlOf } from '../support/structured-files.ts';

/** As docs/configuration.md shows them. */
const SHOWN = ['one-account', 'three-accounts', 'organization'];
const SAMPLES = [...SHOWN, 'telling'];
const CONFIG_SCHEMA = 'schema/keyturn.schema.json';
const NOW = new Date('2026-11-28T09:00:00Z');

function editorsTake(path: string, schema: string): void {
  const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: true });
  const validate = ajv.compile(jsonOf(schema) as object);
  assert.ok(validate(yamlOf(path)[0]), ajv.errorsText(validate.errors, { separator: '\n' }));
}

for (const name of SAMPLES) {
  const path = `examples/config/${name}/keyturn.yaml`;

  test(`the sample ${name} is valid, and has no warning`, async () => {
    const { config, faults } = await readConfigFile({ path: `${ROOT}${path}`, shown: path }, NOW);
    assert.deepEqual(faults, []);
    assert.ok(config !== undefined);
  });

  test(`the sample ${name} is what its schema says`, () => {
    editorsTake(path, CONFIG_SCHEMA);
    assert.match(
      textOf(path),
      /^# yaml-language-server: \$schema=.*schema\/keyturn\.schema\.json\n/,
    );
  });
}

test('the file of exemptions is what its schema says', () => {
  editorsTake(
    'examples/config/three-accounts/exemptions.yaml',
    'schema/keyturn-exemptions.schema.json',
  );
});

test('a misspelt key is an error for editors too', () => {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true });
  const validate = ajv.compile(jsonOf(CONFIG_SCHEMA) as object);
  assert.ok(!validate({ version: 1, rules: [{ name: 'a', match: 'all', delivery: ['handoff'] }] }));
});

test('the page on the configuration shows the samples as they are', () => {
  const page = readFileSync(`${ROOT}docs/configuration.md`, 'utf8');
  for (const name of SHOWN) {
    const sample = textOf(`examples/config/${name}/keyturn.yaml`);
    assert.ok(page.includes(sample.slice(sample.indexOf('version: 1')).trim()), name);
  }
});
