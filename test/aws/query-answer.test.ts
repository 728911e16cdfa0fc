// Answers that are read here mean what they mean to the SDK's own reader, and those that it must judge are left to it.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IAMClient, ListUsersCommand } from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { HttpResponse } from '@smithy/core/protocols';
import { isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { openWire } from '../../src/aws/clients.ts';
import { DEFAULT_TIMEOUTS } from '../../src/aws/http-handler.ts';
import type { Shape } from '../../src/aws/plain-xml.ts';
import { readPlainAnswer } from '../../src/aws/query-answer.ts';
import { openQueryClient } from '../../src/aws/query-client.ts';
import { draftOnce, type QueryProtocol } from '../../src/aws/query-draft.ts';
import * as operations from '../../src/aws/query-operations.ts';
import { NEVER_REPEATED } from '../../src/aws/retry.ts';
import { readFailure } from '../../src/aws/sdk-failure.ts';
import { readOf, serve } from './query-support.ts';

type Operation = (typeof operations)[keyof typeof operations];

const SETTINGS = { region: 'eu-west-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
const IAM: QueryProtocol = new IAMClient(SETTINGS).config.protocol;
const STS: QueryProtocol = new STSClient(SETTINGS).config.protocol;
const SILENT: QueryProtocol = { deserializeResponse: () => assert.fail('the SDK was asked') };
const ALL: readonly Operation[] = Object.values(operations);
const READ_HERE = ALL.filter(({ answer }) => answer !== undefined);

/** Numbers that follow from a seed: below `limit`. */
function numbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

type Numbers = ReturnType<typeof numbers>;

const pick = <T>(next: Numbers, from: readonly T[]): T => from[next(from.length)] as T;

const TEXTS = [
  '',
  'a',
  'svc-1+=,.@_-',
  'üé',
  '日本😀',
  'a b',
  ' a\nb ',
  'x>y',
  '0',
  'a]]>b',
  '"q"',
];
const DATES = ['2026-01-02T03:04:05Z', '2024-02-29T23:59:59.678Z', '1999-12-31T00:00:00Z'];

/** As AWS writes it. */
function written(shape: Shape, next: Numbers, indent: string): string {
  if (shape === 'text') return pick(next, TEXTS);
  if (shape === 'date') return pick(next, DATES);
  if (shape === 'flag') return pick(next, ['true', 'false']);
  if (shape === 'bytes') return Buffer.from(pick(next, TEXTS)).toString('base64');
  const inner = indent === '' ? '' : `${indent}  `;
  const member = (name: string, each: Shape) =>
    `${inner}<${name}>${written(each, next, inner)}</${name}>`;
  if ('each' in shape) {
    return Array.from({ length: next(3) }, () => member('member', shape.each)).join('') + indent;
  }
  const parts = Object.entries(shape.members).map(([name, each]) => {
    if (next(8) > 0) return member(name, each);
    // Left out, or empty where it may be.
    return each === 'date' || each === 'flag' ? '' : pick(next, ['', `${inner}<${name}/>`]);
  });
  if (next(2) === 0) parts.push(pick(next, UNKNOWN));
  if (next(4) === 0) parts.reverse();
  return parts.join('') + indent;
}

/** What AWS may add on any day. */
const UNKNOWN = [
  '<Novel>a</Novel>',
  '<Novel><member><Marker>&lt;</Marker></member> x </Novel>',
  '<Novel/><Novel/>',
  '<Novel></Novel>',
];

function answerTo({ name, answer }: Operation, next: Numbers): string {
  const indent = pick(next, ['', '\n', '\n  ']);
  const { result, shape } = answer ?? { result: undefined, shape: { members: {} } };
  const read =
    result === undefined
      ? ''
      : `${indent}<${result}>${written(shape.members[result] as Shape, next, indent)}</${result}>`;
  const end = `${indent}<ResponseMetadata>${indent}<RequestId>r-1</RequestId></ResponseMetadata>${indent}`;
  return `<${name}Response xmlns="https://iam.invalid/doc/2010-05-08/">${read}${end}</${name}Response>${indent}`;
}

const CODES = [
  'InvalidClientTokenId',
  'Throttling',
  'NoSuchEntity',
  'AccessDenied',
  'ExpiredToken',
];
const PIECES = [
  ...['<', '>', '/', '</', '/>', '&', '&amp;', '&#65;', '&lt', ' ', '\n', '\r\n', '\t', '"', '='],
  ...['<!-- c -->', '<![CDATA[x]]>', '<?pi?>', '<member>', '</member>', '<Marker>m</Marker>'],
  ...['<IsTruncated>true</IsTruncated>', '<a b="c>d">', '<__proto__>x</__proto__>', ' a="b"'],
  ...[
    '#text',
    '<#text>t</#text>',
    'true',
    '2026-02-30T00:00:00Z',
    '2026-01-02T03:04:05+01:00',
    '\uFEFF',
  ],
];

function refusal(next: Numbers): string {
  const text = pick(next, [...TEXTS, 'The security token included in the request is invalid.']);
  const error = `<Type>Sender</Type><Code>${pick(next, CODES)}</Code><Message>${text}</Message>`;
  const indent = pick(next, ['', '\n  ']);
  return `<ErrorResponse xmlns="https://sts.invalid/doc/2011-06-15/">${indent}<Error>${error}</Error>${indent}<RequestId>r-1</RequestId>${indent}</ErrorResponse>`;
}

/** The text with a few pieces put in, left out or told twice. */
function spoilt(text: string, next: Numbers): string {
  let made = text;
  for (let change = next(3); change >= 0; change -= 1) {
    const at = next(made.length + 1);
    const to = Math.min(made.length, at + next(12));
    const put = pick(next, [pick(next, PIECES), '', made.slice(at, to).repeat(2)]);
    made = made.slice(0, at) + put + made.slice(next(2) === 0 ? to : at);
  }
  return made;
}

function responseOf(status: number, body: string): HttpResponse {
  const headers = { 'x-amzn-requestid': 'r-1', 'content-type': 'text/xml' };
  return new HttpResponse({ statusCode: status, headers, body: Buffer.from(body) });
}

/** All that the rest of the program asks of what was thrown. */
function failureIn(thrown: unknown) {
  const error = thrown as Parameters<typeof isThrottlingError>[0];
  const { $fault, message } = error as { $fault?: string; message: string };
  const kinds = [isThrottlingError, isTransientError, isServerError].map((is) => is(error));
  return { failure: readFailure(thrown), kinds, $fault, message };
}

async function bySdk(operation: Operation, response: HttpResponse) {
  const protocol = operation.name === 'GetCallerIdentity' ? STS : IAM;
  try {
    const read = await protocol.deserializeResponse(operation.schema, {}, response);
    const { $metadata, ...answer } = read as {
      $metadata: { httpStatusCode: number; requestId: string };
    };
    const { httpStatusCode, requestId } = $metadata;
    const { result, shape } = operation.answer ?? { result: undefined, shape: { members: {} } };
    const members = result === undefined ? undefined : shape.members[result];
    return {
      ...(readOf(answer, members ?? { members: {} }) as object),
      $metadata: { httpStatusCode, requestId },
    };
  } catch (thrown) {
    return failureIn(thrown);
  }
}

function byUs(operation: Operation, response: HttpResponse) {
  try {
    return readPlainAnswer<never, object>(operation, response);
  } catch (thrown) {
    return failureIn(thrown);
  }
}

/** Whether it was read here; as the SDK reads it then. */
async function assertSame(operation: Operation, status: number, body: string): Promise<boolean> {
  const ours = byUs(operation, responseOf(status, body));
  if (ours === undefined) return false;
  const theirs = await bySdk(operation, responseOf(status, body));
  assert.deepEqual(ours, theirs, `${operation.name} ${status} ${body}`);
  return true;
}

describe('an answer of AWS', () => {
  for (const operation of READ_HERE) {
    it(`is read here where it is written plainly: ${operation.name}`, async () => {
      for (let seed = 1; seed <= 200; seed += 1) {
        const body = answerTo(operation, numbers(seed));
        assert.ok(await assertSame(operation, 200, body), body);
      }
    });

    it(`means the same when it is spoilt: ${operation.name}`, async () => {
      let read = 0;
      for (let seed = 1; seed <= 3_000; seed += 1) {
        const next = numbers(seed);
        const body = spoilt(answerTo(operation, next), next);
        if (await assertSame(operation, pick(next, [200, 200, 200, 400]), body)) read += 1;
      }
      assert.ok(read > 100, `${read} were read here`);
    });
  }

  for (const operation of [operations.GET_CALLER_IDENTITY, operations.LIST_ACCESS_KEYS]) {
    it(`means the same where it refuses ${operation.name}`, async () => {
      let read = 0;
      for (let seed = 1; seed <= 3_000; seed += 1) {
        const next = numbers(seed);
        const whole = refusal(next);
        const status = pick(next, [400, 403, 404, 429, 500, 503, 200]);
        if (await assertSame(operation, status, whole)) read += 1;
        await assertSame(operation, status, spoilt(whole, next));
      }
      assert.ok(read > 200, `${read} were read here`);
    });
  }

  it('is left to the SDK where it has no schema here, or is not XML', () => {
    const bodies = ['', ' ', '{"message":"no"}', '<html><body>Sign in</body></html>', 'plain text'];
    for (const operation of ALL) {
      for (const status of [200, 204, 301, 400, 403, 404, 500]) {
        for (const body of bodies) {
          assert.equal(byUs(operation, responseOf(status, body)), undefined, `${status} ${body}`);
        }
      }
    }
    const summary =
      '<GetAccountSummaryResponse><GetAccountSummaryResult/></GetAccountSummaryResponse>';
    assert.equal(byUs(operations.GET_ACCOUNT_SUMMARY, responseOf(200, summary)), undefined);
  });

  it('is read here when it comes over the wire', async (test) => {
    const body = answerTo(operations.LIST_ACCESS_KEYS, numbers(1));
    const { endpoint } = await serve(test, (response) => response.end(body));
    const wire = openWire(1, DEFAULT_TIMEOUTS);
    test.after(() => wire.close());
    const drafted = draftOnce((catching) => {
      const client = new IAMClient({ ...SETTINGS, endpoint, ...catching });
      return { client, send: () => client.send(new ListUsersCommand({})) };
    });
    const client = openQueryClient({
      draft: async () => ({ ...(await drafted()), protocol: SILENT }),
      credentials: async () => SETTINGS.credentials,
      wire: wire.shared,
      retries: NEVER_REPEATED,
      emit: () => {},
    });
    const { AccessKeyMetadata } = await client.call(operations.LIST_ACCESS_KEYS, { UserName: 'a' });
    assert.ok(Array.isArray(AccessKeyMetadata));
  });

  it('has no fields that a server made up (prototypes)', () => {
    const body =
      '<GetCallerIdentityResponse><GetCallerIdentityResult><toString>x</toString><constructor/><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>';
    const answer = byUs(operations.GET_CALLER_IDENTITY, responseOf(200, body));
    assert.deepEqual(Object.keys(answer ?? {}), ['Account', '$metadata']);
  });
});
