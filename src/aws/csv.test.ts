import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRows } from './csv.ts';

/** Undefined for what is no CSV. */
function parseCsv(text: string): string[][] | undefined {
  const rows = [...csvRows(text)];
  return rows.includes(undefined) ? undefined : (rows as string[][]);
}

test('rows and fields, with and without an end of the last line', () => {
  const rows = [
    ['a', 'b'],
    ['1', ''],
  ];
  assert.deepEqual(parseCsv('a,b\n1,'), rows);
  assert.deepEqual(parseCsv('a,b\r\n1,\r\n'), rows);
  assert.deepEqual(parseCsv(''), []);
  assert.deepEqual(parseCsv('a\n\nb'), [['a'], [''], ['b']]);
});

test('quotes keep commas, line breaks and doubled quotes', () => {
  assert.deepEqual(parseCsv('"a,b",c\n"d\ne","f""g"'), [
    ['a,b', 'c'],
    ['d\ne', 'f"g'],
  ]);
});

test('a quote that is never closed, or in the wrong place, is no CSV', () => {
  for (const text of ['"a', 'a"b,c', '"a"b,c', '<html lang="en">', 'a\rb']) {
    assert.equal(parseCsv(text), undefined, text);
  }
});
