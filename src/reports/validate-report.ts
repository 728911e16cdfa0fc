// What `keyturn validate` found, as a document and as a page.

import { z } from 'zod';
import { printable } from '../base/printable.ts';

const fault = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string().meta({ description: 'What kind of mistake it is; stable.' }),
  message: z.string(),
  file: z.string(),
  line: z.int().min(1),
  column: z.int().min(1),
});

export const validateReportSchema = z.object({
  file: z.string(),
  valid: z.boolean().meta({ description: 'Whether there is no error; warnings may be there.' }),
  errors: z.array(fault),
  warnings: z.array(fault),
  rules: z
    .array(
      z.object({
        name: z.string(),
        line: z.int().min(1),
        account_group: z.string().nullable().meta({
          description:
            'The group of accounts that the numbers hold for; null where the file has none.',
        }),
        begins_after_days: z
          .number()
          .meta({ description: 'The age from which on a key is replaced.' }),
        max_age_days: z
          .int()
          .nullable()
          .meta({ description: 'The promise, where the rule makes one.' }),
        hooks: z
          .array(
            z.object({
              on: z.enum(['after_deliver', 'before_retire', 'after_retire']),
              hook: z.string(),
            }),
          )
          .meta({
            description: 'What runs do, ask and watch, as it is written; credentials left out.',
          }),
      }),
    )
    .meta({ description: 'Empty where there is an error.' }),
  exemptions: z.int().min(0),
});

export type ValidateReport = z.infer<typeof validateReportSchema>;
export type ReportedFault = z.infer<typeof fault>;

/** A fault with its line, which a document does not have. */
export interface ShownFault extends ReportedFault {
  readonly source?: string;
}

export interface ValidatePage {
  readonly report: ValidateReport;
  readonly faults: readonly ShownFault[];
  /** Whether GitHub Actions reads it, which shows such faults beside the lines of a pull request. */
  readonly isForActions: boolean;
}

const SHOWN_MAX = 20;

export function renderValidate({ report, faults, isForActions }: ValidatePage): string {
  const shown = faults.slice(0, SHOWN_MAX);
  const left = faults.length - shown.length;
  return [
    ...shown.map(faultText),
    ...(left > 0 ? [`${left} more are not shown here; --json has them all\n`] : []),
    ...(isForActions ? faults.map(annotation) : []),
    ...(report.valid ? [...promises(report), ...hooksOf(report)] : []),
    summary(report),
  ].join('');
}

function faultText({ severity, code, message, file, line, column, source }: ShownFault): string {
  const word = severity === 'warning' ? 'warning: ' : '';
  const head = `${printable(file)}:${line}:${column}: ${word}${code}: ${printable(message)}\n`;
  if (source === undefined || source.trim() === '') return head;
  const { text, caret } = cutTo(source, column);
  const number = String(line).padStart(5);
  return `${head}${number} | ${printable(text)}\n${' '.repeat(5)} | ${' '.repeat(caret)}^\n`;
}

const LINE_MAX = 120;

/** A long line is shown around the column; what stands before the caret keeps its width. */
function cutTo(source: string, column: number): { readonly text: string; readonly caret: number } {
  const line = source.replaceAll('\t', ' ').replaceAll(/(?!\t)\p{Cc}/gu, ' ');
  const start = column > LINE_MAX ? column - LINE_MAX / 2 : 0;
  return { text: line.slice(start, start + LINE_MAX), caret: column - 1 - start };
}

/** A command of GitHub Actions: `%`, line breaks, `:` and `,` mean something in it. */
function annotation({ severity, message, file, line, column }: ShownFault): string {
  const data = (text: string) =>
    text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  return `::${severity} file=${property(file)},line=${line},col=${column}::${data(printable(message))}\n`;
}

function promises({ rules }: ValidateReport): readonly string[] {
  return rules.flatMap(
    ({ name, account_group: group, begins_after_days: begin, max_age_days: promise }) => {
      if (promise === null) return [];
      const where = group === null ? '' : ` in the accounts of ${printable(group)}`;
      return [
        `${printable(name)}${where}: keys are replaced at ${begin} days, so that none gets older than ${promise}\n`,
      ];
    },
  );
}

/** Once, where the groups of accounts do not differ. */
function hooksOf({ rules }: ValidateReport): readonly string[] {
  const lines = rules.flatMap(({ name, hooks }) =>
    hooks.map(({ on, hook }) => `${printable(name)}: ${on} ${printable(hook)}\n`),
  );
  return [...new Set(lines)];
}

function summary({ file, valid, errors, warnings, rules, exemptions }: ValidateReport): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const warned = warnings.length === 0 ? '' : `, ${count(warnings.length, 'warning')}`;
  if (!valid) return `${printable(file)}: ${count(errors.length, 'error')}${warned}\n`;
  const names = new Set(rules.map(({ name }) => name)).size;
  return `${printable(file)} is valid: ${count(names, 'rule')}, ${count(exemptions, 'exemption')}${warned}\n`;
}
