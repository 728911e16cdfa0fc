import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { linesOf, oneLineOf, valueAt, withValues } from './document.ts';

/** A file, and what it becomes when A gets the value NEW. */
const EDITS: readonly (readonly [before: string, after: string])[] = [
  ['A=old', 'A=NEW'],
  ['A=old\n', 'A=NEW\n'],
  ['A=', 'A=NEW'],
  ['A=\nB=1\n', 'A=NEW\nB=1\n'],
  ['export A=old\n', 'export A=NEW\n'],
  ['  A = old  \n', '  A = NEW  \n'],
  ['A="old"\n', 'A="NEW"\n'],
  ["A='old' # c\n", "A='NEW' # c\n"],
  ['A="old"\t# c\r\nB=1\r\n', 'A="NEW"\t# c\r\nB=1\r\n'],
  ['A=old\r\n', 'A=NEW\r\n'],
  ['# A=none\n; A=none\nA=old', '# A=none\n; A=none\nA=NEW'],
  ['B="1\n2"\nA=old\n', 'B="1\n2"\nA=NEW\n'],
  ["B='x\\'\nA=old\n", "B='x\\'\nA=NEW\n"],
  ['B="\\""\nA=old\n', 'B="\\""\nA=NEW\n'],
  ['AA=1\nA.A=2\nA=old\nA-A=3', 'AA=1\nA.A=2\nA=NEW\nA-A=3'],
  ['\u00ef\u00bb\u00bfB=1\nA=old', '\u00ef\u00bb\u00bfB=1\nA=NEW'],
  ['B=\u00e4\u00ff\nA=old\n\n\n', 'B=\u00e4\u00ff\nA=NEW\n\n\n'],
  ['A=ab/cd+ef==\n', 'A=NEW\n'],
];

/** A file in which nobody can tell for every reader what A is, and what is said of it. */
const DOUBTS: readonly (readonly [text: string, doubt: RegExp])[] = [
  ['A=old # c\n', /a # behind its value/],
  ['A= # c\n', /a # behind its value/],
  ['A=a#b\n', /a # or a quote/],
  ['A=a"b\n', /a # or a quote/],
  ['A=a b\n', /a blank/],
  ['A=p$HOME\n', /a \$/],
  ['A="p$HOME"\n', /a \$/],
  ['A=a\\nb\n', /a backslash/],
  ['A="a\\nb"\n', /a backslash/],
  ['A=`old`\n', /backticks/],
  ['A="old\n', /not closed/],
  ['B="1\nA=old\n', /not closed \(line 1\)/],
  ['A="old"x\n', /behind its closing quote/],
  ['A="1\n2"\n', /several lines/],
  ['B="1\nA=old\n2"\n', /inside a quoted value/],
  ['B=1\\\nA=old\n', /ends in a backslash/],
  ['B=1\\\r\nA=old\n', /ends in a backslash/],
  ['B\nA=old\n', /without an = sign/],
  ['\u00ef\u00bb\u00bfA=old\n', /byte order mark/],
];

describe('a .env file', () => {
  for (const [before, after] of EDITS) {
    it(`${JSON.stringify(before)} becomes ${JSON.stringify(after)}`, () => {
      const found = oneLineOf(linesOf(before), 'A');
      assert.equal(found.kind, 'one');
      if (found.kind !== 'one') return;
      assert.equal(withValues(before, [[found.line, 'NEW']]), after);
      const again = oneLineOf(linesOf(after), 'A');
      assert.equal(again.kind === 'one' && valueAt(after, again.line), 'NEW');
    });
  }

  for (const [text, doubt] of DOUBTS) {
    it(`${JSON.stringify(text)} is not touched`, () => {
      const found = oneLineOf(linesOf(text), 'A');
      assert.ok(found.kind === 'doubtful', found.kind);
      assert.match(found.doubt, doubt);
    });
  }

  it('a name that is set twice, or nowhere, is said to be that', () => {
    assert.deepEqual(oneLineOf(linesOf('A=1\nB=2\nexport A=3\n'), 'A'), {
      kind: 'several',
      lines: [1, 3],
    });
    assert.equal(oneLineOf(linesOf('B=1\n#A=2\nA: 3\nA\n'), 'A').kind, 'none');
  });

  it('two values are set at once, in either order', () => {
    const text = 'A=a-long-one\nX=1\nB=short\n';
    const lines = linesOf(text);
    const [a, b] = ['A', 'B'].map((name) => lines.find((line) => line.name === name));
    assert.ok(a !== undefined && b !== undefined);
    const edited = 'A=1\nX=1\nB=22222222\n';
    assert.equal(
      withValues(text, [
        [a, '1'],
        [b, '22222222'],
      ]),
      edited,
    );
    assert.equal(
      withValues(text, [
        [b, '22222222'],
        [a, '1'],
      ]),
      edited,
    );
  });
});
