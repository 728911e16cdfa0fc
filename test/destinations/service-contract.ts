// What every kind promises whose places are at a service that is asked in JSON, whatever that service is. A kind gets
// all of it by handing in the service of its tests (`Place.service`).

import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { Open } from './contract.ts';
import type { JsonAnswer, JsonFault, JsonRequest } from './json-server.ts';
import { isSafeError, NEW } from './keys.ts';

const isWrite = ({ method }: JsonRequest): boolean => method !== 'GET';

/** The first write, and no later one. */
function firstWrite(fault: JsonFault): JsonFault {
  let isOver = false;
  return (request, next) => {
    if (isOver || !isWrite(request)) return next();
    isOver = true;
    return fault(request, next);
  };
}

const always =
  (is: (request: JsonRequest) => boolean, answer: JsonAnswer): JsonFault =>
  (request, next) =>
    is(request) ? answer : next();

const PASSING: Readonly<Record<string, JsonFault>> = {
  'a write whose answer is lost': (_request, next) => {
    next();
    return 'lose';
  },
  'a write that is lost': () => 'lose',
  'a 502': () => ({ status: 502 }),
  'a 503 after the write': (_request, next) => {
    next();
    return { status: 503 };
  },
  'a 429 with Retry-After': () => ({ status: 429, headers: { 'retry-after': '7' } }),
};

const REFUSED: Readonly<Record<string, JsonAnswer>> = {
  'a 401': { status: 401, body: { message: `who is ${NEW.secret.reveal()}` } },
  'a 403': { status: 403, body: { message: 'no' } },
  'a 404 for everything': { status: 404, body: { message: 'Not Found' } },
  'a 500 that stays': { status: 500, body: { message: 'oh' } },
  'a page of somebody else': { status: 200, body: '<html>sign in</html>' },
  'a list of another form': { status: 200, body: [1, 2, 3] },
  'a text without an end': { status: 200, body: { message: 'x'.repeat(5_000_000) } },
  'a redirect': { status: 302, headers: { location: 'http://127.0.0.1:9/elsewhere' } },
};

/** Left to places that hand in no service. */
export function bearsFaults(open: Open): void {
  for (const [name, fault] of Object.entries(PASSING)) {
    it(`is delivered after ${name}`, async (test) => {
      const { destination, service, served } = await open(test);
      if (service === undefined) return;
      service.fault = firstWrite(fault);
      const receipt = await destination.deliver(NEW);
      assert.ok(await destination.holds(NEW.keyId, receipt));
      assert.deepEqual(await served(NEW.keyId), { id: NEW.keyId, secret: NEW.secret.reveal() });
    });
  }

  for (const [name, answer] of Object.entries(REFUSED)) {
    it(`is refused before a key is made: ${name}`, async (test) => {
      const { destination, service, whole } = await open(test);
      if (service === undefined) return;
      const before = await whole?.();
      service.fault = () => answer;
      await assert.rejects(async () => destination.prepare?.(), isSafeError('not-deliverable'));
      await assert.rejects(destination.deliver(NEW), isSafeError('delivery-failed'));
      assert.ok(!service.requests.some(isWrite));
      assert.deepEqual(await whole?.(), before);
    });
  }

  it('is told as failed while its writes are, and has both halves after the next run', async (test) => {
    const { destination, service, served } = await open(test);
    if (service === undefined) return;
    for (const answer of [{ status: 503 }, { status: 403 }, { status: 200, body: 'hello' }]) {
      service.fault = always(isWrite, answer);
      await assert.rejects(destination.deliver(NEW), isSafeError('delivery-failed'));
    }
    service.fault = undefined;
    const receipt = await destination.deliver(NEW);
    assert.ok(await destination.holds(NEW.keyId, receipt));
    assert.deepEqual(await served(NEW.keyId), { id: NEW.keyId, secret: NEW.secret.reveal() });
  });

  it('tells from when on it may be written, where its rate is used up', async (test) => {
    const { destination, service } = await open(test);
    if (service === undefined) return;
    service.fault = always(isWrite, { status: 429, headers: { 'retry-after': '3600' } });
    await assert.rejects(destination.deliver(NEW), (thrown) => {
      assert.ok(isSafeError('delivery-failed')(thrown));
      assert.match(String((thrown as { hint?: string }).hint), /run again after \d{4}-/);
      return true;
    });
  });

  it('tells nothing secret in a path or a query, where servers log it (I8)', async (test) => {
    const { destination, service } = await open(test);
    if (service === undefined) return;
    await destination.deliver(NEW);
    const seen = service.requests.map(({ path, query }) => `${decodeURIComponent(path)} ${query}`);
    assert.ok(seen.length > 0);
    for (const each of seen) assert.ok(!each.includes(NEW.secret.reveal()), each);
  });
}
