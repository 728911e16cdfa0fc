import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseCredentialReport, type ReportSlot } from './credential-report.ts';

const generatedAt = new Date('2026-06-01T12:00:00Z');
const HEADER =
  'user,arn,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated';
const ROOT = '<root_account>,arn:aws:iam::123456789012:root,false,N/A,false,N/A';

function parse(...lines: string[]) {
  return parseCredentialReport({ csv: lines.join('\n'), generatedAt });
}

describe('a credential report', () => {
  it('gives the keys of each user, whatever their status and slot', () => {
    const { users, hasRootKey } = parse(
      HEADER,
      ROOT,
      'ada,arn,true,2026-01-02T03:04:05Z,FALSE,2025-01-01T00:00:00+00:00',
      'bob,arn,false,N/A,true,no_information',
      '"cleo,x","arn",false,N/A,false,N/A',
    );
    assert.equal(hasRootKey, false);
    assert.deepEqual(
      users.map(({ name, slots }) => [
        name,
        slots.map(({ isActive, createdAt }) => [isActive, createdAt?.toISOString()]),
      ]),
      [
        [
          'ada',
          [
            [true, '2026-01-02T03:04:05.000Z'],
            [false, '2025-01-01T00:00:00.000Z'],
          ],
        ],
        ['bob', [[true, undefined]]],
        ['cleo,x', []],
      ],
    );
  });

  it('is read by the names of its columns, in any order, with more of them', () => {
    const { users } = parse(
      'access_key_2_last_rotated,additional_credentials_info,user,access_key_1_active,access_key_2_active,access_key_1_last_rotated',
      'N/A,N/A,ada,true,false,2026-01-02T03:04:05Z',
      'N/A,1,bob,true,false,2026-01-02T03:04:05Z',
    );
    assert.deepEqual(
      users.map(({ name, slots, hasMoreKeys }) => [name, slots.length, hasMoreKeys]),
      [
        ['ada', 1, false],
        ['bob', 1, true],
      ],
    );
  });

  it('tells of a key of the root user, and does not take it for an IAM user', () => {
    const report = parse(HEADER, ROOT.replace('false,N/A', 'true,2026-01-02T03:04:05Z'));
    assert.deepEqual([report.hasRootKey, report.users], [true, []]);
  });

  const USED = ['date', 'region', 'service'].map((each) => `access_key_1_last_used_${each}`);
  const at = new Date('2026-05-30T01:02:00Z');
  const USES: readonly (readonly [string, string, ReportSlot['lastUse']])[] = [
    [
      'used',
      '2026-05-30T01:02:00Z,eu-west-1,ec2',
      { used: 'at', at, service: 'ec2', region: 'eu-west-1' },
    ],
    [
      'used with a service that has no region',
      '2026-05-30T01:02:00Z,N/A,s3',
      { used: 'at', at, service: 's3' },
    ],
    ['used, nothing more is told', '2026-05-30T01:02:00Z,N/A,N/A', { used: 'at', at }],
    ['never used since tracking began', 'N/A,N/A,N/A', { used: 'never' }],
    ['no information', 'no_information,N/A,N/A', 'unreadable'],
    ['not supported', 'not_supported,not_supported,not_supported', 'unreadable'],
    ['nothing at all', ',,', 'unreadable'],
    ['a date that is none', 'yesterday,eu-west-1,ec2', 'unreadable'],
    ['a service without a date', 'N/A,N/A,s3', 'unreadable'],
  ];
  for (const [what, fields, expected] of USES) {
    it(`tells the last use of a key: ${what} (I11)`, () => {
      const { users } = parse(
        `${HEADER},${USED.join(',')}`,
        `${ROOT},N/A,N/A,N/A`,
        `ada,arn,true,2026-01-02T03:04:05Z,true,2026-01-02T03:04:05Z,${fields}`,
      );
      // The second slot has no such columns here: what is not told is unknown.
      assert.deepEqual(
        users[0]?.slots.map(({ lastUse }) => lastUse),
        [expected, 'unreadable'],
      );
    });
  }

  const ODD: readonly (readonly [string, ...string[]])[] = [
    ['empty'],
    ['no rows', HEADER],
    ['not CSV', '<html><title>"Sign in"</title>'],
    ['a column missing', HEADER.replace('access_key_2_active', 'key_2'), ROOT],
    ['a column twice', `${HEADER},user`, `${ROOT},x`],
    ['a row cut off', HEADER, ROOT, 'ada,arn,true,2026-01-02T03'],
    ['a comma in a name without quotes', HEADER, ROOT, 'a,b,arn,false,N/A,false,N/A'],
    ['a row without a name', HEADER, ROOT, ',arn,false,N/A,false,N/A'],
    ['a status that is neither', HEADER, ROOT, 'ada,arn,maybe,N/A,false,N/A'],
    ['a date that is none', HEADER, ROOT, 'ada,arn,true,yesterday,false,N/A'],
    ['a day that does not exist', HEADER, ROOT, 'ada,arn,true,2026-13-02T03:04:05Z,false,N/A'],
  ];
  for (const [what, ...lines] of ODD) {
    it(`is not believed when it is odd: ${what} (I11)`, () => {
      assert.throws(() => parse(...lines), { code: 'report-unusable' });
    });
  }

  it('is not believed without the time at which it was made', () => {
    const csv = `${HEADER}\n${ROOT}`;
    assert.throws(() => parseCredentialReport({ csv, generatedAt: new Date(Number.NaN) }), {
      code: 'report-unusable',
    });
  });
});
