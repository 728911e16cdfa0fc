// What goes wrong with a call: the lean client tells the same as the SDK's own, and gives up when told to.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import { LIST_ACCESS_KEYS } from '../../src/aws/query-operations.ts';
import { readFailure } from '../../src/aws/sdk-failure.ts';
import { createWriter } from '../../src/aws/sdk-writer.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Answer, openBoth, PAIR, serve } from './query-support.ts';
import { impatientTimeouts } from './support.ts';

const ID = { 'x-amzn-requestid': 'r-1' };
const LIST = '<ListAccessKeysResponse><ListAccessKeysResult><IsTruncated>false</IsTruncated>';
const END = '<AccessKeyMetadata/></ListAccessKeysResult></ListAccessKeysResponse>';

function awsError(code: string, text: string): string {
  return `<ErrorResponse xmlns="https://iam.invalid/doc/2010-05-08/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`;
}

const says =
  (status: number, body: string, headers: Record<string, string> = ID): Answer =>
  (response) =>
    response.writeHead(status, headers).end(body);

const ANSWERS: readonly (readonly [name: string, answer: Answer])[] = [
  ['a modelled error', says(404, awsError('NoSuchEntity', 'The user with name ü &amp; co'))],
  ['an error that no schema has', says(400, awsError('NewlyInvented', 'who knows.'))],
  ['an error without a text', says(400, awsError('AccessDenied', ''))],
  ['a denial', says(403, awsError('AccessDenied', 'User: a is not authorized\nsecond line'))],
  ['an expired token', says(403, awsError('ExpiredToken', 'The security token is expired'))],
  ['a wrong clock', says(403, awsError('SignatureDoesNotMatch', 'Signature expired: 2 &lt; 3'))],
  ['a request that is too old', says(400, awsError('RequestExpired', 'too old'))],
  ['the quota', says(409, awsError('LimitExceeded', 'Cannot exceed quota'))],
  ['a page of a proxy with 403', says(403, '<html><body>Forbidden</body></html>')],
  ['broken HTML with 403', says(403, '<!DOCTYPE html><html><p>no<br></html>', {})],
  ['a plain text with 400', says(400, 'no idea', {})],
  ['JSON with 400', says(400, '{"message":"no"}', {})],
  ['nothing with 400', says(400, '')],
  ['nothing with 404', says(404, '', {})],
  ['a redirect that is permanent', says(301, '', { location: 'http://127.0.0.1:1/' })],
  ['a redirect for now', says(307, '<html/>', { location: 'http://127.0.0.1:1/' })],
  ['a truncated error', says(400, awsError('NoSuchEntity', 'x').slice(0, -40))],
  ['truncated XML', says(200, LIST)],
  ['a list', says(200, `${LIST}${END}`)],
  ['an empty list', says(200, '<ListAccessKeysResponse/>')],
  ['nothing with 200', says(200, '')],
  ['a page of a proxy with 200', says(200, '<html><body>Sign in</body></html>', {})],
  ['a plain text with 200', says(200, 'hello', {})],
  ['another answer', says(200, '<GetUserResponse><GetUserResult/></GetUserResponse>')],
  ['two headers of one name', says(200, `${LIST}${END}`, { ...ID, 'set-cookie': 'a' })],
];

/** Beside these, retries differ by chance alone. */
const BROKEN: typeof ANSWERS = [
  ['HTML with 503', says(503, '<html><body>Service Unavailable</body></html>', {})],
  ['a server error of AWS', says(500, awsError('ServiceFailure', 'failed'))],
  ['a connection that breaks off', (response) => response.destroy()],
  [
    'a body that breaks off',
    (response) => {
      response.writeHead(200, { ...ID, 'content-length': 99 }).write('<');
      setImmediate(() => response.destroy());
    },
  ],
];

async function settled(call: Promise<unknown>) {
  try {
    const { $metadata, ...answer } = (await call) as { $metadata: object };
    return { answer };
  } catch (thrown) {
    const { way, ...failure } = readFailure(thrown);
    const { name } = thrown as Error;
    // The SDK has a class for each error of AWS, and those of the network have a name alone.
    return {
      failure,
      name: failure.awsCode === undefined ? name : (thrown as Error).constructor.name,
    };
  }
}

describe('a call that fails', () => {
  for (const [name, answer] of [...ANSWERS, ...BROKEN]) {
    it(`reads as the SDK reads it: ${name}`, async (test) => {
      let calls = 0;
      const server = await serve(test, (response, received) => {
        calls += 1;
        answer(response, received);
      });
      const { lean, iam } = openBoth(test, server.endpoint);
      const input = { UserName: 'a' };
      const expected = await settled(iam.send(new ListAccessKeysCommand(input)));
      const theirs = calls;
      assert.deepEqual(await settled(lean.read.call(LIST_ACCESS_KEYS, input)), expected);
      assert.equal(calls - theirs, theirs, 'attempts');
    });
  }

  it('reads as the SDK reads it: nobody listens', async (test) => {
    const { lean, iam } = openBoth(test, 'http://127.0.0.1:9');
    const input = { UserName: 'a' };
    assert.deepEqual(
      await settled(lean.report.call(LIST_ACCESS_KEYS, input)),
      await settled(iam.send(new ListAccessKeysCommand(input))),
    );
  });

  it('reports a throttle with its attempt, and is sent again', async (test) => {
    let calls = 0;
    const server = await serve(test, (response, received) => {
      calls += 1;
      const throttle = says(400, awsError('Throttling', 'Rate exceeded'));
      (calls === 1 ? throttle : says(200, `${LIST}${END}`))(response, received);
    });
    const { lean, events } = openBoth(test, server.endpoint);
    await lean.read.call(LIST_ACCESS_KEYS, { UserName: 'a' });
    const operation = 'ListAccessKeys';
    assert.deepEqual(events, [
      { code: 'call-sent', operation },
      { code: 'call-throttled', operation, attempt: 1 },
      { code: 'call-sent', operation },
    ]);
    const attempts = server.received.map(({ headers }) => headers['amz-sdk-request']);
    assert.deepEqual(attempts, ['attempt=1; max=3', 'attempt=2; max=3']);
    const ids = new Set(server.received.map(({ headers }) => headers['amz-sdk-invocation-id']));
    assert.equal(ids.size, 1);
  });

  it('outlives a kept connection that the server closed meanwhile', async (test) => {
    const server = await serve(test, (response) => {
      const { socket } = response;
      response.writeHead(200, ID).end(`${LIST}${END}`, () => socket?.destroy());
    });
    const { lean } = openBoth(test, server.endpoint);
    for (let call = 0; call < 5; call += 1) {
      await lean.read.call(LIST_ACCESS_KEYS, { UserName: 'a' });
    }
    assert.equal(server.connections, server.received.length);
  });

  it('keeps its connection where the server does', async (test) => {
    const server = await serve(test, says(200, `${LIST}${END}`));
    const { lean } = openBoth(test, server.endpoint);
    for (let call = 0; call < 5; call += 1) {
      await lean.read.call(LIST_ACCESS_KEYS, { UserName: 'a' });
    }
    assert.equal(server.connections, 1);
  });

  it('is given up at once when the run is stopped: before, while it waits, and in the body', async (test) => {
    let answering = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answering = resolve;
    });
    const server = await serve(test, (response) => {
      response.writeHead(200, ID).write('<');
      answering();
    });
    const { lean } = openBoth(test, server.endpoint);
    const stop = new AbortController();
    const calls = Array.from({ length: 6 }, () =>
      lean.read.call(LIST_ACCESS_KEYS, { UserName: 'a' }, stop.signal),
    );
    await answered;
    stop.abort(new Error('stopped'));
    for (const call of [...calls, lean.read.call(LIST_ACCESS_KEYS, {}, stop.signal)]) {
      await assert.rejects(call, { name: 'AbortError' });
    }
  });

  it('ends when nobody answers in time, or a body trickles on', async (test) => {
    const timeouts = { ...DEFAULT_TIMEOUTS, ...(await impatientTimeouts(test)) };
    for (const head of [false, true]) {
      const server = await serve(test, (response) => {
        if (head) response.writeHead(200, ID).write('<');
      });
      const { lean } = openBoth(test, server.endpoint, { timeouts });
      const creation = createWriter({
        clients: lean,
        credentials: async () => PAIR,
        target: { endpoint: server.endpoint, region: 'eu-west-1' },
        clock: systemClock,
      }).createAccessKey('a');
      // I2, I13: whether a key was made is not known, and nobody asks again.
      assert.equal((await creation).kind, 'unknown');
      assert.equal(server.received.length, 1);
    }
  });

  it('keeps a secret in a broken answer to itself (I8)', async (test) => {
    const secret = 'a-secret-that-AWS-sent';
    const broken = `<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><SecretAccessKey>${secret}</SecretAccessKey><`;
    const server = await serve(test, says(200, broken));
    const { lean } = openBoth(test, server.endpoint);
    const outcome = await createWriter({
      clients: lean,
      credentials: async () => PAIR,
      target: { endpoint: server.endpoint, region: 'eu-west-1' },
      clock: systemClock,
    }).createAccessKey('a');
    assert.equal(outcome.kind, 'unknown');
    assert.ok(!inspect(outcome, { depth: 9, showHidden: true }).includes(secret));
  });
});
