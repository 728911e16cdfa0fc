import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type FittedTable, fittedTable } from './fitted-table.ts';

const COLUMNS = [
  { title: 'USER', cells: ['svc-billing-of-the-whole-company', 'bob'], shrinksTo: 14 },
  { title: 'KEY', cells: ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'] },
  {
    title: 'LAST USED',
    label: 'last used ',
    cells: ['3 d ago, dynamodb eu-central-1', 'never'],
    shorter: ['3 d ago, dynamodb', 'never'],
  },
  { title: 'STATE', cells: ['due, blocked by two-active-keys, which a person has to judge', ''] },
];

function render(width: number, more: Partial<FittedTable> = {}): string[] {
  const text = fittedTable({
    columns: COLUMNS,
    tones: [undefined, undefined],
    notes: [['a note that is told beneath the row, and wrapped where it has to be'], []],
    width,
    paint: (_, painted) => painted,
    ...more,
  });
  return text.split('\n');
}

describe('a table that fits', () => {
  it('is one line for each row where there is no end', () => {
    const lines = render(Number.POSITIVE_INFINITY);
    assert.equal(lines.length, 4);
    assert.match(lines[1] ?? '', /^ {2}svc-billing-of-the-whole-company {2}AKIAIOSFODNN7EXAMPLE/);
    assert.match(lines[1] ?? '', /dynamodb eu-central-1 .*has to judge$/);
  });

  for (const width of [40, 60, 80, 100, 120, 140, 160]) {
    it(`is no wider than ${width} columns, and loses no word but the middle of a name`, () => {
      const lines = render(width);
      assert.deepEqual(
        lines.filter(({ length }) => length > width),
        [],
      );
      const text = lines.join(' ').replaceAll(/\s+/g, ' ');
      for (const word of ['AKIAIOSFODNN7EXAMPLE', '3 d ago, dynamodb', 'never', 'bob', 'a note']) {
        assert.ok(text.includes(word), `${word} is not in\n${lines.join('\n')}`);
      }
      assert.match(text, /two-active-keys, .*which .*a person/);
      assert.match(text, /svc-bi\S+ompany/);
    });
  }

  it('tells shorter first, then shortens names, then wraps, and last tells it beneath', () => {
    assert.doesNotMatch(render(140).join('\n'), /eu-central-1/);
    assert.match(render(140).join('\n'), /svc-billing-of-the-whole-company/);
    assert.match(render(122).join('\n'), /svc-b\S+…\S+company/);
    const wrapped = render(100);
    assert.match(wrapped[0] ?? '', /STATE$/);
    assert.doesNotMatch(wrapped[1] ?? '', /judge/);
    const beneath = render(80);
    assert.doesNotMatch(beneath[0] ?? '', /STATE/);
    assert.match(beneath[2] ?? '', /^ {6}due, blocked/);
    assert.match(render(50)[2] ?? '', /^ {6}last used 3 d ago, dynamodb/);
  });

  it('paints the last column, and not its blanks', () => {
    const [, first = ''] = render(Number.POSITIVE_INFINITY, {
      tones: ['red', undefined],
      paint: (tone, text) => `<${tone}>${text}</${tone}>`,
    });
    assert.match(first, / {2}<red>due, .*judge<\/red>$/);
  });
});
