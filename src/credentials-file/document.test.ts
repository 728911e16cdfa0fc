import assert from 'node:assert/strict';
import { it } from 'node:test';
import { headerBehind, parseDocument, sectionOf } from './document.ts';

const DOCUMENT = parseDocument(Buffer.from('# top\n[a]\nx = 1\n[b]\n[a]\ny = 2\n'));

it('the section of a profile that is there twice is the last one', () => {
  assert.equal(sectionOf(DOCUMENT, 'a')?.header, 4);
  assert.equal(sectionOf(DOCUMENT, 'b')?.header, 3);
  assert.equal(sectionOf(DOCUMENT, 'c'), undefined);
});

it('finds the first header behind a number of lines', () => {
  const found = [0, 1, 2, 3, 4, 5, 6].map((lines) => headerBehind(DOCUMENT, lines));
  assert.deepEqual(found, [1, 1, 3, 3, 4, undefined, undefined]);
});
