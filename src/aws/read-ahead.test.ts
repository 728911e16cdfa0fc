import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAhead } from './read-ahead.ts';

test('what the source has is taken at once, and handed on in order', async () => {
  const seen: number[] = [];
  const ahead = readAhead([1, 2, 3], (item) => seen.push(item));
  assert.deepEqual(await ahead.next(), { done: false, value: 1 });
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, [1, 2, 3]);
  assert.deepEqual([(await ahead.next()).value, (await ahead.next()).value], [2, 3]);
  assert.equal((await ahead.next()).done, true);
});

test('a source that is slower than its taker is waited for', async () => {
  async function* slow(): AsyncGenerator<number> {
    for (const item of [1, 2, 3]) {
      await new Promise((resolve) => setImmediate(resolve));
      yield item;
    }
  }
  const got: number[] = [];
  for await (const item of readAhead(slow(), () => {})) got.push(item);
  assert.deepEqual(got, [1, 2, 3]);
});

test('a source that fails does so after what it gave', async () => {
  async function* failing(): AsyncGenerator<number> {
    yield 1;
    throw new RangeError('no more');
  }
  const ahead = readAhead(failing(), () => {});
  assert.equal((await ahead.next()).value, 1);
  await assert.rejects(ahead.next(), { message: 'no more' });
});
