import assert from 'node:assert/strict';
import { test } from 'node:test';
import { patientSignal } from './patient-signal.ts';

test('a stop before the work begins stops everything, with its reason', () => {
  const stop = new AbortController();
  const { signal } = patientSignal(stop.signal);
  stop.abort('enough');
  assert.deepEqual([signal.aborted, signal.reason], [true, 'enough']);
  assert.equal(patientSignal(stop.signal).signal.aborted, true);
});

test('a stop after that lets what is under way come to its end', () => {
  const stop = new AbortController();
  const { signal, begin } = patientSignal(stop.signal);
  begin();
  stop.abort('enough');
  assert.equal(signal.aborted, false);
});
