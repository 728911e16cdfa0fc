// What goes wrong between a run and CircleCI, at a CircleCI for tests.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { readDelivery } from '../../../src/app/read-delivery.ts';
import type { Destination } from '../../../src/destinations/destination.ts';
import { kindNamed, openDestination, thingsAt } from '../../../src/destinations/kinds.ts';
import { SAMPLE_FACTS } from '../../../src/destinations/place.ts';
import { NEW, OLD } from '../contract.ts';
import type { JsonRequest } from '../json-server.ts';
import { testOpening } from '../opening.ts';
import { isDelivered, refusal } from '../refusal.ts';
import { CONTEXT_ID } from './fake-circleci.ts';
import { openCirclePlace } from './subject.ts';

const PROJECT = { place: 'gh/acme/app', holder: 'gh/acme/app', unfit: '', kind: 'circleci' };
const CONTEXT = {
  ...{ place: 'gh/acme/deploy to eu', holder: CONTEXT_ID, unfit: '' },
  kind: 'circleci-context',
};

async function arranged(test: TestContext, { kind, ...subject } = PROJECT) {
  const stage = await openCirclePlace(test, subject);
  await stage.issue(NEW);
  const destination = await openDestination({ kind, place: stage.place }, stage.opening);
  assert.ok(destination !== undefined);
  return { ...stage, destination };
}

const isWrite = ({ method }: JsonRequest): boolean => method !== 'GET';

describe('variables of CircleCI, and what may happen to a write', () => {
  for (const subject of [PROJECT, CONTEXT]) {
    describe(subject.kind, () => {
      it('the secret goes first, and nothing is ever deleted', async (test) => {
        const { destination, circle } = await arranged(test, subject);
        await isDelivered(destination);
        const writes = circle.requests.filter(isWrite);
        const names = writes.map(({ path, body }) => body.name ?? path.split('/').at(-1));
        assert.deepEqual(names, ['AWS_SECRET_ACCESS_KEY', 'AWS_ACCESS_KEY_ID']);
        assert.ok(circle.requests.every(({ method }) => method !== 'DELETE'));
      });

      it('one that accepts and forgets is found out', async (test) => {
        const { destination, circle } = await arranged(test, subject);
        circle.fault = (request, next) => {
          if (!isWrite(request)) return next();
          const name = request.body.name ?? request.path.split('/').at(-1);
          const body = { name, variable: name, value: 'xxxxnew1' };
          return { status: request.method === 'POST' ? 201 : 200, body };
        };
        const error = await refusal(() => destination.deliver(NEW));
        assert.match(error.message, /took the new pair .* and shows the end of another one/);
      });

      it('what somebody puts there later is seen', async (test) => {
        const { destination, circle, opening } = await arranged(test, subject);
        const receipt = await destination.deliver(NEW);
        assert.equal(await destination.isRead?.(NEW.keyId, receipt), true);
        assert.equal(await destination.isRead?.(OLD.keyId, receipt), false);
        await opening.clock.sleep(1_000);
        circle.put(subject.holder, 'AWS_SECRET_ACCESS_KEY', 'somebody else wrote this');
        assert.equal(await destination.holds(NEW.keyId, receipt), undefined);
      });

      it('the receipt says nothing of the values', async (test) => {
        const { destination } = await arranged(test, subject);
        const receipt = JSON.stringify(await destination.deliver(NEW));
        assert.ok(!receipt.includes('new1'));
      });
    });
  }

  it('without custody and without a record nobody can tell', async (test) => {
    const { opening } = await openCirclePlace(test, PROJECT);
    const destination = await openDestination({ kind: 'circleci', place: 'gh/acme/app' }, opening);
    const none = { kind: 'circleci', reference: 'gh/acme/app' };
    const error = await refusal(() => destination?.holds(OLD.keyId, none));
    assert.match(error.message, /there is no record of a delivery/);
  });
});

describe('variables of CircleCI, and what a look finds', () => {
  const looked = (destination: Destination) => refusal(() => destination.prepare?.());

  it('another key than the one that is replaced is not written over; a placeholder is', async (test) => {
    const { destination, circle } = await arranged(test);
    circle.put(PROJECT.holder, 'AWS_ACCESS_KEY_ID', 'AKIAOTHEROTHEROTHERX');
    const error = await looked(destination);
    assert.match(error.message, /holds another key than AKIAIOSFODNN7EXAMPLE/);
    circle.put(PROJECT.holder, 'AWS_ACCESS_KEY_ID', 'placeholder');
    await destination.prepare?.();
    circle.put(PROJECT.holder, 'AWS_ACCESS_KEY_ID', 'none');
    await isDelivered(destination);
  });

  it('a variable, a context that is missing', async (test) => {
    const { opening } = await openCirclePlace(test, PROJECT);
    const at = (kind: string, place: string) => openDestination({ kind, place }, opening);
    const variable = await at('circleci', 'gh/acme/app#NOWHERE,OTHER');
    assert.match((await looked(variable as Destination)).message, /no variable NOWHERE/);
    const context = await at('circleci-context', 'gh/acme/nobody');
    assert.match((await looked(context as Destination)).message, /no context gh\/acme\/nobody/);
  });

  it('a wrong token, and one that may not', async (test) => {
    const { destination, circle } = await arranged(test);
    circle.fault = () => ({ status: 401, body: { message: 'You must log in first.' } });
    assert.match((await looked(destination)).hint ?? '', /it must be a personal one/);
    circle.fault = () => ({ status: 403, body: { message: 'Permission denied' } });
    assert.match((await looked(destination)).hint ?? '', /must be a member of its organization/);
  });

  it('without a token nothing is asked', async (test) => {
    const { opening } = await testOpening(test, {});
    const destination = await openDestination({ kind: 'circleci', place: 'gh/acme/app' }, opening);
    const error = await looked(destination as Destination);
    assert.match(error.hint ?? '', /KEYTURN_CIRCLECI_TOKEN, CIRCLECI_CLI_TOKEN, CIRCLE_TOKEN/);
  });

  it('a page in the place of an answer counts for nothing', async (test) => {
    const { destination, circle } = await arranged(test, CONTEXT);
    circle.fault = () => ({ status: 200, body: '<html>sign in</html>' });
    assert.match((await looked(destination)).message, /not CircleCI/);
  });
});

describe('variables of CircleCI as places', () => {
  for (const [text, place] of [
    ['circleci=gh/acme/{user}', 'gh/acme/ada'],
    [
      'circleci=circleci/9YytKzouJxzu4TjCRFqAoD/{user}#A,B',
      'circleci/9YytKzouJxzu4TjCRFqAoD/ada#A,B',
    ],
    ['circleci-context=gh/acme/to {user}#{user}_PAIR', 'gh/acme/to ada#ada_PAIR'],
  ] as const) {
    it(`${text} is ${place}`, () => {
      const { kind: name, template } = readDelivery(text, undefined, '--deliver');
      const facts = { ...SAMPLE_FACTS, user: 'ada' };
      assert.equal(kindNamed(name)?.placeFor(template, facts), place);
      assert.equal(kindNamed(name)?.placeFor(place, facts), place);
    });
  }

  it('gh and github are one', () => {
    const things = (place: string) => thingsAt({ kind: 'circleci', place });
    assert.deepEqual(things('github/acme/app'), things('gh/acme/app'));
  });

  for (const text of [
    'circleci={user}',
    'circleci=acme/{user}',
    'circleci=svn/acme/{user}',
    'circleci=gh/acme/{user}#A-B,C',
    'circleci-context={user}',
    'circleci-context=gh/acme/ {user}',
  ]) {
    it(`${text} is bad input`, () => {
      assert.throws(() => readDelivery(text, undefined, '--deliver'), { code: 'bad-value' });
    });
  }
});
