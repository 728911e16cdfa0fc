// Calls to services of others, against servers on this machine that do what servers do to callers.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { placeHttp } from '../../src/app/place-http.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import { Secret } from '../../src/base/secret.ts';
import { HttpFailure } from '../../src/http/failure.ts';
import { openHttpService } from '../../src/http/open-service.ts';
import { type HttpCall, type HttpService, pathOf } from '../../src/http/service.ts';
import { settableClock } from '../state/support.ts';
import { type Handler, type Scripted, scriptedServer } from './scripted-server.ts';

const TOKEN = new Secret('token/of+the/service');
const READ: HttpCall = { method: 'GET', path: 'thing' };
const WRITE: HttpCall = { method: 'POST', path: 'thing', body: { a: 1 } };
const AGAIN: HttpCall = { ...WRITE, method: 'PUT', isRepeatable: true };

async function serviceFor(test: TestContext, script: readonly Scripted[] | Handler) {
  const server = await scriptedServer(test, script);
  const clock = settableClock();
  const closed = new Map<string, Date>();
  const stop = new AbortController();
  const service = openHttpService(
    { name: 'Thing', address: server.url, setting: 'THING_ADDR', headers: { 'X-Token': TOKEN } },
    {
      env: {},
      clock,
      route: () => ({ kind: 'direct' }),
      trust: undefined,
      signal: stop.signal,
      closed,
      down: new Set(),
      limits: { connectMs: 10_000, requestMs: 10_000 },
    },
  );
  const startMs = Number(clock.now());
  return { ...server, service, stop, clock, waited: () => Number(clock.now()) - startMs };
}

async function failureOf(service: HttpService, call: HttpCall): Promise<HttpFailure> {
  const thrown = await service.send(call).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert(thrown instanceof HttpFailure, inspect(thrown));
  assert.equal(thrown.code, 'place-failed');
  return thrown;
}

describe('a call to a service', () => {
  it('sends JSON with its secrets, and shows none of them', async (test) => {
    const { service, asked } = await serviceFor(test, [{ body: { ok: [1] } }]);
    const secret = new Secret('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
    const call: HttpCall = {
      method: 'POST',
      path: pathOf`a/${'b/c d'}/${'.e'}`,
      query: { version: 2, none: undefined },
      body: { data: { secret, list: [secret], n: null } },
    };
    const answer = await service.send(call);
    assert.deepEqual(answer.json(), { ok: [1] });
    assert.equal(inspect(answer, { depth: 9 }).includes('ok'), false);
    const [sent] = asked;
    assert.equal(sent?.path, '/a/b%2Fc%20d/.e?version=2');
    assert.equal(sent?.headers['x-token'], TOKEN.reveal());
    const text = secret.reveal();
    assert.deepEqual(JSON.parse(sent?.body ?? ''), {
      data: { secret: text, list: [text], n: null },
    });
  });

  it('never leaves the path that it was given', () => {
    for (const part of ['..', '.', '']) assert.throws(() => pathOf`a/${part}`, KeyturnError);
  });

  it('tells of a refusal what the service says, with every secret masked', async (test) => {
    const secret = new Secret('new/new+new/new+new/new+new/new+new/new1');
    const other = 'old/old+old/old+old/old+old/old+old/old1';
    const echo = `no: ${TOKEN.reveal()}, ${secret.reveal()}, ${encodeURIComponent(secret.reveal())}, ${other}`;
    const { service, asked } = await serviceFor(test, [{ status: 400, body: { errors: [echo] } }]);
    const failure = await failureOf(service, { ...WRITE, body: { secret } });
    const [mask, { origin }] = ['[secret]', service];
    assert.equal(
      failure.message,
      `Thing at ${origin} refuses POST thing: HTTP 400, no: ${mask}, ${mask}, ${mask}, ${mask}`,
    );
    assert.deepEqual([failure.outcome, failure.status, asked.length], ['refused', 400, 1]);
    const everything = inspect(failure, { depth: 9 });
    for (const each of [TOKEN, secret]) assert.equal(everything.includes(each.reveal()), false);
  });

  it('masks a token without its scheme, and a password without its user', async (test) => {
    const basic = Buffer.from('ann:pass word/1').toString('base64');
    for (const [header, echo] of [
      [`Bearer ${TOKEN.reveal()}`, TOKEN.reveal()],
      [`token ${TOKEN.reveal()}`, `token=${encodeURIComponent(TOKEN.reveal())}`],
      [`Basic ${basic}`, basic],
      [`Basic ${basic}`, 'pass word/1'],
    ] as const) {
      const { service } = await serviceFor(test, [
        { status: 400, body: { message: `no: ${echo}` } },
      ]);
      const call = { ...READ, headers: { authorization: new Secret(header) } };
      const { message } = await failureOf(service, call);
      assert.match(message, /HTTP 400, no: (?:token=)?\[secret\]$/, echo);
    }
  });

  for (const [what, once] of [
    ['"done"', { body: '<html>sign in</html>', headers: { 'content-type': 'text/html' } }],
    ['"not there"', { status: 404, body: '<!DOCTYPE html><p>no such host' }],
  ] as const) {
    it(`a web page is no ${what}`, async (test) => {
      const { service, asked } = await serviceFor(test, [once]);
      const failure = await failureOf(service, { ...WRITE, accepts: [404] });
      assert.match(
        failure.message,
        /what answers POST thing at http:.* is a web page, and not Thing$/,
      );
      assert.match(failure.hint ?? '', /^check THING_ADDR, and whether a proxy/);
      assert.deepEqual([failure.outcome, asked.length], ['unknown', 1]);
      const read = await failureOf((await serviceFor(test, [once])).service, {
        ...READ,
        accepts: [404],
      });
      assert.equal(read.outcome, 'refused');
    });
  }

  it('takes the statuses that the call expects for answers', async (test) => {
    const { service } = await serviceFor(test, [{ status: 404, body: { errors: [] } }]);
    const call = { ...READ, accepts: [404] };
    const answer = await service.send(call);
    assert.equal(answer.status, 404);
    assert.match(service.failureOf(call, answer).message, /refuses GET thing: HTTP 404$/);
  });

  it('masks what was secret in the call also where its answer turns out to be a failure', async (test) => {
    const { service } = await serviceFor(test, ({ body }) => ({
      status: 400,
      body: { error: `${TOKEN.reveal()} ${body}` },
    }));
    const text = new Secret('{"a":"in one piece"}');
    const json = { text, secrets: [new Secret('in one piece')] };
    const call: HttpCall = { method: 'PUT', path: 'x', json, accepts: [400] };
    const failure = service.failureOf({ method: 'PUT', path: 'x' }, await service.send(call));
    assert.match(failure.message, /HTTP 400, \[secret\] \{"a":"\[secret\]"\}$/);
  });

  const passing: readonly [string, Scripted][] = [
    ['an overloaded service', { status: 503, body: 'down' }],
    ['a gateway without a server', { status: 502, body: '<html>' }],
    ['a connection that is reset', { instead: 'reset' }],
    ['an answer that breaks off', { instead: 'break off' }],
  ];
  for (const [what, once] of passing) {
    it(`reads again after ${what}`, async (test) => {
      const { service, asked, waited } = await serviceFor(test, [once, once, { body: { n: 1 } }]);
      assert.deepEqual((await service.send(READ)).json(), { n: 1 });
      assert.deepEqual([asked.length, waited()], [3, 1_500]);
    });

    it(`writes again after ${what} only what may be written twice, and says so`, async (test) => {
      const { service, asked } = await serviceFor(test, [once, {}]);
      const failure = await failureOf(service, WRITE);
      assert.deepEqual([failure.outcome, asked.length], ['unknown', 1]);
      const repeated = await serviceFor(test, [once, {}]);
      const answer = await repeated.service.send(AGAIN);
      assert.deepEqual([answer.isRepeat, repeated.asked.length], [true, 2]);
    });
  }

  it('is not "not written" when a repeat is refused', async (test) => {
    const script: Scripted[] = [{ instead: 'reset' }, { status: 400, body: { message: 'cas' } }];
    const { service } = await serviceFor(test, script);
    assert.equal((await failureOf(service, AGAIN)).outcome, 'unknown');
  });

  it('gives up after four attempts', async (test) => {
    const { service, asked } = await serviceFor(test, [{ status: 500, body: { message: 'oh' } }]);
    const failure = await failureOf(service, READ);
    assert.match(failure.message, /cannot answer GET thing: HTTP 500, oh$/);
    assert.equal(asked.length, 4);
  });

  it('waits for a service that is down once, and not for each call', async (test) => {
    const { service, asked } = await serviceFor(test, (_, count) =>
      count === 6 ? { body: {} } : { status: 502, body: 'down' },
    );
    await failureOf(service, READ);
    assert.equal(asked.length, 4);
    await failureOf(service, READ);
    assert.equal(asked.length, 5);
    await service.send(READ);
    await failureOf(service, READ);
    assert.equal(asked.length, 10);
  });

  it('waits for its turn as long as it is told, also with a write', async (test) => {
    const date = new Date('2026-03-01T00:00:09.000Z').toUTCString();
    const limits: readonly [Scripted, number][] = [
      [{ status: 429, headers: { 'retry-after': '7' } }, 7_000],
      [{ status: 429, headers: { 'retry-after': date } }, 9_000],
      [{ status: 429, body: 'Retry later' }, 500],
      [{ status: 403, headers: { 'retry-after': '3' } }, 3_000],
      [
        {
          status: 403,
          headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1772323205' },
        },
        5_000,
      ],
    ];
    for (const [limit, waitMs] of limits) {
      const { service, asked, waited } = await serviceFor(test, [limit, {}]);
      assert.equal((await service.send(WRITE)).isRepeat, false);
      assert.deepEqual([asked.length, waited()], [2, waitMs]);
    }
  });

  it('says from when on, where that is too long', async (test) => {
    const limit = { status: 429, headers: { 'retry-after': '3600' } };
    const { service, asked } = await serviceFor(test, [limit]);
    const failure = await failureOf(service, WRITE);
    assert.equal(failure.notBefore?.toISOString(), '2026-03-01T01:00:00.000Z');
    assert.deepEqual([failure.outcome, asked.length], ['refused', 1]);
  });

  it('sends nothing while the rate is known to be used up', async (test) => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1772323800' };
    const { service, asked, clock } = await serviceFor(test, [{ headers }, {}]);
    await service.send(READ);
    const failure = await failureOf(service, WRITE);
    assert.deepEqual([failure.outcome, asked.length], ['not-sent', 1]);
    assert.equal(failure.notBefore?.toISOString(), '2026-03-01T00:10:00.000Z');
    clock.set(new Date('2026-03-01T00:09:30.000Z'));
    await service.send(WRITE);
    assert.equal(clock.now().toISOString(), '2026-03-01T00:10:00.000Z');
  });

  it('proves that nothing was sent where nobody listens', async (test) => {
    const { service, close, waited } = await serviceFor(test, [{}]);
    await close();
    const failure = await failureOf(service, WRITE);
    assert.deepEqual([failure.outcome, waited()], ['not-sent', 3_500]);
    assert.match(
      failure.message,
      /^Thing at http:\/\/127\.0\.0\.1:\d+ does not answer: ECONNREFUSED$/,
    );
    assert.match(failure.hint ?? '', /check the network and THING_ADDR/);
  });

  it('does not know what became of a write that is not answered in time', async (test) => {
    const server = await scriptedServer(test, [{ instead: 'hang' }]);
    const service = openHttpService(
      { name: 'Thing', address: server.url, setting: 'THING_ADDR' },
      {
        ...{ env: {}, clock: settableClock(), trust: undefined, signal: undefined },
        route: () => ({ kind: 'direct' }),
        closed: new Map(),
        down: new Set(),
        limits: { connectMs: 10_000, requestMs: 50 },
      },
    );
    const failure = await failureOf(service, WRITE);
    assert.equal(failure.outcome, server.asked.length === 0 ? failure.outcome : 'unknown');
    assert.match(failure.message, /within the time limit$/);
  });

  it('follows no redirect, and takes no endless answer', async (test) => {
    const location = 'http://127.0.0.1:1/elsewhere';
    const { service } = await serviceFor(test, [{ status: 307, headers: { location } }]);
    const failure = await failureOf(service, READ);
    assert.match(failure.hint ?? '', /a redirect to http:\/\/127\.0\.0\.1:1 is not followed/);
    const moved = await serviceFor(test, [
      { status: 301, headers: { location: '/repositories/1' } },
    ]);
    const renamed = await failureOf(moved.service, READ);
    assert.match(renamed.hint ?? '', /renamed or moved: write the name that it has now$/);
    assert.equal(moved.asked.length, 1);
    const long = await serviceFor(test, [{ body: 'x'.repeat(5_000) }]);
    const tooLong = await failureOf(long.service, { ...READ, bytesMax: 4_999 });
    assert.match(tooLong.message, /^Thing at http\S+ answers with more than 4999 bytes$/);
    assert.match(tooLong.hint ?? '', /check THING_ADDR, and whether something else answers/);
    assert.equal(long.asked.length, 1);
  });

  it('ends a read with the run, and waits for a write', async (test) => {
    const waiting = await serviceFor(test, () => new Promise<Scripted>(() => {}));
    const reason = new KeyturnError('interrupted', 'stopped');
    const read = waiting.service.send(READ);
    waiting.stop.abort(reason);
    await assert.rejects(read, (error) => error === reason);
    const { service, stop } = await serviceFor(test, [{ body: { done: true } }]);
    stop.abort(reason);
    assert.deepEqual((await service.send(WRITE)).json(), { done: true });
  });
});

describe('the address of a service', () => {
  const faults: readonly [string, Record<string, string>, string][] = [
    ['http://vault.example.com:8200', {}, 'endpoint-insecure'],
    ['https://vault.example.invalid', { KEYTURN_ENDPOINT_GUARD: 'loopback' }, 'endpoint-guard'],
    ['vault.example.com', {}, 'bad-value'],
    ['https://user:pw@vault.example.com', {}, 'bad-value'],
    ['https://vault.example.com/?token=x', {}, 'bad-value'],
  ];
  for (const [address, env, code] of faults) {
    it(`is refused before anything is sent: ${address}`, async () => {
      const open = placeHttp({ env }, settableClock());
      await assert.rejects(
        open({ name: 'Thing', address, setting: 'THING_ADDR' }),
        (error) =>
          error instanceof KeyturnError && error.code === code && !/pw|token=x/.test(error.message),
      );
    });
  }
});
