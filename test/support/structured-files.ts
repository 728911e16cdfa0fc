// Files of the repository that other programs read, and the JSON Schemas that hold them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export function textOf(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}

/** Every document of a YAML file. Fails on what a strict parser would only warn of. */
export function yamlOf(path: string): unknown[] {
  return parseAllDocuments(textOf(path)).map((document) => {
    assert.deepEqual([...document.errors, ...document.warnings], [], path);
    return document.toJS();
  });
}

export function jsonOf(path: string): unknown {
  return JSON.parse(textOf(path));
}

/** Fails with what is wrong; `others` are schemas that the first refers to. */
export function demandValid(value: unknown, schema: string, others: readonly string[] = []): void {
  const ajv = new Ajv2020({
    strict: true,
    strictRequired: false,
    allErrors: true,
    allowUnionTypes: true,
  });
  for (const other of others) ajv.addSchema(jsonOf(other) as object);
  const validate = ajv.compile(jsonOf(schema) as object);
  assert(validate(value), ajv.errorsText(validate.errors, { separator: '\n' }));
}
