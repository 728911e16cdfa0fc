import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import type { DatedKey } from './dated-keys.ts';
import { UserHistory } from './history.ts';
import { type ViewFacts, viewKeys } from './key-state.ts';
import type { LastUse } from './keys.ts';
import type { JournalRecord, OldKeyFate, RotationStep } from './record.ts';
import { NEVER_LOOKED } from './use-history.ts';

const NOW = new Date('2026-06-30T12:00:00Z');
const DAY = 86_400_000;
const HOUR = 3_600_000;
const MINUTE = 60_000;
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY);
const id = (name: string) => accessKeyId(`AKIAEXAMPLE${name.padStart(9, '0')}`);
const [OLD, NEW] = [id('OLD'), id('NEW')] as const;
const used = (days: number, service = 's3'): LastUse => ({
  used: 'at',
  at: daysAgo(days),
  service,
});

const key = (age: number, more: Partial<DatedKey> = {}): DatedKey => ({
  id: undefined,
  status: 'Active',
  createdAt: daysAgo(age),
  lastUse: used(1),
  ...more,
});

/** Records of one rotation, the first so many days ago, the others an hour later each. */
function rotated(days: number, fate: OldKeyFate, ...types: string[]): UserHistory {
  const target = { kind: 'handoff', place: '' };
  const steps: readonly object[] = [
    { type: 'intended', oldKeyId: OLD, knownKeyIds: [OLD], oldKeyFate: fate, target },
    { type: 'created', newKeyId: NEW },
    { type: 'proved', checks: 3 },
    { type: 'delivered', receipts: [] },
    ...types.map((type) => ({ type })),
  ];
  return new UserHistory(
    steps.map((step, index) => {
      const at = new Date(daysAgo(days).getTime() + index * 1_000);
      const envelope = { v: 4, run: 'r', account: '123456789012', user: 'ada' } as const;
      return { ...envelope, at, rotation: 'r1', step: step as RotationStep } as JournalRecord;
    }),
  );
}

function facts(more: Partial<ViewFacts> = {}): ViewFacts {
  return {
    history: new UserHistory(),
    signer: { dependsOn: () => false, isReplaceable: false },
    now: NOW,
    lastSeenActive: () => undefined,
    inactiveSince: () => undefined,
    usesOf: () => NEVER_LOOKED,
    usesAsOf: NOW,
    daysThreshold: 90,
    waiting: new Set<AccessKeyId>(),
    ...more,
  };
}

const states = (keys: readonly DatedKey[], more?: Partial<ViewFacts>) =>
  viewKeys(keys, facts(more)).map(({ state }) => ('by' in state ? state.by : state.kind));

describe('what keyturn makes of a key', () => {
  const off = { status: 'Inactive' } as const;
  const table: readonly (readonly [string, DatedKey[], Partial<ViewFacts>, string[]])[] = [
    ['a young key', [key(10)], {}, ['not-due']],
    ['a key that is due', [key(90)], {}, ['due']],
    ['a longer threshold', [key(90)], { daysThreshold: 91 }, ['not-due']],
    ['two Active keys, one due', [key(5), key(200)], {}, ['two-active-keys', 'not-due']],
    ['an Inactive key beside a due one', [key(200), key(900, off)], {}, ['no-free-slot', 'held']],
    [
      'an Inactive key that was idle for long',
      [key(50), key(900, { ...off, lastUse: used(200) })],
      {},
      ['deletable', 'not-due'],
    ],
    ['an only key that is Inactive', [key(900, { ...off, lastUse: used(200) })], {}, ['held']],
    [
      'the key that signs',
      [key(200)],
      { signer: { dependsOn: () => true, isReplaceable: false } },
      ['own-key'],
    ],
  ];
  for (const [name, keys, more, expected] of table) {
    it(name, () => assert.deepEqual(states(keys, more), expected));
  }

  const pair = (more: Partial<DatedKey> = {}) => [
    key(200, { id: OLD, ...more }),
    key(5, { id: NEW }),
  ];

  it('is open while a rotation is, whichever key it is', () => {
    const history = rotated(5, 'deactivate');
    const views = viewKeys(pair(), facts({ history, waiting: new Set([NEW]) }));
    assert.deepEqual(
      views.map(({ state, key: { id: keyId }, isSecretWaiting }) => [
        keyId,
        state.kind === 'open' && state.part,
        isSecretWaiting,
      ]),
      [
        [OLD, 'old', false],
        [NEW, 'new', true],
      ],
    );
  });

  it('is in grace once another took its place, until it is Inactive', () => {
    const history = rotated(5, 'keep', 'completed');
    assert.deepEqual(states(pair(), { history }), ['in-grace', 'not-due']);
    const retired = rotated(5, 'deactivate', 'deactivating', 'deactivated');
    assert.deepEqual(states(pair(off), { history: retired }), ['held', 'not-due']);
  });

  describe('in grace, while its rotation is open', () => {
    const history = rotated(5, 'when-quiet', 'in-grace');
    const views = (more: Partial<DatedKey>, among: Partial<ViewFacts> = {}) =>
      viewKeys(pair(more), facts({ history, ...among }));
    const silenceOf = (...[more, among]: Parameters<typeof views>) => {
      const [old] = views(more, among);
      assert(old?.state.kind === 'in-grace');
      assert.equal(old.state.rotation?.id, 'r1');
      return old.state.silence;
    };

    it('waits until a run would find it quiet, and is not due', () => {
      const [old, made] = views({ lastUse: used(1) });
      assert.deepEqual([old?.key.id, old?.isDue, made?.key.id], [OLD, false, NEW]);
      assert.equal(made?.state.kind, 'not-due');
      const silence = silenceOf({ lastUse: used(1) });
      assert(silence.kind === 'in-use' && silence.until !== undefined);
      // 35 days, because little is known of its use; AWS shows it late, and in steps.
      assert.equal(Number(silence.until), Number(daysAgo(1)) + 35 * DAY + 6 * HOUR + 16 * MINUTE);
    });

    it('is quiet, or of unknown use, or signs the calls', () => {
      assert.deepEqual(silenceOf({ lastUse: 'unreadable' }), { kind: 'use-unknown' });
      const long = { history: rotated(60, 'when-quiet', 'in-grace') };
      assert.deepEqual(silenceOf({ lastUse: used(55) }, long), { kind: 'quiet' });
      const signer = { dependsOn: (keyId: AccessKeyId) => keyId === OLD, isReplaceable: false };
      assert.deepEqual(silenceOf({ lastUse: used(1) }, { signer }), { kind: 'signs-calls' });
    });

    it('is judged as of when its last use was told', () => {
      const since = { history: rotated(60, 'when-quiet', 'in-grace'), usesAsOf: daysAgo(1) };
      const nearly = daysAgo(35.5);
      const lastUse = { used: 'at', at: nearly, service: 's3' } as const;
      assert.equal(silenceOf({ lastUse }, { ...since, usesAsOf: NOW }).kind, 'quiet');
      assert.equal(silenceOf({ lastUse }, since).kind, 'in-use');
    });

    it('lets a due key wait, with nothing for anybody to do', () => {
      const [, made] = views({}, { daysThreshold: 4 });
      assert.deepEqual(made?.state, { kind: 'due', waitsFor: OLD });
      assert.equal(made?.isDue, true);
    });

    it('is over when somebody made it Inactive, and to be taken up when the new key is not Active', () => {
      assert.deepEqual(
        views({ status: 'Inactive' }).map(({ state }) => state.kind),
        ['held', 'not-due'],
      );
      const [old, made] = [key(200, { id: OLD }), key(5, { id: NEW, status: 'Inactive' })];
      assert.deepEqual(states([old, made], { history }), ['open', 'open']);
      assert.deepEqual(states([old], { history }), ['open']);
    });

    it('warns when nobody uses the new key while the old one is busy', () => {
      const keys = [key(200, { id: OLD }), key(5, { id: NEW, lastUse: { used: 'never' } })];
      const [first] = viewKeys(keys, facts({ history }));
      assert.deepEqual([first?.key.id, first?.warning?.kind], [NEW, 'newer-unused']);
    });
  });

  describe('left Active by an undo', () => {
    const undo = [
      { type: 'undoing', toKeyId: OLD, fromKeyId: NEW, fromKeyFate: 'deactivate' },
      { type: 'undone', notPutBack: [] },
    ];
    const ended = ['in-grace', 'deactivating', 'deactivated'];
    const history = rotated(5, 'when-quiet', ...ended);
    const last = history.records.at(-1)?.at.getTime() ?? 0;
    for (const [index, step] of undo.entries()) {
      const at = new Date(last + (index + 1) * HOUR);
      const envelope = { v: 4, run: 'r', account: '123456789012', user: 'ada' } as const;
      history.add({ ...envelope, at, rotation: 'r1', step: step as RotationStep } as JournalRecord);
    }
    const view = (made: Partial<DatedKey>, more: Partial<ViewFacts> = {}) =>
      viewKeys([key(200, { id: OLD }), key(5, { id: NEW, ...made })], facts({ history, ...more }));

    it('is the newer key, whose readers go back to the older one', () => {
      const undone = view({ lastUse: used(1) }).find(({ key: { id: keyId } }) => keyId === NEW);
      assert(undone?.state.kind === 'undone' && undone.state.silence.kind === 'in-use');
      assert.equal(undone.state.backTo, OLD);
      assert.equal(Number(undone.state.since), last + 2 * HOUR);
      assert.equal(undone.warning, undefined);
    });

    it('is no warning that nobody uses it, and blocks a due key as two Active keys do', () => {
      const views = view({ lastUse: { used: 'never' } });
      assert.deepEqual(
        views.map(({ key: { id: keyId }, state, warning }) => [keyId, state.kind, warning]),
        [
          [OLD, 'blocked', undefined],
          [NEW, 'undone', undefined],
        ],
      );
    });

    it('is over when the user has no other Active key, or the key is Inactive', () => {
      const [only] = viewKeys([key(5, { id: NEW })], facts({ history }));
      assert.equal(only?.state.kind, 'not-due');
      assert.deepEqual(
        view({ status: 'Inactive' }).map(({ state }) => state.kind),
        ['blocked', 'held'],
      );
    });
  });

  it('says from when on a key that is blocked by an Inactive one has room', () => {
    const deactivated = key(900, { status: 'Inactive', id: NEW, lastUse: used(200) });
    const [due] = viewKeys(
      [key(200, { id: OLD }), deactivated],
      facts({ inactiveSince: () => daysAgo(10), lastSeenActive: () => daysAgo(11) }),
    );
    assert(due?.state.kind === 'blocked');
    assert.equal(Number(due.state.freeFrom), Number(daysAgo(-20)));
  });

  it('is not in grace when it is all that the user has', () => {
    const history = rotated(5, 'keep', 'completed');
    const [old] = pair();
    assert(old !== undefined);
    assert.deepEqual(states([old], { history }), ['due']);
  });
});

describe('the warning that nobody uses the new key', () => {
  const warned = (older: Partial<DatedKey>, newer: Partial<DatedKey>, history?: UserHistory) => {
    const keys = [key(200, { id: OLD, ...older }), key(5, { id: NEW, ...newer })];
    const views = viewKeys(keys, facts(history === undefined ? {} : { history }));
    return views.filter(({ warning }) => warning !== undefined).map((view) => view.key.id);
  };
  const never = { lastUse: { used: 'never' } } as const;

  it('is given when the older one was used since', () => {
    assert.deepEqual(warned({ lastUse: used(1) }, never), [NEW]);
  });

  it('is not given when nobody used the older one either, or AWS does not tell (I11)', () => {
    assert.deepEqual(warned({ lastUse: used(6) }, never), []);
    assert.deepEqual(warned({ lastUse: 'unreadable' }, never), []);
    assert.deepEqual(warned({ lastUse: used(1) }, { lastUse: 'unreadable' }), []);
    assert.deepEqual(warned({ lastUse: used(1), status: 'Inactive' }, never), []);
  });

  it('is not given for a key that was made a moment ago', () => {
    const young = { ...never, createdAt: new Date(NOW.getTime() - 3_600_000) };
    assert.deepEqual(warned({ lastUse: used(0.01) }, young), []);
  });

  it('does not take our own check of the new key for a use of it', () => {
    const history = rotated(5, 'keep', 'completed');
    assert.deepEqual(warned({ lastUse: used(1) }, { lastUse: used(5, 'sts') }, history), [NEW]);
    assert.deepEqual(warned({ lastUse: used(1) }, { lastUse: used(2, 'sts') }, history), []);
    assert.deepEqual(warned({ lastUse: used(1) }, { lastUse: used(5, 's3') }, history), []);
  });
});
