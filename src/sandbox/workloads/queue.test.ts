import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SeededRandom } from '../random.ts';
import { TimeQueue } from './queue.ts';

interface Ticking {
  readonly name: number;
  readonly everyMs: number;
  nextMs: number;
}

test('things come in the order of their times, and at one moment in the order of adding', () => {
  const random = new SeededRandom('queue');
  const queue = new TimeQueue<Ticking>();
  const all = Array.from({ length: 40 }, (_, name): Ticking => {
    const everyMs = 1 + random.below(9);
    return { name, everyMs, nextMs: everyMs };
  });
  for (const each of all) queue.add(each);
  const played: string[] = [];
  for (;;) {
    const first = queue.first;
    if (first === undefined || first.nextMs > 60) break;
    played.push(`${first.nextMs} ${first.name}`);
    first.nextMs += first.everyMs;
    queue.settleFirst();
  }
  const expected = all
    .flatMap(({ name, everyMs }) =>
      Array.from({ length: Math.floor(60 / everyMs) }, (_, at) => [(at + 1) * everyMs, name]),
    )
    .sort(([a = 0, one = 0], [b = 0, other = 0]) => a - b || one - other)
    .map((event) => event.join(' '));
  assert.deepEqual(played, expected);
});

test('an empty queue has nothing', () => {
  const queue = new TimeQueue<Ticking>();
  queue.settleFirst();
  assert.equal(queue.first, undefined);
  queue.add({ name: 1, everyMs: 5, nextMs: 5 });
  queue.clear();
  assert.equal(queue.first, undefined);
});
