// Those who come in an order go through in it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InOrder } from './in-order.ts';

const NEVER = new AbortController().signal;

test('nobody is let through before those who came first, whoever arrives first', async () => {
  const order = new InOrder();
  const [first, second, third] = [order.ticket(), order.ticket(), order.ticket()];
  const seen: string[] = [];
  const arrive = async (name: string, ticket: typeof first) => {
    await ticket.turn(NEVER);
    seen.push(name);
    ticket.through();
    // Safe to repeat.
    ticket.through();
  };
  const all = [arrive('third', third), arrive('second', second)];
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(seen, []);
  await Promise.all([...all, arrive('first', first)]);
  assert.deepEqual(seen, ['first', 'second', 'third']);
});

test('one who never arrives lets the others through, and a wait is given up with its reason', async () => {
  const order = new InOrder();
  const [gone, next] = [order.ticket(), order.ticket()];
  const stop = new AbortController();
  const given = next.turn(stop.signal);
  stop.abort(new Error('stopped'));
  await assert.rejects(given, /stopped/);
  gone.through();
  await next.turn(NEVER);
});
