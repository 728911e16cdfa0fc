import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { hintText } from '../base/hint.ts';
import { decideUser, type UserDecision, type UserFacts } from './decide-user.ts';
import { UserHistory } from './history.ts';
import type { AccessKey, KeyStatus, LastUse } from './keys.ts';
import type { Answer, PlaceRefusal, PlacesAnswer, Question } from './questions.ts';
import { formatOf, type JournalRecord, type RotationStep } from './record.ts';
import { PATIENT } from './retire-policy.ts';
import { type Look, NEVER_LOOKED } from './use-history.ts';

const NOW = new Date('2026-11-28T10:00:00Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * 86_400_000);
const OLD = accessKeyId('AKIAIOSFODNN7EXAMPLE');
const NEW = accessKeyId('AKIAI44QH8DHBEXAMPLE');
const SIGNING = accessKeyId('AKIAI77QH8DHBEXAMPLE');
const OTHER = accessKeyId('AKIAI55QH8DHBEXAMPLE');
const TARGET = { kind: 'handoff', place: '' };

const key = (id: AccessKey['id'], ageDays: number, status: KeyStatus = 'Active'): AccessKey => ({
  id,
  status,
  createdAt: daysAgo(ageDays),
});

const intended: RotationStep = {
  type: 'intended',
  oldKeyId: OLD,
  knownKeyIds: [OLD],
  oldKeyFate: 'deactivate',
  target: TARGET,
};

const history = (at: Date, ...steps: RotationStep[]) =>
  new UserHistory(
    steps.map(
      (step): JournalRecord => ({
        ...{ v: formatOf(step), at, run: 'run-1', account: '123456789012', user: 'ada' },
        ...{ rotation: 'r1', step },
      }),
    ),
  );

const signedBy = (...ids: AccessKeyId[]): UserFacts['signer'] => ({
  dependsOn: (id) => ids.includes(id),
  isReplaceable: false,
});

/** What a credential report of an hour ago tells of a key that was used so many days ago. */
const look = (usedDaysAgo: number): Look => ({
  at: new Date(NOW.getTime() - 3_600_000),
  lastUse: { used: 'at', at: daysAgo(usedDaysAgo) },
});

interface World {
  readonly lastUse?: LastUse | 'unreadable';
  /** Of one key alone. */
  readonly used?: AccessKeyId;
  /** Of every key, or of one alone. */
  readonly inCustody?: boolean | AccessKeyId;
  readonly places?: PlacesAnswer;
  readonly undeliverable?: KeyturnError;
  /** Places that would not take the new key of an open rotation. */
  readonly refused?: readonly PlaceRefusal[];
  /** Why no key of the user may go: a place holds it. */
  readonly holder?: KeyturnError;
}

/** Answers from a table, and counts what was asked. */
function decide(facts: Partial<UserFacts>, world: World = {}) {
  const asked: Question['ask'][] = [];
  const answer = (question: Question): Answer => {
    asked.push(question.ask);
    switch (question.ask) {
      case 'last-use':
        return question.keyId === world.used
          ? { used: 'at', at: daysAgo(1) }
          : (world.lastUse ?? { used: 'never' });
      case 'custody':
        return world.inCustody === true || world.inCustody === question.keyId;
      case 'places':
        return world.places ?? { kind: 'missing' };
      case 'takes':
        return world.refused ?? [];
      case 'reach':
      case 'held':
      case 'former':
        return undefined;
      case 'holder':
        return world.holder;
      case 'left':
        return [];
      case 'delivery':
        return world.undeliverable === undefined
          ? { kind: 'possible', targets: [TARGET] }
          : { kind: 'impossible', error: world.undeliverable };
      case 'keys':
        return facts.keys ?? [];
    }
  };
  const asking = decideUser({
    keys: [key(OLD, 400)],
    history: new UserHistory(),
    now: NOW,
    wanted: { kind: 'due-key', daysThreshold: 90 },
    cleanUpDays: undefined,
    oldKeyFate: 'deactivate',
    retire: PATIENT,
    usesOf: () => NEVER_LOOKED,
    lastLook: () => undefined,
    orphans: new Set(),
    signer: signedBy(SIGNING),
    lastSeenActive: () => undefined,
    inactiveSince: () => daysAgo(100),
    ...facts,
  });
  let step = asking.next();
  while (step.done !== true) step = asking.next(answer(step.value));
  return { decision: step.value as UserDecision, asked };
}

describe('what is decided about a user', () => {
  it('a due key is rotated, to the places that can take its secret', () => {
    const { decision, asked } = decide({});
    assert.deepEqual(asked, ['former', 'delivery']);
    assert(decision.next.kind === 'rotate');
    assert.deepEqual(decision.next.targets, [TARGET]);
  });

  it('I15: a key that was in use by the report of this run stays, and AWS is not asked again', () => {
    const { decision, asked } = decide({ oldKeyFate: 'when-quiet', lastLook: () => look(2) });
    assert.deepEqual(asked, ['former', 'delivery']);
    assert.equal(decision.next.kind === 'rotate' && decision.next.gate?.kind, 'wait');
  });

  it('I15: no report lets a key go: AWS is asked whether it was used since', () => {
    const quiet = { oldKeyFate: 'when-quiet', lastLook: () => look(300) } as const;
    const used: World['lastUse'] = { used: 'at', at: daysAgo(1) };
    const { decision, asked } = decide(quiet, { lastUse: used });
    assert.deepEqual(asked, ['former', 'delivery', 'last-use']);
    assert.equal(decision.next.kind === 'rotate' && decision.next.gate?.kind, 'wait');
    const idle = decide(quiet).decision.next;
    assert.equal(idle.kind === 'rotate' && idle.gate?.kind, 'quiet');
  });

  it('I15: a look of yesterday is no look of this run', () => {
    const yesterday = { ...look(2), at: daysAgo(1) };
    const { asked } = decide({ oldKeyFate: 'when-quiet', lastLook: () => yesterday });
    assert.deepEqual(asked, ['former', 'delivery', 'last-use']);
  });

  it('a key that is not due costs no question', () => {
    const { decision, asked } = decide({ keys: [key(OLD, 3)] });
    assert.deepEqual(asked, []);
    assert.equal(decision.next.kind, 'nothing');
  });

  it('a secret that could not be delivered is no key', () => {
    const undeliverable = new KeyturnError('not-deliverable', 'the secret is binary');
    const { decision } = decide({}, { undeliverable });
    assert(decision.next.kind === 'not-deliverable');
    assert.equal(decision.next.error, undeliverable);
  });

  it('clean-up that frees the slot is counted on', () => {
    const keys = [key(OLD, 400), key(NEW, 500, 'Inactive')];
    assert.equal(decide({ keys }).decision.next.kind, 'blocked');
    const { decision } = decide({ keys, cleanUpDays: 30 });
    assert.deepEqual(
      decision.cleanUp?.deletes.map(({ key: { id } }) => id),
      [NEW],
    );
    assert.equal(decision.next.kind, 'rotate');
  });

  it('tells when a hold is over', () => {
    const keys = [key(OLD, 40), key(NEW, 500, 'Inactive')];
    const lastSeenActive = () => daysAgo(10);
    const { decision } = decide({ keys, cleanUpDays: 30, lastSeenActive });
    assert.deepEqual(decision.notBefore, daysAgo(-20));
  });

  it('only the key that the operator named makes room (I6)', () => {
    const keys = [key(OLD, 40), key(NEW, 500, 'Inactive')];
    const wanted = (mayRemove: AccessKey['id'] | undefined) =>
      ({ kind: 'named-key', keyId: OLD, mayRemove }) as const;
    const asked = decide({ keys, wanted: wanted(undefined) }).decision.next;
    assert(asked.kind === 'no-room' && asked.slot.kind === 'removable');
    assert.equal(asked.slot.isIdle, true);
    const allowed = decide({ keys, wanted: wanted(NEW) }).decision.next;
    assert(allowed.kind === 'rotate');
    assert.equal(allowed.makesRoom?.key.id, NEW);
    const other = decide({ keys, wanted: wanted(SIGNING) }).decision.next;
    assert.equal(other.kind, 'no-room');
  });

  it('no Active key makes room, whoever names it (I5, I15)', () => {
    const keys = [key(OLD, 40), key(NEW, 500)];
    const wanted = { kind: 'named-key', keyId: OLD, mayRemove: NEW } as const;
    const { next } = decide({ keys, wanted }).decision;
    assert(next.kind === 'no-room' && next.slot.kind === 'full');
    assert.equal(next.slot.code, 'two-active-keys');
  });
});

describe('what is decided about an open rotation', () => {
  const twoKeys = [key(OLD, 400), key(NEW, 1)];
  const created: RotationStep = { type: 'created', newKeyId: NEW };

  it('goes on where it stopped, and nothing else is decided', () => {
    const facts = { keys: twoKeys, history: history(daysAgo(1), intended, created) };
    const { decision } = decide(facts, { inCustody: true });
    assert.equal(decision.recover?.leadsTo, 'new-key');
    assert.equal(decision.next.kind, 'nothing');
    assert.equal(decision.cleanUp, undefined);
  });

  it('stays open for a place that is down, and names each that is; the others are given the key', () => {
    const alsoTargets = ['/srv/a.env', '/srv/b.env'].map((place) => ({ kind: 'dotenv', place }));
    const several = { ...intended, alsoTargets } as const;
    const facts = { keys: twoKeys, history: history(daysAgo(1), several, created) };
    const refusals = [TARGET, ...alsoTargets].map((target) => ({
      target,
      error: new KeyturnError('not-deliverable', `${target.place} is down`, { hint: 'wait' }),
    }));
    const some = decide(facts, { inCustody: true, refused: refusals.slice(1) }).decision.recover;
    assert(some?.leadsTo === 'nothing');
    assert.deepEqual(some.refused, refusals.slice(1));
    assert.equal(some.error.message, '/srv/a.env is down; /srv/b.env is down');
    assert.equal(some.error.hint, 'wait');
    const all = decide(facts, { inCustody: true, refused: refusals }).decision.recover;
    assert(all?.leadsTo === 'nothing');
    assert.equal(all.refused, undefined);
  });

  it('a lost secret leads to a deletion, and then to a fresh rotation', () => {
    const facts = { keys: twoKeys, history: history(daysAgo(1), intended, created) };
    const { decision } = decide(facts);
    assert.equal(decision.recover?.leadsTo, 'closed');
    assert.deepEqual(
      decision.recover?.steps.map(({ kind }) => kind),
      ['discard'],
    );
    assert.deepEqual(
      decision.recover?.leadsTo === 'closed' && decision.recover.deletes?.keyId,
      NEW,
    );
    assert.equal(decision.next.kind, 'rotate');
  });

  it('ends with the new key in use, and deletes nothing, where the old key was deleted by hand', () => {
    const facts = { keys: [key(NEW, 1)], history: history(daysAgo(1), intended, created) };
    const { decision } = decide(facts, { inCustody: true });
    assert(decision.recover?.leadsTo === 'closed');
    assert.equal(decision.recover.deletes, undefined);
    assert.equal(decision.next.kind, 'nothing');
  });

  it('an orphan is declared, and discarded in its own step (I13)', () => {
    const lost = history(daysAgo(1), intended, { type: 'create-unknown', reason: 'no answer' });
    const { decision } = decide({ keys: twoKeys, history: lost });
    assert.deepEqual(
      decision.recover?.steps.map(({ kind }) => kind),
      ['declare-orphan', 'discard'],
    );
    assert.equal(decision.next.kind, 'rotate');
  });

  it('waits for the time at which a use would show, and tells it', () => {
    const at = new Date(NOW.getTime() - 60_000);
    const keys = [key(OLD, 400), { ...key(NEW, 0), createdAt: at }];
    const lost = history(at, intended, { type: 'create-unknown', reason: 'no answer' });
    const { decision } = decide({ keys, history: lost });
    assert(decision.recover?.leadsTo === 'nothing');
    assert.equal(decision.recover.error.code, 'use-not-shown-yet');
    assert.equal(decision.notBefore?.toISOString(), '2026-11-28T13:59:00.000Z');
    assert.equal(decision.next.kind, 'nothing');
  });

  it('a key that landed late goes first, and the due key is rotated (I12)', () => {
    const closed: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
    const givenUp = history(daysAgo(1), intended, closed);
    const { decision } = decide({ keys: twoKeys, history: givenUp });
    assert.equal(decision.recover?.reopens, true);
    assert.equal(decision.recover?.keyId, NEW);
    assert.equal(decision.next.kind, 'rotate');
    const used = decide({ keys: twoKeys, history: givenUp }, { lastUse: { used: 'at', at: NOW } });
    assert.equal(used.decision.recover, undefined);
    assert.equal(used.decision.unexplained, undefined);
    assert.equal(used.decision.next.kind, 'blocked');
  });

  it('a key in use is not the late one: another one may be (I10)', () => {
    const closed: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
    const facts = {
      keys: [key(OTHER, 1), key(NEW, 1)],
      history: history(daysAgo(1), intended, closed),
    };
    const { decision } = decide(facts, { used: OTHER });
    assert.equal(decision.recover, undefined);
    assert.equal(decision.unexplained?.keyId, NEW);
    const both = decide(facts).decision.unexplained;
    assert.match(both?.reason ?? '', new RegExp(`^${OTHER} and ${NEW} fit one request`));
    const hint = hintText(both?.hint ?? '');
    for (const id of [OTHER, NEW]) {
      assert.match(hint, new RegExp(`  keyturn keys deactivate ${id}`));
    }
    const inCustody = decide(facts, { inCustody: NEW }).decision;
    assert.equal(inCustody.recover?.keyId, NEW);
  });

  it('a key that may not be judged yet is told of, and stays', () => {
    const at = new Date(NOW.getTime() - 3_600_000);
    const keys = [key(OLD, 400), { ...key(NEW, 0), createdAt: at }];
    const closed: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
    const { decision } = decide({ keys, history: history(at, intended, closed) });
    assert.equal(decision.recover, undefined);
    assert.equal(decision.unexplained?.keyId, NEW);
  });

  it('I5: a key that nobody may have is none beside which an old one could go', () => {
    const closed: RotationStep = { type: 'closed', reason: 'no-key-was-made' };
    const facts = {
      keys: [key(OLD, 400, 'Inactive'), key(NEW, 40)],
      history: history(daysAgo(40), intended, closed),
      cleanUpDays: 30,
    };
    const { decision } = decide(facts);
    assert.deepEqual(decision.cleanUp?.deletes, []);
    assert.equal(decision.cleanUp?.keeps[0]?.reason, `nobody may have the secret of ${NEW}`);
    const used = decide(facts, { lastUse: { used: 'at', at: daysAgo(39) } });
    assert.deepEqual(
      used.decision.cleanUp?.deletes.map((each) => each.key.id),
      [OLD],
    );
  });

  it('I7: comes to the key that signs the calls and no further', () => {
    const facts = {
      keys: twoKeys,
      history: history(daysAgo(1), intended, created),
      signer: signedBy(OLD),
    };
    const { decision } = decide(facts, { inCustody: true });
    assert(decision.recover?.leadsTo === 'new-key');
    assert.equal(decision.recover.stopsAtOwnKey, true);
  });

  it('I11: a key that we have deleted is gone, whatever a list still shows', () => {
    const discarded = history(
      daysAgo(1),
      intended,
      { type: 'discarding', keyId: NEW, reason: 'hand-off failed' },
      { type: 'discarded', keyId: NEW },
    );
    const { decision } = decide({ keys: twoKeys, history: discarded });
    assert.deepEqual(
      decision.keys.map(({ id }) => id),
      [OLD],
    );
    assert.equal(decision.next.kind, 'rotate');
  });
});
