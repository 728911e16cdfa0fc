import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { fetchReport } from './fetch-report.ts';
import type { CredentialReports, ReportFile } from './gateway.ts';

type Reports = Pick<CredentialReports, 'request' | 'fetch'>;

const FILE: ReportFile = { csv: 'a report', generatedAt: new Date(0) };

/** Time passes only while somebody sleeps. */
function quickClock(): Clock & { readonly passedMs: () => number } {
  let nowMs = 0;
  return {
    passedMs: () => nowMs,
    now: () => new Date(nowMs),
    sleep: async (ms) => {
      nowMs += ms;
    },
  };
}

function reportsThat(
  answers: readonly Awaited<ReturnType<CredentialReports['fetch']>>[],
  first: 'ready' | 'in-progress' = 'in-progress',
) {
  const calls: string[] = [];
  const left = [...answers];
  const reports: Reports = {
    request: async () => {
      calls.push('request');
      return first;
    },
    fetch: async () => {
      calls.push('fetch');
      return left.shift() ?? 'in-progress';
    },
  };
  return { reports, calls };
}

function get(reports: Reports, clock: Clock, signal = new AbortController().signal) {
  return fetchReport(reports, { clock, emit: () => {}, signal });
}

describe('fetching the credential report', () => {
  it('takes two calls when AWS keeps one', async () => {
    const { reports, calls } = reportsThat([FILE], 'ready');
    const clock = quickClock();
    assert.equal(await get(reports, clock), FILE);
    assert.deepEqual([calls, clock.passedMs()], [['request', 'fetch'], 0]);
  });

  it('takes three calls when AWS needs two seconds to make one', async () => {
    const { reports, calls } = reportsThat(['in-progress', FILE]);
    const clock = quickClock();
    assert.equal(await get(reports, clock), FILE);
    assert.deepEqual(calls, ['request', 'fetch', 'fetch']);
    assert.ok(clock.passedMs() >= 2_000);
  });

  it('asks for another one when the one that was kept has run out', async () => {
    const { reports, calls } = reportsThat(['absent', FILE], 'ready');
    assert.equal(await get(reports, quickClock()), FILE);
    assert.deepEqual(calls, ['request', 'fetch', 'request', 'fetch']);
  });

  it('gives up after a minute, also when every report runs out at once', async () => {
    for (const answer of ['in-progress', 'absent'] as const) {
      const { reports, calls } = reportsThat(Array.from({ length: 1_000 }, () => answer));
      const clock = quickClock();
      await assert.rejects(get(reports, clock), { code: 'report-unusable' });
      assert.ok(clock.passedMs() >= 60_000 && clock.passedMs() < 70_000);
      assert.ok(calls.length < 60, `${calls.length} calls`);
    }
  });

  it('ends with the reason of the signal, and passes on what the calls throw', async () => {
    const stopped = new KeyturnError('interrupted', 'stop');
    const clock = { ...quickClock(), sleep: () => Promise.reject(stopped) };
    await assert.rejects(get(reportsThat([]).reports, clock), stopped);
    const denied = new KeyturnError('access-denied', 'no');
    const { reports } = reportsThat([]);
    const refusing = { ...reports, request: () => Promise.reject(denied) };
    await assert.rejects(get(refusing, quickClock()), denied);
  });
});
