// The lean client says and understands what the SDK's own does.

import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetAccountAuthorizationDetailsCommand,
  GetAccountSummaryCommand,
  GetCredentialReportCommand,
  GetGroupCommand,
  ListAccessKeysCommand,
  ListGroupsForUserCommand,
  ListUsersCommand,
  ListUserTagsCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import * as operations from '../../src/aws/query-operations.ts';
import { type Both, openBoth, PAIR, type Received, readOf, serve } from './query-support.ts';

const KEY = PAIR.accessKeyId;
/** IAM takes `+=,.@_-` in names; the others must travel unharmed too, if only to be refused. */
const NAMES = [
  'svc-a',
  'a+b=c,d.e@f_g-h',
  'josé müller',
  '~tilde/slash',
  "(it's) 100% *!",
  '日本語😀',
];

interface Pair {
  readonly lean: (both: Both) => Promise<unknown>;
  readonly sdk: (both: Both) => Promise<unknown>;
  readonly result: string;
}

const about = (name: string): readonly (readonly [string, Pair])[] => {
  const user = { UserName: name };
  const key = { ...user, AccessKeyId: KEY };
  const status = { ...key, Status: 'Inactive' as const };
  const details = { Filter: ['User' as const, 'Group' as const], MaxItems: 1000, Marker: name };
  const group = { GroupName: name, MaxItems: 1000, Marker: name };
  const grouped =
    '<Path>/</Path><GroupName>g</GroupName><GroupId>AGPA</GroupId><Arn>arn:aws:iam::123456789012:group/g</Arn><CreateDate>2026-01-02T03:04:05Z</CreateDate>';
  const listed = `<UserName>${KEY}</UserName><AccessKeyId>${KEY}</AccessKeyId><Status>Active</Status><CreateDate>2026-01-02T03:04:05Z</CreateDate>`;
  const person = `<Path>/p+~/é/</Path><UserName>ü&amp;&#x1F600;</UserName><UserId>AIDA</UserId><Arn>arn:aws:iam::123456789012:user/p+~/é/ü</Arn><CreateDate>2026-01-02T03:04:05.678Z</CreateDate>`;
  const pairs: Record<string, Pair> = {
    ListUsers: {
      lean: ({ lean }) => lean.read.call(operations.LIST_USERS, { MaxItems: 7, Marker: name }),
      sdk: ({ iam }) => iam.send(new ListUsersCommand({ MaxItems: 7, Marker: name })),
      result: `<Users><member>${person}</member><member>${person}</member></Users><IsTruncated>true</IsTruncated><Marker>AB+/=~</Marker>`,
    },
    ListAccessKeys: {
      lean: ({ lean }) => lean.read.call(operations.LIST_ACCESS_KEYS, user),
      sdk: ({ iam }) => iam.send(new ListAccessKeysCommand(user)),
      result: `<UserName>a</UserName><AccessKeyMetadata><member>${listed}</member></AccessKeyMetadata><IsTruncated>false</IsTruncated>`,
    },
    GetAccessKeyLastUsed: {
      lean: ({ lean }) => lean.read.call(operations.GET_ACCESS_KEY_LAST_USED, { AccessKeyId: KEY }),
      sdk: ({ iam }) => iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: KEY })),
      result:
        '<UserName>a</UserName><AccessKeyLastUsed><Region>N/A</Region><ServiceName>s3</ServiceName><LastUsedDate>2026-01-02T03:04:05Z</LastUsedDate></AccessKeyLastUsed>',
    },
    CreateAccessKey: {
      lean: ({ lean }) => lean.create.call(operations.CREATE_ACCESS_KEY, user),
      sdk: ({ iam }) => iam.send(new CreateAccessKeyCommand(user)),
      result: `<AccessKey>${listed}<SecretAccessKey>a/b+c=</SecretAccessKey></AccessKey>`,
    },
    UpdateAccessKey: {
      lean: ({ lean }) => lean.update.call(operations.UPDATE_ACCESS_KEY, status),
      sdk: ({ iam }) => iam.send(new UpdateAccessKeyCommand(status)),
      result: '',
    },
    DeleteAccessKey: {
      lean: ({ lean }) => lean.update.call(operations.DELETE_ACCESS_KEY, key),
      sdk: ({ iam }) => iam.send(new DeleteAccessKeyCommand(key)),
      result: '',
    },
    GenerateCredentialReport: {
      lean: ({ lean }) => lean.report.call(operations.GENERATE_CREDENTIAL_REPORT, {}),
      sdk: ({ iam }) => iam.send(new GenerateCredentialReportCommand({})),
      result: '<State>STARTED</State><Description>no report</Description>',
    },
    GetCredentialReport: {
      lean: ({ lean }) => lean.report.call(operations.GET_CREDENTIAL_REPORT, {}),
      sdk: ({ iam }) => iam.send(new GetCredentialReportCommand({})),
      result: `<Content>${Buffer.from('user,arn\nü,a').toString('base64')}</Content><ReportFormat>text/csv</ReportFormat><GeneratedTime>2026-01-02T03:04:05Z</GeneratedTime>`,
    },
    GetAccountAuthorizationDetails: {
      lean: ({ lean }) => lean.report.call(operations.GET_ACCOUNT_AUTHORIZATION_DETAILS, details),
      sdk: ({ iam }) => iam.send(new GetAccountAuthorizationDetailsCommand(details)),
      result: `<UserDetailList><member>${person}</member></UserDetailList><IsTruncated>false</IsTruncated>`,
    },
    GetAccountSummary: {
      lean: ({ lean }) => lean.report.call(operations.GET_ACCOUNT_SUMMARY, {}),
      sdk: ({ iam }) => iam.send(new GetAccountSummaryCommand({})),
      result:
        '<SummaryMap><entry><key>Users</key><value>42</value></entry><entry><key>Roles</key><value>0</value></entry></SummaryMap>',
    },
    GetGroup: {
      lean: ({ lean }) => lean.read.call(operations.GET_GROUP, group),
      sdk: ({ iam }) => iam.send(new GetGroupCommand(group)),
      result: `<Group>${grouped}</Group><Users><member>${person}</member></Users><IsTruncated>true</IsTruncated><Marker>AB+/=~</Marker>`,
    },
    ListGroupsForUser: {
      lean: ({ lean }) => lean.read.call(operations.LIST_GROUPS_FOR_USER, user),
      sdk: ({ iam }) => iam.send(new ListGroupsForUserCommand(user)),
      result: `<Groups><member>${grouped}</member></Groups><IsTruncated>false</IsTruncated>`,
    },
    ListUserTags: {
      lean: ({ lean }) => lean.read.call(operations.LIST_USER_TAGS, { ...user, MaxItems: 100 }),
      sdk: ({ iam }) => iam.send(new ListUserTagsCommand({ ...user, MaxItems: 100 })),
      result:
        '<Tags><member><Key>ü&amp;</Key><Value></Value></member></Tags><IsTruncated>false</IsTruncated>',
    },
    GetCallerIdentity: {
      lean: ({ leanSts }) => leanSts.call(operations.GET_CALLER_IDENTITY, {}),
      sdk: ({ sts }) => sts.send(new GetCallerIdentityCommand({})),
      result: '<Arn>arn:aws:iam::123456789012:user/ü</Arn><UserId>A</UserId><Account>1</Account>',
    },
  };
  return Object.entries(pairs);
};

/** Differs from call to call; that the signature is right, the sandbox checks in every other test. */
const OF_ONE_CALL = [
  'authorization',
  'x-amz-content-sha256',
  'x-amz-date',
  'amz-sdk-invocation-id',
];

/** The order of fields says nothing. The SDK tells in its user agent which strategy repeats. */
function comparable({ line, headers, body }: Received) {
  const left = Object.entries(headers).filter(([name]) => !OF_ONE_CALL.includes(name));
  const scope = /Credential=([^,]+), SignedHeaders=([^,]+)/.exec(headers.authorization ?? '');
  const agent = headers['user-agent']?.replace(/ m\/\S+/, '');
  assert.equal(headers['x-amz-content-sha256'], hash('sha256', body));
  const fields = body.split('&').toSorted();
  const kept: Record<string, unknown> = { ...Object.fromEntries(left), 'user-agent': agent };
  return { line, fields, headers: kept, scope: scope?.slice(1) };
}

function comparableAnswer(answer: unknown, name: string) {
  const { $metadata, ...rest } = answer as { $metadata: Record<string, unknown> };
  const { httpStatusCode, requestId } = $metadata;
  const read = Object.values(operations).find((operation) => operation.name === name)?.answer;
  const members = read?.result === undefined ? undefined : read.shape.members[read.result];
  return {
    answer: members === undefined ? rest : readOf(rest, members),
    httpStatusCode,
    requestId,
  };
}

describe('the lean client beside the SDK', () => {
  it('has a pair for every operation that it knows', () => {
    const known = Object.values(operations).map(({ name }) => name);
    assert.deepEqual(
      about('a')
        .map(([name]) => name)
        .toSorted(),
      known.toSorted(),
    );
  });

  for (const [place, suffix] of [
    ['a host', ''],
    ['a path', '/a/b~c'],
    ['a path and a query', '/a%20b/?x=1&y=%2B'],
  ]) {
    it(`sends the same and reads the same at ${place}`, async (test) => {
      const server = await serve(test, (response, { body }) => {
        const action = new URLSearchParams(body).get('Action') ?? '';
        const result = results.get(action) ?? '';
        response.writeHead(200, { 'content-type': 'text/xml', 'x-amzn-requestid': 'r-1' });
        response.end(
          `<${action}Response xmlns="https://iam.invalid/doc/2010-05-08/">${result === '' ? '' : `<${action}Result>${result}</${action}Result>`}<ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></${action}Response>`,
        );
      });
      const results = new Map(about('a').map(([name, { result }]) => [name, result]));
      for (const credentials of [undefined, { sessionToken: 'a+token/with==' }]) {
        const both = openBoth(test, `${server.endpoint}${suffix}`, {
          ...(credentials !== undefined && { credentials }),
        });
        for (const [name, { lean, sdk }] of NAMES.flatMap(about)) {
          server.received.length = 0;
          const expected = comparableAnswer(await sdk(both), name);
          assert.deepEqual(comparableAnswer(await lean(both), name), expected, name);
          const [theirs, ours] = server.received.map(comparable);
          assert.deepEqual(ours, theirs, name);
        }
      }
    });
  }
});
