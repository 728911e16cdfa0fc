// The glossary has each word once, and none that nothing else uses.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../support/structured-files.ts';

const GLOSSARY = 'docs/glossary.md';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

/** The words that its tables explain. */
const WORDS = [...read(GLOSSARY).matchAll(/^\| (\*\*.*?\*\*) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/\*\*(.*?)\*\*/g)].map(([, word = '']) => word),
);

test('each word is explained once', () => {
  assert(WORDS.length > 50, `${WORDS.length} words`);
  assert.equal(new Set(WORDS).size, WORDS.length);
});

test('each word is used by another page', () => {
  const others = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`)
    .filter((path) => path !== GLOSSARY && path !== 'docs/ARCHITECTURE.md');
  const text = others.map(read).join('\n').toLowerCase();
  const unused = WORDS.filter((word) => !new RegExp(`\\b${word.toLowerCase()}`).test(text));
  assert.deepEqual(unused, []);
});
