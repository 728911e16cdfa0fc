// Writes the pages that are made from code, so that they never differ from it.
//
//   node dist/scripts/generate-docs.js           writes them
//   node dist/scripts/generate-docs.js --check   fails when one is out of date

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ERROR_CODES } from '../src/base/error-codes.ts';
import { rotateHelp } from '../src/cli/rotate-help.ts';
import { rotationReportSchema } from '../src/reports/rotation-report.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A name, not an address: nothing is served there. */
const SCHEMA_ID = 'urn:keyturn:schema:rotate-iam-keys:1';

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  'docs/cli/rotate-iam-keys.md': helpPage,
  'schema/rotate-iam-keys.schema.json': schemaFile,
};

function errorsPage(): string {
  const rows = Object.entries(ERROR_CODES).map(
    ([code, { exit, meaning, remedy }]) => `| \`${code}\` | ${exit} | ${meaning} | ${remedy} |`,
  );
  return [
    '# Errors',
    '',
    'Every error has a code. It stands in `errors[].code` and `rotated_keys[].error_code` of the JSON',
    'output, and in the log. The exit code is the one of an error that ends the run; when only some',
    'users failed, the run exits 1. This page is generated: `npm run docs`.',
    '',
    '| code | exit | meaning | what to do |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function helpPage(): string {
  return [
    '# rotate-iam-keys',
    '',
    'What `rotate-iam-keys --help` prints. This page is generated: `npm run docs`. The JSON output is',
    'described by [`schema/rotate-iam-keys.schema.json`](../../schema/rotate-iam-keys.schema.json), the',
    'errors by [`docs/errors.md`](../errors.md).',
    '',
    '```text',
    rotateHelp().trimEnd(),
    '```',
    '',
  ].join('\n');
}

function schemaFile(): string {
  // As input: fields may be added later, so unknown ones are no fault.
  const { $schema, ...schema } = z.toJSONSchema(rotationReportSchema, { io: 'input' });
  return `${JSON.stringify({ $schema, $id: SCHEMA_ID, ...schema }, null, 2)}\n`;
}

function write(path: string, text: string): void {
  const file = join(ROOT, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`docs: wrote ${path}\n`);
}

function isUpToDate(path: string, text: string): boolean {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return true;
  process.stderr.write(`docs: ${path} is out of date; run npm run docs and commit it\n`);
  return false;
}

const isCheck = process.argv.includes('--check');
const pages = Object.entries(PAGES).map(([path, page]) => [path, page()] as const);
if (isCheck) {
  const outdated = pages.filter(([path, text]) => !isUpToDate(path, text));
  process.exitCode = outdated.length > 0 ? 1 : 0;
} else {
  for (const [path, text] of pages) write(path, text);
}
