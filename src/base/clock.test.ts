import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, machineClock, shiftedClock } from './clock.ts';

const machine: Clock = { now: () => new Date('2026-06-01T00:00:00Z'), sleep: async () => {} };

test("a shifted clock tells the sandbox's time, says whose it is, and knows the machine's own", () => {
  const clock = shiftedClock(machine, 9 * 86_400_000, 'http://127.0.0.1:4599');
  assert.equal(clock.now().toISOString(), '2026-06-10T00:00:00.000Z');
  assert.equal(clock.shift?.sandbox, 'http://127.0.0.1:4599');
  assert.equal(machineClock(clock), machine);
});

test("any other clock is the machine's own", () => {
  assert.equal(machineClock(machine), machine);
});
