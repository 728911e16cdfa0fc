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
    announcedDeadline: undefined,
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
    const told = { deadlineDays: 7, announcedDeadline: day(7) };
    const verdict = judge({ ...told, isSigning: true, now: day(300) });
    assert.deepEqual(verdict.kind === 'wait' && verdict.why, 'signs-calls');
  });
});

describe('what a run has seen of the use of a key', () => {
  const silent = { quietDays: 14, now: day(40) };

  it('stays seen when AWS says less later (I11)', () => {
    const uses = withLook(NEVER_LOOKED, { at: day(30), lastUse: usedAt(day(29, 5)) });
    for (const lastUse of [{ used: 'never' } as const, usedAt(day(2))]) {
      const verdict = judge({ ...silent, uses, lastUse });
      assert.ok(verdict.kind === 'wait' && verdict.why === 'in-use');
      assert.deepEqual(verdict.lastUse, { used: 'at', at: day(29), owner: undefined });
      assert.deepEqual(verdict.notBefore, day(44, 6));
    }
    // Until the day is over it may have been used once more; and a look tells of nothing that comes later.
    const looked = withLook(NEVER_LOOKED, { at: day(29, 7), lastUse: usedAt(day(29, 5)) });
    const verdict = judge({ ...silent, uses: looked, lastUse: { used: 'never' } });
    assert.deepEqual(verdict.kind === 'wait' && verdict.notBefore, day(43, 13));
  });

  it('does not take the day of our own check for a use', () => {
    const checkedAt = day(-90, 5);
    const uses = withLook(NEVER_LOOKED, { at: day(-80), lastUse: usedAt(checkedAt, 'sts') });
    const made = { createdAt: day(-90), checkedAt, uses, cutOverAt: undefined, now: day(0) };
    const verdict = judge({ ...made, lastUse: { used: 'never' }, quietDays: 89 });
    assert.deepEqual(verdict.kind === 'quiet' && verdict.why, 'it was never used');
  });

  it('a silence that was seen is waited for, also where it was seen once', () => {
    const gaps = (...days: number[]): UseHistory => ({
      ...{ lookedFrom: day(-300), closelyFrom: day(-300), lookedTo: day(0) },
      stretches: days.map((at) => ({ from: day(at), to: day(at) })),
    });
    const days = (uses: UseHistory, quietDays?: number) => {
      const verdict = judge({ uses, quietDays, lastUse: usedAt(day(0)), now: day(1) });
      assert.ok(verdict.kind === 'wait');
      return [verdict.quiet.days, verdict.quiet.because];
    };
    assert.deepEqual(days(gaps(-31, 0)), [35, 'its uses were up to 31 days apart']);
    assert.deepEqual(days(gaps(-40, 0)), [81, 'its uses were up to 40 days apart']);
    assert.deepEqual(days(gaps(-100, -60, 0)), [121, 'its uses were up to 60 days apart']);
    const longer = 'longer than the 14 asked for: its uses were up to 40 days apart';
    assert.deepEqual(days(gaps(-40, 0), 14), [81, longer]);
    assert.deepEqual(days(gaps(-40, 0), 90), [90, 'as asked for']);
  });
});

describe('a key that was Inactive for a while', () => {
  const since = (activeSince: Date): UseHistory => ({ ...NEVER_LOOKED, activeSince });
  const old = { lastUse: usedAt(day(-120)), cutOverAt: undefined, now: day(0) };

  it('is silent since it is Active again, and not before', () => {
    assert.equal(judge(old).kind, 'quiet');
    const verdict = judge({ ...old, uses: since(day(-1)) });
    assert.deepEqual(verdict.kind === 'wait' && verdict.notBefore, day(35, 6));
    assert.equal(judge({ ...old, uses: since(day(-36)), quietDays: 35 }).kind, 'quiet');
    assert.equal(judge({ ...old, uses: since(day(-35)), quietDays: 35 }).kind, 'wait');
  });

  it('is no rare key for that: nobody could use it', () => {
    const verdict = judge({ ...old, uses: since(day(-20)) });
    assert.deepEqual(verdict.kind === 'wait' && verdict.quiet.sinceUseDays, 35);
    const rare = judge({ ...old, uses: since(day(-60)) });
    assert.deepEqual(rare.kind === 'wait' && rare.quiet.sinceUseDays, 100);
  });

  it('is waited for in grace too', () => {
    const graced = { ...old, cutOverAt: day(0), uses: since(day(20)), quietDays: 14 };
    assert.equal(judge({ ...graced, now: day(34) }).kind, 'wait');
    assert.equal(judge({ ...graced, now: day(34, 6) }).kind, 'quiet');
  });
});

describe('a deadline for a key that stays in use', () => {
  const inUse = { deadlineDays: 30, quietDays: 14 };
  const at = (days: number, announcedDeadline?: Date) =>
    judge({ ...inUse, announcedDeadline, lastUse: usedAt(day(days)), now: day(days) });

  it('is kept as the run told it that began the grace, a moment before that was on record', () => {
    const announcedDeadline = new Date(day(7).getTime() - 5_000);
    const told = { quietDays: 14, deadlineDays: 7, announcedDeadline };
    const before = judge({ ...told, lastUse: usedAt(day(6)), now: day(6) });
    assert.ok(before.kind === 'wait' && !before.announces && !before.withdraws);
    assert.deepEqual(before.deadline, announcedDeadline);
    assert.equal(judge({ ...told, lastUse: usedAt(day(7)), now: day(7) }).kind, 'deadline');
  });

  it('is announced a week ahead, and kept then', () => {
    const early = at(22);
    assert.ok(early.kind === 'wait' && !early.announces);
    const near = at(23);
    assert.ok(near.kind === 'wait' && near.announces);
    assert.deepEqual(near.deadline, day(30));
    assert.equal(at(29, day(30)).kind, 'wait');
    assert.equal(at(30, day(30)).kind, 'deadline');
  });

  it('is never kept in less than a week after it was told', () => {
    const late = at(200);
    assert.ok(late.kind === 'wait' && late.announces);
    assert.deepEqual(late.deadline, day(207));
    assert.equal(at(206, day(207)).kind, 'wait');
    assert.equal(at(207, day(207)).kind, 'deadline');
  });

  it('holds although AWS does not tell of the use', () => {
    const told = { ...inUse, announcedDeadline: day(30), now: day(31) };
    assert.equal(judge({ ...told, lastUse: 'unreadable' }).kind, 'deadline');
  });

  it('a later one, or none, takes back what was told, and is told anew', () => {
    const told = { quietDays: 14, announcedDeadline: day(30), lastUse: usedAt(day(31)) };
    const none = judge({ ...told, now: day(31) });
    assert.ok(none.kind === 'wait' && none.withdraws && none.deadline === undefined);
    const later = judge({ ...told, deadlineDays: 60, now: day(31) });
    assert.ok(later.kind === 'wait' && later.withdraws && !later.announces);
    assert.deepEqual(later.deadline, day(60));
    const near = judge({ ...told, deadlineDays: 33, now: day(31) });
    assert.ok(near.kind === 'wait' && near.announces);
    assert.deepEqual(near.deadline, day(38));
  });

  it('a sooner one is kept on the day that was told', () => {
    const told = { quietDays: 14, deadlineDays: 20, announcedDeadline: day(30) };
    const before = judge({ ...told, lastUse: usedAt(day(29)), now: day(29) });
    assert.ok(before.kind === 'wait' && !before.withdraws && !before.announces);
    assert.deepEqual(before.deadline, day(30));
    assert.equal(judge({ ...told, lastUse: usedAt(day(30)), now: day(30) }).kind, 'deadline');
  });

  it('without one a key in use stays Active for ever', () => {
    const year = judge({ quietDays: 14, lastUse: usedAt(day(400)), now: day(400) });
    assert.ok(year.kind === 'wait' && year.deadline === undefined);
  });
});
