import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationMs } from './duration.ts';

test('a length of time is a whole number and one unit', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['90s', 90_000],
    ['20m', 1_200_000],
    ['36h', 129_600_000],
    ['9d', 777_600_000],
    ['2w', 1_209_600_000],
    ['0d', undefined],
    ['9', undefined],
    ['d', undefined],
    ['', undefined],
    ['-9d', undefined],
    ['1.5h', undefined],
    ['9 d', undefined],
    ['1d12h', undefined],
    ['9D', undefined],
    ['99999999d', undefined],
  ];
  for (const [text, expected] of cases) assert.equal(durationMs(text), expected, text);
});
