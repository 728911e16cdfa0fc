// `keyturn deliver` for people.

import { printableAll } from '../base/printable.ts';
import type { DeliverLine, DeliverReport } from './deliver-report.ts';
import { hintLines } from './hint-lines.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';

export function renderDeliver(given: DeliverReport, style: TextStyle): string {
  const report = printableAll(given);
  const page = pageFor(style);
  const lines = report.places.flatMap((line) => linesOf(line, report, page));
  return `${[...lines, ...(report.dry_run ? ['Nothing was changed.'] : [])].join('\n')}\n`;
}

function linesOf(line: DeliverLine, report: DeliverReport, page: Page): string[] {
  const { kind, place, made, error } = line;
  const about = `${report.username}, ${kind} ${place}: `;
  const text = [
    ...made.map((each) => `${report.dry_run ? 'would be made' : 'made'}: ${each}`),
    wordsOf(line, report),
  ].join('; ');
  return [page.wrap(about, text, 2), ...(error?.hint ? hintLines(error.hint, page) : [])];
}

function wordsOf({ outcome, copied_from: from, error }: DeliverLine, report: DeliverReport) {
  const key = report.access_key_id ?? 'the key';
  switch (outcome) {
    case 'delivered':
      return `has ${key} now; the pair comes from ${from}`;
    case 'would-deliver':
      return `would be given ${key}; the pair comes from ${from}`;
    case 'there-already':
      return `has ${key} already, and was not written`;
    case 'failed':
      return error?.message ?? 'failed';
  }
}
