// What is wrong beside single keys, for people: users and accounts that could not be read.

import type { Page } from './page.ts';
import { GROUP_FROM } from './render-failures.ts';
import type { ReportIssue, RotationReport } from './rotation-report.ts';
import { isAboutSeveral, unique } from './words.ts';

export function errorSection(report: RotationReport, page: Page): string {
  const { errors } = report;
  if (errors.length === 0) return '';
  const isSeveral = isAboutSeveral(report);
  const groups = unique(errors.map(({ code }) => code)).flatMap((code) => {
    const members = errors.filter((error) => error.code === code);
    const isGroup = isSeveral && members.length >= GROUP_FROM;
    return isGroup ? oneCause(code, members, page) : members.flatMap((each) => single(each, page));
  });
  return [page.paint('red', 'Errors'), ...groups].join('\n');
}

function single({ code, message, hint }: ReportIssue, { wrap }: Page): string[] {
  return [wrap('  ', `[${code}] ${message}`), ...(hint === null ? [] : [wrap('    hint: ', hint)])];
}

/** Every account that one cause met, with what it said about the first of them. */
function oneCause(code: string, members: readonly ReportIssue[], { wrap }: Page): string[] {
  const places = members.map(({ account_id: account, username }) =>
    [account, username].filter((part) => part !== null).join('/'),
  );
  const [first] = members;
  return [
    wrap('  ', `[${code}] ${members.length} times, for example: ${first?.message ?? ''}`),
    wrap('    ', places.join(', ')),
    ...(first?.hint ? [wrap('    hint: ', first.hint)] : []),
  ];
}
