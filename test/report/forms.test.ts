// The four forms of the report tell the same, and nothing that is in a name becomes markup, a formula or Markdown.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, it, test } from 'node:test';
import { Script } from 'node:vm';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { renderCsv } from '../../src/reports/key-report/csv.ts';
import type { KeyReport } from '../../src/reports/key-report/document.ts';
import { renderHtml } from '../../src/reports/key-report/html/page.ts';
import { renderMarkdown } from '../../src/reports/key-report/report-markdown.ts';
import { ACCOUNT, manyUsers, reportOf } from '../support/report-fixture.ts';

const many = reportOf([
  { account: ACCOUNT, name: 'production', users: manyUsers(250) },
  { account: '111122223333', name: 'staging', users: manyUsers(30) },
]);
const page = renderHtml(many);

/** The rows that the script of a page is given. */
function dataOf(text: string): { readonly rows: readonly (readonly (string | number)[])[] } {
  const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(text)?.[1];
  return JSON.parse(data ?? '');
}

const countOf = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;

/** The figure above a label. */
const figure = (text: string, label: string): number =>
  Number(new RegExp(`<dt>${label}</dt><dd>(\\d+)</dd>`).exec(text)?.[1]);

describe('the same document', () => {
  it('is as the published schema says', () => {
    const file = new URL('../../../schema/keyturn-report.schema.json', import.meta.url);
    const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(file, 'utf8')));
    assert(validate(JSON.parse(JSON.stringify(many))), JSON.stringify(validate.errors));
  });

  it('has the same counts in every form', () => {
    const { summary, keys } = many;
    const csvRows = renderCsv(many).trimEnd().split('\n').slice(1);
    assert.equal(csvRows.length, summary.keys);
    assert.equal(dataOf(page).rows.length, summary.keys);
    assert.equal(
      countOf(
        page,
        /<tr><th scope="row">svc-[\w-]+<\/th><td>(?:production|staging)<\/td><td><code>AKIA\w+<\/code><\/td><td class="number">\d+ d<\/td><td>[^<]*<\/td><td><span/g,
      ),
      100,
    );
    for (const [label, count] of [
      ['keys', summary.keys],
      ['overdue', summary.overdue],
      ['in grace', summary.in_grace],
      ['unused', summary.unused],
      ['retired', summary.retired],
      ['need a person', summary.problems],
    ] as const) {
      assert.equal(figure(page, label), count, label);
    }
    const markdown = renderMarkdown(many);
    const figures = /^\| (\d+) \| (\d+) \| (\d+) \|/m.exec(markdown)?.slice(1).map(Number);
    assert.deepEqual(figures, [summary.keys, summary.active, summary.overdue]);
    assert.match(markdown, new RegExp(`<summary>${summary.overdue} overdue keys</summary>`));
    const overdue = csvRows.filter((row) => row.split(',')[8] === 'true').length;
    assert.equal(overdue, summary.overdue);
    assert.equal(keys.filter((key) => key.overdue).length, summary.overdue);
  });

  it('is the same bytes each time', () => {
    assert.equal(renderHtml(structuredClone(many)), page);
  });
});

describe('the page', () => {
  it('has a policy first, with the hashes of its one script and its one sheet', () => {
    const policy =
      /^<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="([^"]+)">/.exec(
        page,
      )?.[1];
    assert(policy !== undefined, 'nothing stands before the policy that it would not hold');
    const hash = (text = '') => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1];
    const sheet = /<style>(.*?)<\/style>/s.exec(page)?.[1];
    assert(policy.includes(`script-src ${hash(script)};`));
    assert(policy.includes(`style-src ${hash(sheet)};`));
    assert.match(policy, /^default-src 'none'; /);
    assert.match(policy, /require-trusted-types-for 'script'; trusted-types 'none'$/);
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.equal(countOf(page, /<script/g), 2, 'its script, and its data');
    new Script(script ?? '');
  });

  it('fetches nothing, and has no style and no script beside those', () => {
    const markup = page
      .replace(/<style>.*?<\/style>/s, '')
      .replaceAll(/<script.*?<\/script>/gs, '');
    assert.doesNotMatch(markup, /\s(?:src|srcset|action|style|on\w+)=/);
    const links = [...markup.matchAll(/href="([^"]*)"/g)].map(([, to]) => to);
    assert(
      links.every((to) => to?.startsWith('#')),
      links.join(),
    );
    const ids = new Set([...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
    assert.deepEqual(
      links.filter((to) => !ids.has(to?.slice(1))),
      [],
    );
    assert.equal(ids.size, countOf(page, /\sid="/g), 'each id is there once');
    assert.doesNotMatch(page, /url\(|@import|https?:\/\/(?!www\.w3\.org)/);
  });

  it('reads without script and without styles: headings in order, tables with heads, pictures with fills', () => {
    const levels = [...page.matchAll(/<h(\d)/g)].map(([, level]) => Number(level));
    assert.equal(levels[0], 1);
    assert(levels.every((level, index) => index === 0 || level <= (levels[index - 1] ?? 0) + 1));
    assert.equal(countOf(page, /<table/g), countOf(page, /<thead>/g));
    assert.doesNotMatch(page, /<rect(?![^>]*fill=)/);
    assert.match(page, /<form[^>]* hidden>/);
    assert.match(page, /the first 100 of 280 keys are shown/);
  });

  it('is small: 5,000 keys are less than 3 MB', () => {
    const large = renderHtml(reportOf([{ account: ACCOUNT, users: manyUsers(5_000) }]));
    assert(large.length < 3_000_000, String(large.length));
    assert.equal(dataOf(large).rows.length, 5_000);
  });
});

const BREAKOUTS = [
  '<img src=x onerror=alert(1)>',
  '</script><script>alert(1)</script>',
  '</style></title><svg onload=alert(1)>',
  '"><iframe srcdoc="x">',
  "' onmouseover='alert(1)",
  '<!--',
  ']]>',
  "$& pre$`post $'",
  '=cmd|calc',
  '\u202egnp.exe',
  '\u2028\u2029\u0000',
  '| a | [x](https://example.com) @ada `code` **b**',
];

/** Every text of the report holds the text. */
function infected(report: KeyReport, text: string): KeyReport {
  const keep = new Set([
    'format',
    'state',
    'status',
    'stage',
    'waits_for',
    'phase',
    'unit',
    'source',
    'id',
    'execution_time',
    'since',
    'monday',
    'last_used',
    'created',
    'begun',
    'at',
    'until',
    'as_of',
    'next_run_at',
    'waits_since',
    'old_key_created',
    'new_key_created',
    'account_id',
  ]);
  const walk = (value: unknown, name = ''): unknown => {
    if (typeof value === 'string') return keep.has(name) ? value : text;
    if (Array.isArray(value)) return value.map((each) => walk(each, name));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, walk(each, key)]));
  };
  return walk(report) as KeyReport;
}

const small = reportOf([
  { account: ACCOUNT, users: manyUsers(4) },
  { account: '111122223333', users: manyUsers(2) },
]);

test('no text of others becomes markup, wherever it stands', () => {
  const plain = renderHtml(infected(small, 'text'));
  const tagsOf = (text: string) =>
    [...text.replaceAll(/<script.*?<\/script>/gs, '<script>').matchAll(/<[!/a-zA-Z][^>]*/g)]
      .map(([tag]) => /^<\/?!?[\w-]*/.exec(tag)?.[0])
      .join();
  for (const text of BREAKOUTS) {
    const rendered = renderHtml(infected(small, text));
    assert.equal(tagsOf(rendered), tagsOf(plain), text);
    assert.equal(countOf(rendered, /<\/script/g), countOf(plain, /<\/script/g), text);
    assert.doesNotMatch(rendered, /[\u202a-\u202e\u2066-\u2069\u2028\u2029\0]/, text);
    assert.equal(dataOf(rendered).rows[0]?.[1], text, 'the script is given the name as it is');
  }
});

test('no cell of the CSV is a formula, and no name breaks a row', () => {
  const text = renderCsv(infected(small, '=cmd|"calc"\n,'));
  const rows = text.trimEnd().split('\n');
  assert.equal(rows.length, 7);
  assert(
    rows.slice(1).every((row) => !/(?:^|,)"?[=+@]/.test(row)),
    rows[1],
  );
});

test('no name is Markdown: nobody is mentioned, no link is made, no row is broken', () => {
  const rows = (text: string) => countOf(text, /^\|/gm);
  const plain = renderMarkdown(infected(small, 'text'));
  for (const text of BREAKOUTS) {
    const rendered = renderMarkdown(infected(small, text));
    assert.equal(rows(rendered), rows(plain), text);
    // In a code span nothing has a meaning.
    const outside = rendered.replaceAll(/`[^`\n]*`/g, '');
    assert.doesNotMatch(outside, /@ada|\]\(https|<img|<script|<iframe|<svg/, text);
  }
});
