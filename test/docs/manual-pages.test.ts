// A manual page for each command, all that --help has is in it, and groff reads it without a complaint.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { helpPages } from '../../scripts/help-pages.ts';
import {
  MANUAL_FOLDER,
  manualName,
  manualPage,
  manualPages,
  manualPath,
} from '../../scripts/manual-pages.ts';
import type { HelpPage } from '../../src/cli/flags/help.ts';
import { jsonOf, ROOT } from '../support/structured-files.ts';

const PAGES = helpPages();

test('each command that keyturn names has a page', () => {
  const named = PAGES.find(({ program }) => program === 'keyturn')?.sections.find(
    ({ title }) => title === 'Commands',
  );
  const programs = PAGES.map(({ program }) => program);
  assert.equal(new Set(programs).size, programs.length);
  // The other executables have pages of their own.
  const missing = named?.entries.filter(
    ([name]) => !programs.includes(`keyturn ${name}`) && !programs.includes(name),
  );
  assert.deepEqual(missing, []);
});

test('the pages are up to date, and there are no others', () => {
  assert.deepEqual(
    readdirSync(join(ROOT, MANUAL_FOLDER)).toSorted(),
    PAGES.map((page) => `${manualName(page)}.1`).toSorted(),
  );
  for (const [path, made] of Object.entries(manualPages(PAGES))) {
    assert(readFileSync(join(ROOT, path), 'utf8') === made(), `${path}: run npm run docs`);
  }
});

test('the package installs them', () => {
  const { man } = jsonOf('package.json') as { readonly man: readonly string[] };
  assert.deepEqual(man.toSorted(), PAGES.map((page) => `./${manualPath(page)}`).toSorted());
});

const ODD: HelpPage = {
  program: 'keyturn odd',
  summary: "prints what others don't.",
  usage: ['keyturn odd [flags]    at once'],
  description: ['.SH is no heading here, "\\n" no line, and --no-flag a flag…'],
  flags: {},
  sections: [],
  examples: [{ about: 'Quotes:', command: ".keyturn 'a' `b` ^c ~d\\" }],
};

test('a text that looks like a request of roff stays a text', () => {
  const page = manualPage(ODD, ['keyturn keys']);
  assert.match(page, /^\\&\.SH is no heading/m);
  assert.match(page, /\\\(dq\\en\\\(dq no line, and \\fB\\-\\-no\\-flag\\fR a flag\\\[u2026\]$/m);
  assert.match(page, /^\\&\.keyturn \\\(aqa\\\(aq \\\(gab\\\(ga \\\(hac \\\(tid\\e$/m);
  assert.match(page, /^\\fBkeyturn\\-keys\\fR\(1\)$/m);
});

const hasGroff = spawnSync('groff', ['--version']).status === 0;

test('groff reads them without a warning', { skip: hasGroff ? false : 'no groff' }, () => {
  const paths = PAGES.map((page) => join(ROOT, manualPath(page)));
  const { status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z', ...paths], {
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const odd = spawnSync('groff', ['-man', '-Tutf8', '-P-c', '-ww'], {
    input: manualPage(ODD, []),
    encoding: 'utf8',
  });
  assert.equal(odd.stderr, '');
  assert(odd.stdout.includes(".keyturn 'a' `b` ^c ~d\\"), odd.stdout);
});
