import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyturnError } from '../base/errors.ts';
import { problemsOf } from './disagreements.ts';
import { refuseProblems } from './refuse-problems.ts';

const PAIR = 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = old/secret';
const P = `[production]\n${PAIR}`;

/** Latin1 text: each character is one byte. */
const ACCEPTED: readonly (readonly [name: string, text: string])[] = [
  ['name = value', `${P}\n`],
  ['name=value', P.replaceAll(' = ', '=')],
  ['tabs around the equals sign', P.replaceAll(' = ', '\t=\t')],
  ['CRLF', `${P}\n`.replaceAll('\n', '\r\n')],
  ['no final end of line', P],
  ['value#x and value;x without a space', P.replace('old/secret', 'old#x;y')],
  ['[production] # comment', P.replace(']', '] # mine')],
  ['an indented header', `  ${P}`],
  ['spaces behind a header', P.replace(']', ']  \t')],
  ['all settings indented alike', P.replaceAll('\naws', '\n  aws')],
  ['quotes inside a secret, which both keep', P.replace('old/secret', 'o"l"d')],
  ['a NUL in another setting, which both keep', `${P}\nnote = a\0b\n`],
  ['a NUL and a bare carriage return in comments', `# a\0b\n${P}\n# c\r# d\n`],
  ['a character that cannot be seen in another profile', `[b]\nnote = a\xe2\x80\x8b\n${P}\n`],
  ['a percent sign', P.replace('old/secret', 'old%(x)s%')],
  ['=, / and + in the secret', P.replace('old/secret', 'o+l/d==')],
  ['an empty value', `${P}\nregion =\n`],
  ['a nested group', `${P}\ns3 =\n  a = b\n\n  ; inside\n  c = d\n`],
  [
    'comments and empty lines anywhere',
    `# a\n\n; b\n${P.replace('\n', '\n# c\n\n  # d\n')}\n# e\n`,
  ],
  ['other characters than ASCII', `# caf\xc3\xa9\n${P}\nnote = \xe2\x9c\x93\n`],
  ['a very long line', `${P}\nnote = ${'x'.repeat(200_000)}\n`],
  ['a very long row of spaces', `${P}\nnote = a${' '.repeat(200_000)}b\n`],
  ['a profile that does not exist', '[bob]\nregion = x\n'],
  ['an empty profile', '[production]\n[bob]\nregion = x\n'],
  ['an empty file', ''],
  ['oddities of another profile', `[bob]\nRegion: x\n[c]\nk = v # note\n  more\n${P}\n`],
  ['[profile production] beside it, which neither takes for it', `[profile production]\n${P}\n`],
];

const REFUSED: readonly (readonly [name: string, text: string, line: number, words: RegExp])[] = [
  ['name: value', `${P}\nregion: x\n`, 4, /":" for "="/],
  ['the pair with colons', P.replaceAll(' =', ':'), 2, /":" for "="/],
  ['names in capitals', `${P}\nREGION = x\n`, 4, /capitals/],
  ['the pair in capitals', P.replace('aws_secret', 'AWS_SECRET'), 3, /capitals/],
  ['a comment behind a value', `${P}\nregion = x # note\n`, 4, /comment behind its value/],
  ['a comment behind the secret', `${P} ; note\n`, 3, /comment behind its value/],
  ['a second setting indented', P.replace('\naws_secret', '\n  aws_secret'), 3, /indented/],
  ['a value continued on the next line', `${P}\n  more\n`, 4, /indented/],
  ['an indented header below less indented settings', `[bob]\nk = v\n  ${P}`, 3, /indented deeper/],
  [
    'a second [production]',
    `${P}\n[bob]\nk = v\n[production]\n`,
    6,
    /begins \[production\] a second time, after line 1/,
  ],
  ['a second section of another profile', `[bob]\n[bob]\n${P}`, 2, /\[bob\] a second time/],
  [
    'a setting twice',
    `${P}\nregion = a\nregion = b\n`,
    5,
    /region in \[production\] a second time/,
  ],
  [
    'a setting twice, but for case',
    `${P}\nregion = a\nREGION = b\n`,
    5,
    /region in \[production\] a second/,
  ],
  ['a byte order mark', `\xef\xbb\xbf${P}`, 1, /byte order mark/],
  [
    'UTF-16',
    [...P].map((letter) => `${letter}\0`).join(''),
    1,
    /UTF-16LE, an encoding that neither/,
  ],
  ['UTF-16 with its mark', `\xff\xfe${[...P].map((c) => `${c}\0`).join('')}`, 1, /encoding/],
  ['a byte that is not UTF-8, in a comment', `${P}\n# caf\xe9\n`, 4, /not UTF-8/],
  ['ends of line that are bare carriage returns', P.replaceAll('\n', '\r'), 1, /carriage return/],
  ['one bare carriage return', `# a\n# b\rc\n${P}`, 2, /carriage return/],
  ['a setting before any section', `region = x\n${P}`, 1, /before any \[profile\] line/],
  ['stray text', `${P}\nremember the milk\n`, 4, /neither a header, a setting nor a comment/],
  ['a merge conflict', `${P}\n<<<<<<< ours\nregion = a\n=======\n`, 4, /conflict marker/],
  ['[DEFAULT]', `${P}\n[DEFAULT]\nregion = x\n`, 5, /gives to production too/],
  ['[__proto__]', `${P}\n[__proto__]\nregion = x\n`, 4, /makes the AWS SDK give up/],
  ['a header with text behind', `[production] mine\n${PAIR}\n`, 1, /text behind the "\]"/],
  ['a group with a line without =', `${P}\ns3 =\n  stray\n`, 4, /s3 has a line without "="/],
  ['a no-break space before a name', P.replace('aws_secret', '\xc2\xa0aws_secret'), 3, /indented/],
  ['a no-break space behind a name', P.replace('_key =', '_key\xc2\xa0='), 3, /plainly enough/],
  ['a form feed before the header', `\f${P}`, 1, /plainly enough.*U\+000C \(form feed\)/],
];

/** What looks odd is not blamed when another line is the guilty one. */
const BLAMED: readonly (readonly [name: string, text: string, line: number, words: RegExp])[] = [
  ['a nested group', `${P}\ns3 =\n  a = b\nregion = x # note\n`, 6, /comment behind/],
  ['a name with capitals in a comment', `${P}\n# Region: x\nregion = x ; y\n`, 5, /comment behind/],
  ['a colon in a value', `${P}\nurl = http://x\n  more\n`, 5, /indented/],
  ['an empty value with a colon', `${P}\nempty:\nREGION = x\n`, 5, /capitals/],
  ['# inside a value', P.replace('old/secret', 'o#l;d').concat('\nregion: x\n'), 4, /":"/],
  ['capitals and spaces in a value', `${P}\nnote = Some Text\n k: v\n`, 5, /indented|":"/],
  ['a junk header of another, empty profile', `[bob] x\n${P}\nRegion = x\n`, 5, /capitals/],
  ['an indented first setting', P.replace('\naws_a', '\n  aws_a').concat(' # note'), 3, /comment/],
  ['oddities of another profile', `[bob]\nk: v\nZ = v # x\n${P}\nregion: x\n`, 7, /":"/],
];

const judged = (text: string) => problemsOf(Buffer.from(text, 'latin1'), ['production']);

describe('a credentials file is edited when both readers understand it:', () => {
  for (const [name, text] of ACCEPTED) {
    it(name, () => assert.deepEqual(judged(text), []));
  }
});

describe('a credentials file is refused with the line and the reason:', () => {
  for (const [name, text, line, words] of REFUSED) {
    it(name, () => {
      const [problem] = judged(text);
      assert.ok(problem);
      assert.match(problem.explanation, words);
      assert.equal(problem.line, line);
    });
  }
});

describe('the guilty line is blamed, not one that only looks odd:', () => {
  for (const [name, text, line, words] of BLAMED) {
    it(name, () => {
      const [problem] = judged(text);
      assert.ok(problem);
      assert.equal(problem.line, line);
      assert.match(problem.explanation, words);
    });
  }
});

describe('a refusal', () => {
  it('names file, line, reason and what to do, and shows no value', () => {
    const bytes = Buffer.from(`${P} # note\n`);
    assert.throws(
      () => refuseProblems('/home/ada/.aws/credentials', bytes, ['production']),
      (error) => {
        assert.ok(error instanceof KeyturnError);
        assert.equal(error.code, 'file-not-understood');
        assert.equal(error.exitCode, 2);
        assert.match(error.message, /^\/home\/ada\/\.aws\/credentials, line 3: this line has a /);
        assert.match(error.hint ?? '', /correct that line by hand.*nothing was changed/);
        assert.doesNotMatch(`${error.message}${error.hint}`, /old\/secret/);
        return true;
      },
    );
  });

  it('speaks of every profile that was asked about', () => {
    const bytes = Buffer.from(`${P}\nregion: x\n[bob]\nRegion = x\n[carol]\nregion = x\n`);
    const problems = problemsOf(bytes, ['production', 'bob', 'carol', 'nobody']);
    assert.deepEqual(
      problems.map(({ line, scope }) => [line, scope]),
      [
        [4, 'profile'],
        [6, 'profile'],
      ],
    );
  });
});
