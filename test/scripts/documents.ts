// What stdout must hold when JSON was asked for: one document, valid against the published schema.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import type { Execution } from './stage.ts';

const SCHEMA = new URL('../../../schema/rotate-iam-keys.schema.json', import.meta.url);
const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

export function asksForJson({ args }: Execution): boolean {
  const line = args.join(' ');
  return /--output[-_]format[ =]json/.test(line) && !/--(?:help|version)\b/.test(line);
}

/** Every run that was asked for JSON answers with one valid document, whatever happened. */
export function checkDocument(execution: Execution): void {
  if (asksForJson(execution)) documentOf(execution);
}

/** The document on stdout. Fails when there is none, more than one, or one of another shape. */
export function documentOf({ stdout, stderr }: Execution): RotationReport {
  let parsed: unknown;
  try {
    parsed = JSON.parse(stdout);
  } catch {
    assert.fail(`stdout is not one JSON document:\n${stdout}\nstderr:\n${stderr}`);
  }
  assert.ok(validate(parsed), `not as the schema says: ${JSON.stringify(validate.errors)}`);
  return parsed as RotationReport;
}

/** A value by its path, `rotated_keys.alice.success`: lists by index, by user name, or by length. */
export function valueAt(document: unknown, path: string): unknown {
  let value = document;
  for (const part of path.match(/"[^"]*"|[^."]+/g) ?? []) {
    const name = part.replaceAll('"', '');
    if (Array.isArray(value) && !/^\d+$/.test(name) && name !== 'length') {
      value = value.find((item) => item?.username === name);
    } else {
      value = (value as Record<string, unknown> | undefined | null)?.[name];
    }
  }
  return value;
}
