// The file of a report, in each of its forms. It takes the place of an older one of the same form, and whoever may
// read that may read the new one: a report may lie where a web server shows it.

import { command } from '../../base/hint.ts';
import { CSV_BEGINNING } from '../../reports/key-report/csv.ts';
import { REPORT_FORMAT } from '../../reports/key-report/document.ts';
import { PAGE_MARK } from '../../reports/key-report/html/page.ts';
import { MARKDOWN_BEGINNING } from '../../reports/key-report/report-markdown.ts';
import { assertFits, type OutputKind, writeOutput } from '../output-file.ts';

export type ReportFormat = 'html' | 'json' | 'csv' | 'md';

const BEGINNINGS: Readonly<Record<ReportFormat, RegExp>> = {
  html: new RegExp(escapedPattern(PAGE_MARK)),
  json: new RegExp(`^\\s*\\{\\s*"format":\\s*"${REPORT_FORMAT.split('/')[0]}/`),
  csv: new RegExp(`^${escapedPattern(CSV_BEGINNING)}`),
  md: new RegExp(`^${escapedPattern(MARKDOWN_BEGINNING)}`),
};

function escapedPattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function kindOf(format: ReportFormat): OutputKind {
  return {
    noun: `${format} report`,
    beginning: BEGINNINGS[format],
    otherwise: [
      'name another file with -o, or print the report:',
      command('keyturn', 'report', '--format', format === 'html' ? 'md' : format),
    ],
    keepsMode: true,
  };
}

/** Asked before AWS is. Throws `output-file` and `file-exists`. */
export async function assertReportFits(path: string, format: ReportFormat): Promise<void> {
  await assertFits(path, kindOf(format));
}

/** Throws `output-file` and `file-exists`. */
export async function writeReport(path: string, text: string, format: ReportFormat): Promise<void> {
  await writeOutput(path, text, kindOf(format));
}
