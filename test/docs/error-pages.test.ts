// Each code that a person can meet has a page, each page a code, and each says why, what holds meanwhile and how to go on.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ERROR_FOLDER, errorPagePath, errorPages } from '../../scripts/error-pages.ts';
import { ERROR_CODES } from '../../src/base/error-codes.ts';
import { ROOT } from '../support/structured-files.ts';

const CODES = Object.keys(ERROR_CODES);
const SECTIONS = ['Why', 'In the meantime', 'Go on'] as const;
const LINES_MAX = 60;

/** What is wrong with how a page is made up. */
function faults(code: string, page: string): readonly string[] {
  const [title = '', ...sections] = page.split(/^## /m);
  const names = sections.map((section) => section.slice(0, section.indexOf('\n')));
  return [
    ...(title.startsWith(`# ${code}\n`) ? [] : ['its title is not its code']),
    ...(names.join() === SECTIONS.join() ? [] : [`its sections are ${names.join(', ')}`]),
    ...sections
      .filter((section) => section.slice(section.indexOf('\n')).trim() === '')
      .map((section) => `nothing stands under ${section.trim()}`),
    ...(page.split('\n').length > LINES_MAX ? [`it has more than ${LINES_MAX} lines`] : []),
  ];
}

test('each code has a page, and each page a code', () => {
  const pages = readdirSync(join(ROOT, ERROR_FOLDER)).toSorted();
  assert.deepEqual(pages, CODES.map((code) => `${code}.md`).toSorted());
});

test('each page says why, what holds in the meantime, and how to go on', () => {
  const found = CODES.flatMap((code) =>
    faults(code, readFileSync(join(ROOT, errorPagePath(code)), 'utf8')).map(
      (fault) => `${code}: ${fault}`,
    ),
  );
  assert.deepEqual(found, []);
});

test('the head of each page is what the table of codes says', () => {
  for (const [path, made] of Object.entries(errorPages(ROOT))) {
    assert(readFileSync(join(ROOT, path), 'utf8') === made(), `${path}: run npm run docs`);
  }
});

test('a page without a section, with an empty one, or of another code is found', () => {
  const page = '# in-grace\n\n## Why\n\nSo.\n\n## In the meantime\n\n## Go on\n\nOn.\n';
  assert.deepEqual(faults('in-grace', page), ['nothing stands under In the meantime']);
  assert.deepEqual(faults('own-key', page.replace('## Go on', '## Stop')), [
    'its title is not its code',
    'its sections are Why, In the meantime, Stop',
    'nothing stands under In the meantime',
  ]);
});
