// Writes the pages that are made from code, so that they never differ from it.
//
//   node dist/scripts/generate-docs.js           writes them
//   node dist/scripts/generate-docs.js --check   fails when one is out of date

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { policyJson } from '../src/app/policy/named-policies.ts';
import { keyctlHelp } from '../src/cli/keyctl/help.ts';
import { rotateHelp } from '../src/cli/rotate/help.ts';
import { configModel, exemptionsModel } from '../src/config/model.ts';
import { KINDS, wordOf } from '../src/destinations/kinds.ts';
import { applyReportSchema } from '../src/reports/apply-report.ts';
import {
  auditAnchorSchema,
  auditLineSchema,
  auditShowReportSchema,
  auditVerifyReportSchema,
} from '../src/reports/audit-report.ts';
import { deliverReportSchema } from '../src/reports/deliver-report.ts';
import { explainReportSchema } from '../src/reports/explain-report.ts';
import { historyReportSchema } from '../src/reports/history-report.ts';
import { keyReportSchema } from '../src/reports/key-report/document.ts';
import { keyctlReportSchema } from '../src/reports/keyctl-report.ts';
import { keyChangeReportSchema, keysReportSchema } from '../src/reports/keys-report.ts';
import { lambdaResultSchema } from '../src/reports/lambda-results.ts';
import { mapReportSchema } from '../src/reports/map-report.ts';
import { planSchema } from '../src/reports/plan-document.ts';
import { rotationReportSchema } from '../src/reports/rotation-report.ts';
import { statusReportSchema } from '../src/reports/status-report.ts';
import { undoReportSchema, undoSeveralReportSchema } from '../src/reports/undo-report.ts';
import { validateReportSchema } from '../src/reports/validate-report.ts';
import { verifyReportSchema } from '../src/reports/verify-report.ts';
import { declarations } from './bundle/library.ts';
import { environmentPage } from './environment-page.ts';
import { errorPages, errorsPage } from './error-pages.ts';
import { helpPages, KEYTURN_HELP } from './help-pages.ts';
import { manualPages } from './manual-pages.ts';
import { dashboardJson } from './monitoring/dashboard.ts';
import { ScriptError } from './support/script-error.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

const PAGES: Readonly<Record<string, () => string>> = {
  'docs/errors.md': errorsPage,
  ...errorPages(ROOT),
  ...manualPages(helpPages()),
  'docs/environment.md': environmentPage,
  'deploy/monitoring/keyturn-dashboard.json': dashboardJson,
  'docs/cli/rotate-iam-keys.md': () => helpPage('rotate-iam-keys', rotateHelp()),
  'docs/cli/keyctl.md': () => helpPage('keyctl', keyctlHelp()),
  'schema/rotate-iam-keys.schema.json': () => schemaFile('rotate-iam-keys', rotationReportSchema),
  'docs/cli/keyturn.md': keyturnPage,
  'docs/destinations/README.md': destinationsPage,
  // What programs may use, so that a change to it is seen and meant.
  'docs/api-surface.txt': apiSurface,
  'schema/keyctl.schema.json': () => schemaFile('keyctl', keyctlReportSchema),
  'schema/keyturn-status.schema.json': () => schemaFile('keyturn-status', statusReportSchema),
  'schema/keyturn-keys.schema.json': () => schemaFile('keyturn-keys', keysReportSchema),
  'schema/keyturn-key-change.schema.json': () =>
    schemaFile('keyturn-key-change', keyChangeReportSchema),
  'schema/keyturn-report.schema.json': () => schemaFile('keyturn-report', keyReportSchema),
  'schema/keyturn-map.schema.json': () => schemaFile('keyturn-map', mapReportSchema),
  'schema/keyturn-history.schema.json': () => schemaFile('keyturn-history', historyReportSchema),
  'schema/keyturn-audit-line.schema.json': () => schemaFile('keyturn-audit-line', auditLineSchema),
  'schema/keyturn-audit-verify.schema.json': () =>
    schemaFile('keyturn-audit-verify', auditVerifyReportSchema),
  'schema/keyturn-audit-show.schema.json': () =>
    schemaFile('keyturn-audit-show', auditShowReportSchema),
  'schema/keyturn-audit-anchor.schema.json': () =>
    schemaFile('keyturn-audit-anchor', auditAnchorSchema),
  'schema/keyturn-verify.schema.json': () => schemaFile('keyturn-verify', verifyReportSchema),
  'schema/keyturn-deliver.schema.json': () => schemaFile('keyturn-deliver', deliverReportSchema),
  'schema/keyturn-undo.schema.json': () => schemaFile('keyturn-undo', undoReportSchema),
  'schema/keyturn-undo-several.schema.json': () =>
    schemaFile('keyturn-undo-several', undoSeveralReportSchema),
  'schema/keyturn-explain.schema.json': () => schemaFile('keyturn-explain', explainReportSchema),
  'schema/keyturn-lambda.schema.json': () => schemaFile('keyturn-lambda', lambdaResultSchema),
  'schema/keyturn-plan.schema.json': () => schemaFile('keyturn-plan', planSchema),
  'schema/keyturn-apply.schema.json': () => schemaFile('keyturn-apply', applyReportSchema),
  'schema/keyturn-validate.schema.json': () => schemaFile('keyturn-validate', validateReportSchema),
  'schema/keyturn.schema.json': () => configSchemaFile('config', configModel),
  'schema/keyturn-exemptions.schema.json': () => configSchemaFile('exemptions', exemptionsModel),
  // One state machine for CloudFormation and for Terraform, which reads the file itself.
  'deploy/aws/keyturn.yaml': stackTemplate,
  // The names under which keyctl's documentation has always spoken of them.
  'keyctl-self-service-policy.json': () => policyJson('self-service'),
  'keyctl-admin-policy.json': () => policyJson('admin'),
};

function helpPage(program: string, help: string): string {
  return [
    `# ${program}`,
    '',
    `What \`${program} --help\` prints. This page is generated: \`npm run docs\`. The JSON output is`,
    `described by [\`schema/${program}.schema.json\`](../../schema/${program}.schema.json), the`,
    'errors by [`docs/errors.md`](../errors.md).',
    '',
    '```text',
    help.trimEnd(),
    '```',
    '',
  ].join('\n');
}

function keyturnPage(): string {
  return [
    '# keyturn',
    '',
    'What `keyturn --help` and the help of its commands print. This page is generated: `npm run docs`.',
    'The JSON output of `keys`, `report`, `history`, `audit`, `status`, `verify`, `undo`, `map`, `validate`, `explain`, `plan` and `apply` is described in [`schema/`](../../schema/), the',
    'errors in [`docs/errors.md`](../errors.md).',
    '',
    ...KEYTURN_HELP.flatMap((help) => ['```text', help().trimEnd(), '```', '']),
  ].join('\n');
}

/** The table of kinds, in the page that is written by hand around it. */
function destinationsPage(): string {
  const page = readFileSync(join(ROOT, 'docs/destinations/README.md'), 'utf8');
  const rows = KINDS.map((kind) => {
    const word = kind.isOffered ? `\`${wordOf(kind)}\`` : 'not offered';
    return `| [${kind.name}](${kind.name}.md) | ${word} | ${kind.about} |`;
  });
  const table = ['| destination | `--deliver` | where the secret goes |', '|---|---|---|', ...rows];
  const [begin, end] = ['<!-- kinds: begin -->', '<!-- kinds: end -->'];
  const before = page.slice(0, page.indexOf(begin) + begin.length);
  const after = page.slice(page.indexOf(end));
  return `${before}\n\n${table.join('\n')}\n\n${after}`;
}

/** The state machine, in the template that is written by hand around it. */
function stackTemplate(): string {
  const template = readFileSync(join(ROOT, 'deploy/aws/keyturn.yaml'), 'utf8');
  const definition = readFileSync(join(ROOT, 'deploy/aws/state-machine.asl.tftpl'), 'utf8');
  const lines = definition.trimEnd().split('\n');
  const indent = ' '.repeat(6);
  const block = [`${indent}DefinitionString: |`, ...lines.map((line) => `${indent}  ${line}`)];
  const begin = /^ *# definition: begin.*\n/m.exec(template);
  const end = /^ *# definition: end$/m.exec(template);
  if (begin === null || end === null) throw new ScriptError('keyturn.yaml has lost its marks');
  const before = template.slice(0, begin.index + begin[0].length);
  return `${before}${block.join('\n')}\n${template.slice(end.index)}`;
}

function apiSurface(): string {
  const files = [...declarations(), ...declarations('lambda/index.d.ts')].map(
    ([path, text]) => `// ${path}\n\n${text.trim()}\n`,
  );
  return [
    '// The types of `keyturn` and `keyturn/lambda`. This page is generated: npm run docs.\n',
    ...files,
  ].join('\n');
}

function schemaFile(program: string, model: z.ZodType): string {
  // As input: fields may be added later, so unknown ones are no fault.
  const { $schema, ...schema } = z.toJSONSchema(model, { io: 'input' });
  // A name, not an address: nothing is served there.
  const $id = `urn:keyturn:schema:${program}:1`;
  return `${JSON.stringify({ $schema, $id, ...schema }, null, 2)}\n`;
}

/** For editors, whose YAML language server documents draft 7. What only keyturn knows is in the descriptions. */
function configSchemaFile(name: string, model: z.ZodType): string {
  const { $schema, ...schema } = z.toJSONSchema(model, {
    ...{ target: 'draft-7', io: 'input', cycles: 'ref', unrepresentable: 'any' },
  } as const);
  const $id = `urn:keyturn:schema:${name}:1`;
  return `${JSON.stringify({ $schema, $id, ...schema }, null, 2)}\n`;
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
