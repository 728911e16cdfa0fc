// What stdout must hold when JSON was asked for: one document, valid against the published schema.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { RotationReport } from '../../src/reports/rotation-report.ts';
import type { UndoReport } from '../../src/reports/undo-report.ts';
import type { Execution } from './stage.ts';

const ajv = new Ajv2020({ strict: false });
const compiled = new Map<string, ValidateFunction>();

/** The published schema of what a command prints. */
function schemaOf({ args }: Execution): string {
  const [command, verb = ''] = args;
  if (command === 'history' || command === 'status' || command === 'report')
    return `keyturn-${command}`;
  if (command === 'audit') return `keyturn-audit-${verb}`;
  if (command !== 'keys') return 'rotate-iam-keys';
  return /^(?:deactivate|activate|delete)$/.test(verb) ? 'keyturn-key-change' : 'keyturn-keys';
}

function validatorOf(name: string): ValidateFunction {
  const known = compiled.get(name);
  if (known !== undefined) return known;
  const file = new URL(`../../../schema/${name}.schema.json`, import.meta.url);
  const validate = ajv.compile(JSON.parse(readFileSync(file, 'utf8')));
  compiled.set(name, validate);
  return validate;
}

export function asksForJson({ args }: Execution): boolean {
  const line = args.join(' ');
  if (/--(?:help|version)\b/.test(line)) return false;
  const isOneFlag = /^(?:keys|history|status|report|audit)\b/.test(line) && args.includes('--json');
  return isOneFlag || /--output[-_]format[ =]json/.test(line);
}

/** Every run that was asked for JSON answers with one valid document, whatever happened. */
export function checkDocument(execution: Execution): void {
  if (asksForJson(execution)) documentOf(execution);
  if (asksForUndoJson(execution)) undoOf(execution);
}

/** The document on stdout. Fails when there is none, more than one, or one of another shape. */
export function documentOf(execution: Execution): RotationReport {
  const parsed = parsedOf(execution);
  assertShape(parsed, schemaOf(execution));
  return parsed as RotationReport;
}

function assertShape(parsed: unknown, schema: string): void {
  const validate = validatorOf(schema);
  assert.ok(validate(parsed), `not as the schema says: ${JSON.stringify(validate.errors)}`);
}

export function asksForUndoJson({ args }: Execution): boolean {
  return args[0] === 'undo' && args.includes('--json') && !args.includes('--help');
}

/** The same of `keyturn undo`: of one rotation, of several, or of an undo that failed as a whole. */
export function undoOf(execution: Execution): Changes {
  const parsed = parsedOf(execution) as Changes;
  if ('error' in parsed) return parsed;
  assertShape(parsed, 'undone' in parsed ? 'keyturn-undo-several' : 'keyturn-undo');
  return parsed;
}

/** What every document tells of keys. */
type Changes = Pick<UndoReport, 'changes' | 'summary'>;

/** Whichever of the two it is. */
export function anyDocumentOf(execution: Execution): Changes {
  return asksForUndoJson(execution) ? undoOf(execution) : documentOf(execution);
}

function parsedOf({ stdout, stderr }: Execution): unknown {
  try {
    return JSON.parse(stdout);
  } catch {
    assert.fail(`stdout is not one JSON document:\n${stdout}\nstderr:\n${stderr}`);
  }
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
