// What a configuration says of one user, as a document and as a page.

import { z } from 'zod';
import { printable } from '../base/printable.ts';
import { type Page, pageFor, type TextStyle } from './page.ts';

const at = z.object({ file: z.string(), line: z.int().min(1) });

const gate = z.object({
  open: z.boolean().meta({ description: 'Whether such a step may begin now.' }),
  because: z.string().nullable(),
  until: z.string().nullable().meta({ description: 'ISO 8601 UTC; null where nobody knows.' }),
});

export const explainReportSchema = z.object({
  username: z.string(),
  account_id: z.string(),
  account_name: z.string().nullable(),
  facts: z
    .object({
      from: z.enum(['aws', 'flags']),
      path: z.string().nullable(),
      groups: z.array(z.string()).nullable(),
      tags: z.record(z.string(), z.string()).nullable(),
      has_password: z.boolean().nullable(),
    })
    .meta({ description: 'What is known of the user; null is what nobody tells.' }),
  verdict: z.enum([
    ...['governed', 'exempt', 'exemption-expired', 'unmatched', 'unreadable', 'account-not-meant'],
  ] as const),
  because: z.string().meta({ description: 'The same in one line.' }),
  rule: at.extend({ name: z.string() }).nullable(),
  passed_over: z
    .array(at.extend({ name: z.string() }))
    .meta({ description: 'Rules that were asked before, and do not select the user.' }),
  values: z
    .array(
      z.object({
        key: z.string(),
        value: z.string(),
        at: at.nullable().meta({ description: 'Where it was said; null for what is built in.' }),
      }),
    )
    .meta({ description: 'Of the rule that governs; empty where none does.' }),
  places: z.array(z.string()).meta({ description: 'Where new secrets of the user go.' }),
  problem: z.string().nullable().meta({ description: 'Why a place does not fit the user.' }),
  now: z.object({ rotate: gate, retire: gate }).nullable(),
});

export type ExplainReport = z.infer<typeof explainReportSchema>;

export function renderExplain(report: ExplainReport, style: TextStyle): string {
  const page = pageFor(style);
  const wrap = (line: string) => {
    const indent = line.startsWith('  ') ? 4 : 0;
    return page.wrap(line.slice(0, line.search(/\S|$/)), line.trimStart(), indent);
  };
  const lines = [
    ...[heading(report), factsLine(report), '', printable(report.because)].map(wrap),
    ...valueLines(report, page),
    ...[...placeLines(report), ...nowLines(report), ...passedLines(report)].map(wrap),
  ];
  return `${lines.join('\n')}\n`;
}

function heading({ username, account_id: id, account_name: name }: ExplainReport): string {
  return `${printable(username)} in account ${id}${name === null ? '' : ` (${printable(name)})`}`;
}

function factsLine({ facts }: ExplainReport): string {
  const { path, groups, tags, has_password: password, from } = facts;
  const told = (what: string, value: string | undefined) => `${what} ${value ?? 'not known'}`;
  const list = (values: readonly string[] | undefined) =>
    values === undefined ? undefined : values.length === 0 ? 'none' : values.join(', ');
  const pairs =
    tags === null ? undefined : Object.entries(tags).map(([key, value]) => `${key}=${value}`);
  const parts = [
    told('path', path ?? undefined),
    told('groups', list(groups ?? undefined)),
    told('tags', list(pairs)),
    told('password', password === null ? undefined : password ? 'yes' : 'no'),
  ];
  return printable(
    `${parts.join(' · ')} (${from === 'aws' ? 'read from AWS' : 'as given, AWS was not asked'})`,
  );
}

function valueLines({ values }: ExplainReport, { table }: Page): readonly string[] {
  if (values.length === 0) return [];
  const rows = values.map(({ key, value, at: where }) => {
    const said = where === null ? 'built in' : `${printable(where.file)}:${where.line}`;
    return [key, printable(value), said];
  });
  return [table(['KEY', 'VALUE', 'SAID IN'], rows)];
}

function placeLines({ places, problem }: ExplainReport): readonly string[] {
  return [
    ...places.map((place) => `  new secrets go to ${printable(place)}`),
    ...(problem === null ? [] : [`  blocked: ${printable(problem)}`]),
  ];
}

function nowLines({ now }: ExplainReport): readonly string[] {
  if (now === null) return [];
  const line = (words: GateWords, { open, because, until }: z.infer<typeof gate>) => {
    if (open) return `  now: ${words.open}`;
    const when = until === null ? '' : `, until ${until.slice(0, 16).replace('T', ' ')} UTC`;
    return `  now: ${words.shut} (${printable(because ?? '')}${when})`;
  };
  return [line(OF_NEW, now.rotate), line(OF_OLD, now.retire)];
}

interface GateWords {
  readonly open: string;
  readonly shut: string;
}

const OF_NEW = { open: 'a new key may be made', shut: 'no new key is made' };
const OF_OLD = { open: 'an old key may go', shut: 'no old key goes' };

const PASSED_MAX = 20;

function passedLines({ passed_over: passed }: ExplainReport): readonly string[] {
  if (passed.length === 0) return [];
  const shown = passed.slice(0, PASSED_MAX);
  const left = passed.length - shown.length;
  return [
    '',
    'asked before, and not about this user:',
    ...shown.map(({ name, file, line }) => `  ${printable(name)}  ${printable(file)}:${line}`),
    ...(left > 0 ? [`  and ${left} more, which --json lists`] : []),
  ];
}
