import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Turns } from './turns.ts';

it('work on one thing does not overlap, and on another one does not wait', async () => {
  const turns = new Turns();
  const log: string[] = [];
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = turns.take('a', async () => {
    log.push('first begins');
    await held;
    log.push('first ends');
    throw new Error('first');
  });
  const second = turns.take('a', async () => log.push('second'));
  await turns.take('b', async () => log.push('other'));
  release();
  await assert.rejects(first, /first/);
  await second;
  assert.deepEqual(log, ['first begins', 'other', 'first ends', 'second']);
});
