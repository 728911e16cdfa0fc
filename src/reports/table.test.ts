import assert from 'node:assert/strict';
import { test } from 'node:test';
import { table } from './table.ts';

const TITLES = ['USER', 'KEY', ''];
const ROWS = [
  ['ada', 'AKIAIOSFODNN7EXAMPLE', 'kept: it may be in use by somebody'],
  ['bob', 'AKIAI44QH8DHBEXAMPLE', ''],
];

test('a table that fits is aligned, without spaces at the ends of lines', () => {
  assert.equal(
    table(TITLES, ROWS),
    `  USER  KEY
  ada   AKIAIOSFODNN7EXAMPLE  kept: it may be in use by somebody
  bob   AKIAI44QH8DHBEXAMPLE`,
  );
});

test('the words of the last column go on below themselves', () => {
  assert.equal(
    table(TITLES, ROWS, 52),
    `  USER  KEY
  ada   AKIAIOSFODNN7EXAMPLE  kept: it may be in use
                              by somebody
  bob   AKIAI44QH8DHBEXAMPLE`,
  );
});

test('where there is no room for them, they go on below the row', () => {
  assert.equal(
    table(TITLES, ROWS, 35),
    `  USER  KEY
  ada   AKIAIOSFODNN7EXAMPLE
    kept: it may be in use by
    somebody
  bob   AKIAI44QH8DHBEXAMPLE`,
  );
});

test('cells that do not fit go on in the next line, aligned in all rows', () => {
  const rows = [['ada', 'AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE', 'Active']];
  assert.equal(
    table(['USER', 'OLD KEY', 'NEW KEY', 'OLD IS'], rows, 49),
    `  USER  OLD KEY
    NEW KEY               OLD IS
  ada   AKIAIOSFODNN7EXAMPLE
    AKIAI44QH8DHBEXAMPLE  Active`,
  );
});
