// What the AWS SDK and the AWS CLI read differently, row by row: refused in a profile that is edited,
// a warning in others. Every row is also shown to the readers themselves, so that the table cannot
// be wrong about them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type RealReading,
  readByBotocore,
  readBySdk,
  skipWithoutBotocore,
} from '../../test/credentials-file/real-parsers.ts';
import { KeyturnError } from '../base/errors.ts';
import { type Problem, problemsOf, warningsOf } from './disagreements.ts';
import { refuseProblems } from './refuse-problems.ts';

const PAIR =
  'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG';
const P = `[p]\n${PAIR}\n`;

interface Row {
  readonly name: string;
  readonly text: string | Buffer;
  readonly line: number;
  readonly says: RegExp;
  /** A file that neither can be edited in, or only a profile. */
  readonly scope: 'file' | 'profile';
  readonly profile?: string;
}

const inProfile = (name: string, text: string, line: number, says: RegExp, profile = 'p'): Row => {
  return { name, text, line, says, scope: 'profile', profile };
};
const inFile = (name: string, text: string | Buffer, line: number, says: RegExp): Row => {
  return { name, text, line, says, scope: 'file' };
};

const ROWS: readonly Row[] = [
  inProfile('k: v', `${P}region: eu-west-1\n`, 4, /":" for "="/),
  inProfile('a pair with colons', P.replaceAll(' =', ':'), 2, /":" for "="/),
  inProfile('names with capitals', P.replace('aws_access', 'AWS_ACCESS'), 2, /capitals/),
  inProfile('a comment behind a value', `${P}region = x # y\n`, 4, /comment behind/),
  inProfile('a comment behind the secret', `${P.trim()} ; mine\n`, 3, /comment behind/),
  inProfile('a comment for a value', `${P}region = #none\n`, 4, /comment behind/),
  inProfile('an indented second key', P.replace('aws_secret', '  aws_secret'), 3, /is indented/),
  inProfile('an indented colon line', `${P}region = x\n  a: b\n`, 5, /":" for "="/),
  inProfile('a longer value', `${P}region = x\n  y\n`, 5, /is indented/),
  inProfile(
    'a group in an indented section',
    `[p]\n s3 =\n  a = b\n c = d\n`,
    4,
    /part of that group/,
  ),
  inProfile('a pair that is a group', `${P}aws_session_token =\n  a = b\n`, 4, /deeper lines/),
  inProfile(
    'a space in the name',
    P.replace('[p]', '[my prof]'),
    1,
    /space in its name/,
    'my prof',
  ),
  inProfile('[profile x]', P.replace('[p]', '[profile p]'), 1, /must be \[p\]/),
  inProfile('text behind the name', P.replace('[p]', '[p] here'), 1, /text behind/),
  inProfile('a bracket in a comment', P.replace('[p]', '[p] # see [q]'), 1, /"\]" in its comment/),
  inProfile('a comment in the name', P.replace('[p]', '[p ;q]'), 1, /"#" or ";"/, 'p ;q'),
  inProfile('an indented name', `[a]\nregion = x\n  ${P}`, 3, /indented deeper/),
  inProfile('[DEFAULT] that leaks', `[DEFAULT]\nregion = x\n${P}`, 2, /every|to p too/),
  inProfile('[DEFAULT] itself', `[DEFAULT]\nregion = x\n${P}`, 1, /is \[DEFAULT\]/, 'DEFAULT'),
  inProfile('a name of JavaScript', P.replace('[p]', '[valueOf]'), 1, /JavaScript/, 'valueOf'),
  inProfile('a non-breaking space', `${P}region\u00a0x = y\u0085\n`, 4, /read differently/),
  inFile('a duplicate section', `${P}[q]\nregion = x\n[p]\nregion = y\n`, 6, /\[p\] a second time/),
  inFile('a duplicate key', `${P}region = x\nregion = y\n`, 5, /region in \[p\] a second time/),
  inFile('a duplicate key by case', `${P}AWS_ACCESS_KEY_ID = x\n`, 4, /second time/),
  inFile('a byte order mark', `\ufeff${P}`, 1, /byte order mark/),
  inFile('UTF-16', Buffer.from(`\ufeff${P}`, 'utf16le'), 1, /UTF-16/),
  inFile('UTF-16 without a mark', Buffer.from(P, 'utf16le'), 1, /UTF-16LE/),
  inFile('a byte that is not UTF-8', Buffer.from(`${P}# caf\xe9\n`, 'latin1'), 4, /not UTF-8/),
  inFile('carriage returns only', P.replaceAll('\n', '\r'), 1, /bare carriage return/),
  inFile('a stray line', `${P}stray\n`, 4, /neither a header/),
  inFile('a stray line in another profile', `[q]\nstray\n${P}`, 2, /neither a header/),
  inFile('a key before any profile', `region = x\n${P}`, 1, /before any \[profile\]/),
  inFile('conflict markers', `${P}<<<<<<< HEAD\nregion = x\n=======\n`, 4, /conflict marker/),
  inFile('a conflict marker on top', `<<<<<<< HEAD\n${P}`, 1, /merge conflict/),
  inFile('a group without "="', `${P}s3 =\n  nothing\n`, 4, /s3 has a line without/),
  inFile('__proto__', `${P}[__proto__]\nregion = x\n`, 4, /AWS SDK give up/),
];

const SOUND: Readonly<Record<string, string>> = {
  'k = v': P,
  'k=v': P.replaceAll(' = ', '='),
  tabs: P.replaceAll(' = ', '\t=\t'),
  CRLF: P.replaceAll('\n', '\r\n'),
  'no final newline': P.trim(),
  'v#x and v;x': `${P}region = v#x;y\n`,
  'a comment behind the name': P.replace('[p]', '[p] # c'),
  'an indented file': P.replace(/^(?=.)/gm, '  '),
  'spaces at the ends': P.replaceAll('\n', '  \n'),
  quotes: `${P}region = "x"\n`,
  percent: `${P}region = 100%\n`,
  'a group': `${P}s3 =\n  max_concurrent_requests = 20\n`,
  'an empty setting': `${P}region =\n`,
  'comments anywhere': `# a: b\n\n${P}  ; c = d\n#[x]\n`,
  UTF: `# größe\n${P}`,
  '[ p ]': `${P}[ p ]\nregion = x\n`,
};

const bytesOf = ({ text }: Pick<Row, 'text'>): Buffer => Buffer.from(text as string);

function settings(read: RealReading, profile: string): Readonly<Record<string, string>> {
  const entries = Object.entries(read?.[profile] ?? {}).filter(([, value]) => value !== '');
  return Object.fromEntries(entries);
}

describe('what the AWS SDK and the AWS CLI read differently is refused with its line', () => {
  for (const row of ROWS) {
    it(row.name, () => {
      const profile = row.profile ?? 'p';
      const [first] = problemsOf(bytesOf(row), [profile]);
      assert.ok(first, 'no problem found');
      assert.match(first.explanation, row.says);
      assert.deepEqual([first.line, first.scope], [row.line, row.scope]);
      assert.throws(
        () => refuseProblems('/home/ada/.aws/credentials', bytesOf(row), [profile]),
        (thrown) => {
          assert.ok(thrown instanceof KeyturnError && thrown.code === 'file-not-understood');
          assert.equal(thrown.exitCode, 2);
          assert.match(
            thrown.message,
            new RegExp(`^/home/ada/.aws/credentials, line ${row.line}\\b`),
          );
          assert.match(thrown.hint ?? '', /nothing was changed/);
          return true;
        },
      );
    });
  }

  for (const [name, text] of Object.entries(SOUND)) {
    it(`and this is fine: ${name}`, () =>
      assert.deepEqual(problemsOf(Buffer.from(text), ['p']), []));
  }

  it('a profile of the config file kept here is no obstacle for others', () => {
    const text = `[services x]\ns3 =\n  endpoint_url = http://host.invalid\n${P}`;
    assert.deepEqual(problemsOf(Buffer.from(text), ['p']), []);
  });

  it('the table is right about the AWS SDK and botocore themselves', {
    skip: skipWithoutBotocore(),
  }, async () => {
    const rows = ROWS.filter(({ profile }) => profile !== 'valueOf');
    const readings = readByBotocore(rows.map(bytesOf));
    for (const [index, row] of rows.entries()) {
      const cli = readings[index]?.sections;
      const sdk = (await readBySdk(bytesOf(row))) ?? {};
      const profile = row.profile ?? 'p';
      const isSame =
        JSON.stringify(settings(sdk, profile)) === JSON.stringify(settings(cli, profile));
      const isNeither = sdk[profile] === undefined && cli?.[profile] === undefined;
      const isTaken = /that is a group/.test(row.name);
      assert.ok(cli === undefined || !isSame || isNeither || isTaken, `${row.name}: read alike`);
    }
  });
});

describe('oddness in other profiles', () => {
  const others = ROWS.filter(({ scope, profile }) => scope === 'profile' && profile === 'p');

  it('is a warning with its line, not an obstacle', () => {
    for (const row of others) {
      // [DEFAULT] reaches into all of them.
      if (/DEFAULT/.test(row.name)) continue;
      const bytes = Buffer.from(`[mine]\n${PAIR}\n${row.text}`);
      assert.deepEqual(problemsOf(bytes, ['mine']), [], row.name);
      if (/\[profile x\]/.test(row.name)) continue;
      const warnings = warningsOf(bytes, ['mine']);
      const isMeant = (each: Problem) =>
        each.line === row.line + 3 && row.says.test(each.explanation);
      assert.ok(warnings.some(isMeant), `${row.name}: ${JSON.stringify(warnings)}`);
    }
  });

  it('a [DEFAULT] whose settings a profile has itself does not touch that profile', () => {
    const bytes = Buffer.from(`[DEFAULT]\nregion = x\n${P}region = y\n`);
    assert.deepEqual(problemsOf(bytes, ['p']), []);
    assert.equal(warningsOf(bytes, ['p']).length, 1);
  });
});

it('I8: no explanation repeats what could be a secret', () => {
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  const spots = [
    `${P}${secret}\n`,
    `${P}${secret} = x\n${secret} = y\n`,
    `${P}${secret}: x\n`,
    `${P}region = ${secret} # ${secret}\n`,
    `${P}${secret.toUpperCase()} = x\n`,
    `${P}${secret} =\n  nothing\n`,
    `${secret}\n`,
    `[p]\n  a = b\n${secret} = 1\n    ${secret}\n`,
  ];
  for (const text of spots) {
    const problems = problemsOf(Buffer.from(text), ['p']);
    assert.ok(problems.length > 0, text);
    const said = JSON.stringify([...problems, ...warningsOf(Buffer.from(text), [])]).toLowerCase();
    assert.ok(!said.includes(secret.slice(0, 8).toLowerCase()), said);
  }
});
