import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MS_PER_DAY } from '../base/clock.ts';
import { type GateVerdict, judgeGate, type OldKeyFacts } from './quiet-gate.ts';
import type { RetirePolicy } from './retire-policy.ts';
import { NEVER_LOOKED, type UseHistory, withLook } from './use-history.ts';

const START = Date.UTC(2026, 0, 1);
/** Days after the cut-over. */
const day = (days: number, hours = 0) => new Date(START + days * MS_PER_DAY + hours * 3_600_000);

const usedAt = (at: Date, service = 's3') => ({ used: 'at', at, service }) as const;

/** A key that was looked at every day before the cut-over, and used every `every` days. */
function history(every: number, days = 60): UseHistory {
  let known = NEVER_LOOKED;
  for (let at = -days; at <= 0; at += 1) {
    const used = -days + Math.floor((at + days) / every) * every;
    known = withLook(known, { at: day(at), lastUse: usedAt(day(used)) });
  }
  return known;
}

interface Case extends Partial<OldKeyFacts>, Partial<RetirePolicy> {
  readonly now: Date;
}

function judge({ now, quietDays, deadlineDays, ...facts }: Case): GateVerdict {
  const old = {
    createdAt: day(-200),
    lastUse: usedAt(day(0, 1)),
    cutOverAt: day(0),
    begunAt: day(0),
    announcedAt: undefined,
    checkedAt: undefined,
    uses: NEVER_LOOKED,
    isSigning: false,
    ...facts,
  };
  return judgeGate(old, { quietDays, deadlineDays }, now);
}

/** The first hour after the cut-over at which the key may go, in days; undefined within 400 days. */
function firstQuiet(about: Omit<Case, 'now'>): number | undefined {
  for (let hours = 0; hours < 400 * 24; hours += 1) {
    if (judge({ ...about, now: day(0, hours) }).kind !== 'wait') return hours / 24;
  }
  return undefined;
}

describe('when an old key is quiet (I15)', () => {
  it('silence counts from the last use and 16 minutes, up to six hours ago', () => {
    const about = { quietDays: 14, lastUse: usedAt(day(3)) };
    assert.equal(judge({ ...about, now: day(17, 6) }).kind, 'wait');
    const asAsked = judge({ ...about, now: new Date(day(17, 6).getTime() + 16 * 60_000) });
    assert.equal(asAsked.kind, 'quiet');
  });

  it('a use before the cut-over does not count in favour of the key: its readers get the time', () => {
    const about = { quietDays: 14, lastUse: usedAt(day(-10)) };
    assert.equal(firstQuiet(about), 14.25);
  });

  it('what was idle before it was replaced goes in the run that replaces it', () => {
    const idle = { cutOverAt: undefined, now: day(0) };
    assert.equal(judge({ ...idle, quietDays: 14, lastUse: usedAt(day(-15)) }).kind, 'quiet');
    assert.equal(judge({ ...idle, quietDays: 14, lastUse: usedAt(day(-14)) }).kind, 'wait');
    assert.equal(judge({ ...idle, lastUse: { used: 'never' } }).kind, 'quiet');
    // A young key that nobody has used yet may be waiting for its first use.
    const young = { ...idle, lastUse: { used: 'never' } as const, createdAt: day(-3) };
    assert.equal(judge(young).kind, 'wait');
  });

  it('the number of days follows from what is known of the key', () => {
    const last = { lastUse: usedAt(day(0)) };
    const rounded = (about: Omit<Case, 'now'>) => Math.round(firstQuiet(about) ?? -1);
    assert.equal(rounded({ ...last, uses: history(1) }), 14, 'in steady use');
    assert.equal(rounded({ ...last, uses: history(1, 20) }), 35, 'known for 20 days only');
    assert.equal(rounded(last), 35, 'nothing is known');
    assert.equal(rounded({ ...last, uses: history(7) }), 35, 'a weekly job');
    assert.equal(rounded({ ...last, uses: history(30, 120) }), 61, 'a monthly job');
    assert.equal(rounded({ ...last, uses: history(30, 30) }), 35, 'one gap is no habit');
    const rare = { lastUse: usedAt(day(-40)) };
    assert.equal(rounded(rare), 60, 'used rarely: 100 days since its last use');
    assert.equal(rounded({ lastUse: usedAt(day(-80)) }), 35, 'and never sooner than 35 days');
  });

  it('the operator’s number counts, but not against the key’s own past', () => {
    const last = { lastUse: usedAt(day(0)), quietDays: 5 };
    const rounded = (about: Omit<Case, 'now'>) => Math.round(firstQuiet(about) ?? -1);
    assert.equal(rounded({ ...last, uses: history(1) }), 5);
    assert.equal(rounded(last), 5);
    assert.equal(rounded({ ...last, uses: history(7) }), 35);
    assert.equal(rounded({ ...last, uses: history(30, 120) }), 61);
  });

  it('a key that is looked at again after a long break is waited for from then on', () => {
    const looked = withLook(NEVER_LOOKED, { at: day(0), lastUse: usedAt(day(0)) });
    const about = (at: number) => ({
      quietDays: 14,
      lastUse: usedAt(day(0)),
      uses: withLook(looked, { at: day(at), lastUse: usedAt(day(0)) }),
    });
    assert.equal(judge({ ...about(100), now: day(100) }).kind, 'quiet');
    assert.equal(judge({ ...about(101), now: day(101) }).kind, 'wait');
    assert.equal(judge({ ...about(101), now: day(115, 7) }).kind, 'quiet');
  });

  it('what AWS does not tell counts as a use (I11)', () => {
    const verdict = judge({ lastUse: 'unreadable', now: day(300) });
    assert.deepEqual(verdict.kind === 'wait' && [verdict.why, verdict.notBefore], [
      'use-unknown',
      undefined,
    ]);
  });

  it('our own check of a key, before anybody else had it, is no use', () => {
    const own = { lastUse: usedAt(day(-100), 'sts'), checkedAt: day(-100), createdAt: day(-100) };
    const idle = { ...own, cutOverAt: undefined, now: day(0), quietDays: 99 };
    assert.equal(judge(idle).kind, 'quiet');
    assert.equal(judge({ ...idle, quietDays: 101 }).kind, 'wait');
    const others = { ...idle, lastUse: usedAt(day(-90), 'sts') };
    assert.equal(judge(others).kind, 'wait');
  });

  it('a key that the calls depend on waits for others to sign (I7)', () => {
    const verdict = judge({ isSigning: true, deadlineDays: 7, announcedAt: day(0), now: day(300) });
    assert.deepEqual(verdict.kind === 'wait' && verdict.why, 'signs-calls');
  });
});

describe('a deadline for a key that stays in use', () => {
  const inUse = { deadlineDays: 30, quietDays: 14 };
  const at = (days: number, announcedAt?: Date) =>
    judge({ ...inUse, announcedAt, lastUse: usedAt(day(days)), now: day(days) });

  it('is announced a week ahead, and kept then', () => {
    const early = at(22);
    assert.ok(early.kind === 'wait' && !early.announces);
    const near = at(23);
    assert.ok(near.kind === 'wait' && near.announces);
    assert.deepEqual(near.deadline, day(30));
    assert.equal(at(29, day(23)).kind, 'wait');
    assert.equal(at(30, day(23)).kind, 'deadline');
  });

  it('is never kept in less than a week after it was told', () => {
    const late = at(200);
    assert.ok(late.kind === 'wait' && late.announces);
    assert.deepEqual(late.deadline, day(207));
    assert.equal(at(206, day(200)).kind, 'wait');
    assert.equal(at(207, day(200)).kind, 'deadline');
  });

  it('holds although AWS does not tell of the use', () => {
    const verdict = judge({ ...inUse, lastUse: 'unreadable', announcedAt: day(20), now: day(31) });
    assert.equal(verdict.kind, 'deadline');
  });

  it('without one a key in use stays Active for ever', () => {
    const year = judge({ quietDays: 14, lastUse: usedAt(day(400)), now: day(400) });
    assert.ok(year.kind === 'wait' && year.deadline === undefined);
  });
});
