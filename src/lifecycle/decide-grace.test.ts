import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { accessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import { gateFor, gateOf, type Leaving } from './decide-grace.ts';
import { UserHistory } from './history.ts';
import type { LastUse } from './keys.ts';
import { type Answer, decided } from './questions.ts';
import type { GateVerdict } from './quiet-gate.ts';
import type { OldKeyFate } from './record.ts';
import type { Rotation } from './rotation.ts';
import type { ReaderTerms, Settle } from './settle.ts';
import { NEVER_LOOKED, type UseHistory } from './use-history.ts';

const OLD = accessKeyId('AKIAOLDKEYEXAMPLE001');
const NEW = accessKeyId('AKIANEWKEYEXAMPLE001');
const DELIVERED = Date.UTC(2026, 0, 1, 12);
const at = (days: number, minutes = 0) =>
  new Date(DELIVERED + days * MS_PER_DAY + minutes * 60_000);

const oldKey = { id: OLD, user: 'alice', createdAt: at(-200), status: 'Active' } as const;
const target = { kind: 'vault', place: 'app' };

/** In steady use until the day of the delivery, as runs have seen. */
const STEADY: UseHistory = {
  lookedFrom: at(-60),
  closelyFrom: at(-60),
  lookedTo: at(0),
  stretches: [{ from: at(-60), to: at(0) }],
};

interface Case {
  readonly terms: ReaderTerms;
  readonly fate?: OldKeyFate;
  readonly now: Date;
  readonly lastUsed?: Date;
  readonly isNewKeyUsed?: boolean;
  readonly uses?: UseHistory;
}

function graced({ terms, fate = 'when-quiet' }: Case): Leaving {
  const rotation = {
    ...{ id: 'r1', user: 'alice', oldKeyId: OLD, newKeyId: NEW, knownKeyIds: [OLD] },
    ...{ intendedAt: at(0, -1), oldKeyFate: fate, targets: [target], lastRun: 'run' },
    ...{ phase: 'in-grace', since: at(0), deliveredAt: at(0), announcedDeadline: undefined },
    receipts: [{ kind: 'vault', reference: 'app', ...terms }],
  } satisfies Rotation as Rotation;
  return { oldKey, rotation };
}

function factsFor({ now, uses = STEADY, terms }: Case) {
  return {
    ...{ history: new UserHistory(), now, keys: [], usesOf: () => uses },
    retire: { quietDays: undefined, deadlineDays: undefined },
    signer: { dependsOn: () => false, isReplaceable: false },
    ...{ lastLook: () => undefined, termsAt: () => terms },
  };
}

async function judge(about: Case, leaving = graced(about)) {
  const asked: string[] = [];
  const used = (date: Date): LastUse => ({ used: 'at', at: date, service: 's3' });
  const verdict = await decided(gateOf(leaving, factsFor(about)), async (question) => {
    assert.ok(question.ask === 'last-use');
    asked.push(question.keyId === OLD ? 'old' : 'new');
    const isOld = question.keyId === OLD;
    const answer: LastUse = isOld
      ? used(about.lastUsed ?? at(0))
      : about.isNewKeyUsed
        ? used(at(1))
        : { used: 'never' };
    return answer as Answer;
  });
  return { verdict, asked };
}

const because = (verdict: GateVerdict) =>
  verdict.kind === 'wait' ? `${verdict.why}: ${verdict.quiet.because}` : verdict.kind;

describe('the old key of a place whose readers follow later', () => {
  const later = { settle: { minutes: 90 }, proof: 'value' } as const;

  it('goes no sooner than they can have the new one, however idle it was', async () => {
    const about = { terms: later, lastUsed: at(-190), uses: NEVER_LOOKED };
    const soon = await judge({ ...about, now: at(0, 89) });
    assert.equal(soon.verdict.kind === 'wait' && soon.verdict.why, 'settling');
    assert.deepEqual(soon.verdict.kind === 'wait' && soon.verdict.notBefore, at(0, 90));
    assert.equal((await judge({ ...about, now: at(0, 90) })).verdict.kind, 'quiet');
  });

  it('is silent from then on', async () => {
    const waits = await judge({ terms: later, now: at(14, 6 * 60 + 89) });
    assert.equal(waits.verdict.kind, 'wait');
    assert.equal((await judge({ terms: later, now: at(14, 6 * 60 + 90) })).verdict.kind, 'quiet');
  });

  it('waits for that also where it is to go at once, and nobody asks AWS', async () => {
    const about = { terms: later, fate: 'deactivate' } as const;
    const soon = await judge({ ...about, now: at(0, 89) });
    assert.equal(soon.verdict.kind === 'wait' && soon.verdict.why, 'settling');
    const then = await judge({ ...about, now: at(0, 90) });
    assert.deepEqual([then.verdict.kind, then.asked, soon.asked], ['quiet', [], []]);
  });

  it('is foretold to wait before it has begun', async () => {
    const intent = { oldKeyFate: 'deactivate', targets: [target] } as const;
    const about = { terms: later, now: at(0) };
    const { verdict } = await judge(about, { oldKey, rotation: undefined, intent });
    assert.deepEqual(verdict.kind === 'wait' && verdict.notBefore, at(0, 90));
  });
});

describe('the old key of a place whose readers nobody knows', () => {
  for (const settle of ['next-start', 'unknown'] as const satisfies Settle[]) {
    const terms = { settle, proof: 'value' } as const;
    it(`${settle}: 14 days are enough once the new key is used, and else 35`, async () => {
      const followed = await judge({ terms, now: at(15), isNewKeyUsed: true });
      assert.deepEqual([followed.verdict.kind, followed.asked], ['quiet', ['old', 'new']]);
      const waits = await judge({ terms, now: at(15) });
      assert.match(because(waits.verdict), /^in-use: no use of the new key is known/);
      assert.equal((await judge({ terms, now: at(36) })).verdict.kind, 'quiet');
    });

    it(`${settle}: where it is to go at once it does`, async () => {
      const { verdict } = await judge({ terms, fate: 'deactivate', now: at(0) });
      assert.equal(verdict.kind, 'quiet');
    });
  }

  it('one that is in use is asked about alone', async () => {
    const terms = { settle: 'unknown', proof: 'value' } as const;
    const { asked } = await judge({ terms, now: at(3), lastUsed: at(2) });
    assert.deepEqual(asked, ['old']);
  });
});

describe('the old key of a place whose jobs may wait in a queue with it', () => {
  for (const proof of ['value', 'timestamp'] as const) {
    const terms = { settle: 'when-queued', proof } as const;
    it(`${proof}: stays for 35 days, whatever is seen of the new key`, async () => {
      const waits = await judge({ terms, now: at(34), isNewKeyUsed: true });
      assert.match(because(waits.verdict), /^in-use: jobs that were queued before may wait/);
      assert.deepEqual(waits.asked, ['old', 'new']);
      const then = await judge({ terms, now: at(36), isNewKeyUsed: true });
      assert.equal(then.verdict.kind, 'quiet');
    });

    it(`${proof}: goes in the run that delivers where nothing had it for long`, async () => {
      const idle = { terms, lastUsed: at(-190), uses: NEVER_LOOKED, isNewKeyUsed: true };
      assert.equal((await judge({ ...idle, now: at(0) })).verdict.kind, 'quiet');
    });

    it(`${proof}: where it is to go at once it does`, async () => {
      const { verdict } = await judge({ terms, fate: 'deactivate', now: at(0) });
      assert.equal(verdict.kind, 'quiet');
    });
  }
});

describe('the old key of a place that cannot be read back', () => {
  for (const proof of ['marker', 'timestamp', 'status'] as const) {
    const terms = { settle: 'at-once', proof } as const;
    it(`${proof}: does not go with the delivery, however idle it was`, async () => {
      const idle = { terms, lastUsed: at(-190), uses: NEVER_LOOKED };
      assert.match(because((await judge({ ...idle, now: at(0) })).verdict), /cannot be read back/);
      assert.equal((await judge({ ...idle, now: at(36) })).verdict.kind, 'quiet');
      const used = await judge({ ...idle, now: at(2), isNewKeyUsed: true });
      assert.equal(used.verdict.kind, 'quiet');
    });

    it(`${proof}: that is foretold`, async () => {
      const intent = { oldKeyFate: 'when-quiet', targets: [target] } as const;
      const idle = { terms, lastUsed: at(-190), uses: NEVER_LOOKED, now: at(0) };
      const { verdict } = await judge(idle, { oldKey, rotation: undefined, intent });
      assert.equal(verdict.kind, 'wait');
    });
  }

  it('a list that does not know of the new key says that it waits', () => {
    const about = { terms: { settle: 'at-once', proof: 'status' }, now: at(15) } as const;
    const known = { lastUse: { used: 'at', at: at(0), service: 's3' } } as const;
    assert.equal(gateFor(graced(about), known, factsFor(about)).kind, 'wait');
  });
});
