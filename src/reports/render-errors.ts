// What is wrong beside single keys, for people: users and accounts that could not be read.

import { GROUP_FROM } from './render-failures.ts';
import type { ReportIssue, RotationReport } from './rotation-report.ts';
import { isAboutSeveral, type Paint, unique, type Wrap } from './words.ts';

export function errorSection(report: RotationReport, paint: Paint, wrap: Wrap): string {
  const { errors } = report;
  if (errors.length === 0) return '';
  const isSeveral = isAboutSeveral(report);
  const groups = unique(errors.map(({ code }) => code)).flatMap((code) => {
    const members = errors.filter((error) => error.code === code);
    const isGroup = isSeveral && members.length >= GROUP_FROM;
    return isGroup ? oneCause(code, members, wrap) : members.flatMap((each) => single(each, wrap));
  });
  return [paint('red', 'Errors'), ...groups].join('\n');
}

function single({ code, message, hint }: ReportIssue, wrap: Wrap): string[] {
  return [wrap('  ', `[${code}] ${message}`), ...(hint === null ? [] : [wrap('    hint: ', hint)])];
}

/** Every account that one cause met, with what it said about the first of them. */
function oneCause(code: string, members: readonly ReportIssue[], wrap: Wrap): string[] {
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
