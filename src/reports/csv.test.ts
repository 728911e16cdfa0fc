import assert from 'node:assert/strict';
import { it } from 'node:test';
import { csvRows } from '../aws/csv.ts';
import { csv } from './csv.ts';

it('CSV is quoted where it has to be, and holds no formula', () => {
  const rows = [
    ['=cmd|calc', '+1', '-x', '@sum', '\tx'],
    ['a,b', 'say "x"', 'two\nlines', 'plain', "it's"],
    [null, -3, true, '', 'a=b'],
  ] as const;
  const text = csv(['a', 'b', 'c', 'd', 'e'], rows);
  const read = [...csvRows(text)];
  assert.deepEqual(read, [
    ['a', 'b', 'c', 'd', 'e'],
    ["'=cmd|calc", "'+1", "'-x", "'@sum", "'\tx"],
    ['a,b', 'say "x"', 'two\nlines', 'plain', "it's"],
    ['', '-3', 'true', '', 'a=b'],
  ]);
});
