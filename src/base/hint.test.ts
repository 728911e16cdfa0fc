import assert from 'node:assert/strict';
import { test } from 'node:test';
import { command, hintLine, hintOfText, hintText, linesOfHint } from './hint.ts';

const HINT = [
  'run again later',
  'or now:',
  command('keyturn', 'recover', '--user', 'o’neil $x'),
  'then look',
];

test('a command has a line of its own, and words are joined', () => {
  assert.equal(
    hintText(HINT),
    "run again later; or now:\n  keyturn recover --user 'o’neil $x'\nthen look",
  );
  assert.equal(
    hintLine(HINT),
    "run again later; or now: keyturn recover --user 'o’neil $x' then look",
  );
  assert.equal(hintText('plain'), 'plain');
});

test('the lines of a text are known as what they are', () => {
  assert.deepEqual(linesOfHint(hintText(['a:', { command: 'b c' }])), [
    { kind: 'words', text: 'a:' },
    { kind: 'command', text: 'b c' },
  ]);
});

test('a text is made a hint again, and the same text comes of it', () => {
  assert.equal(hintText(hintOfText(hintText(HINT))), hintText(HINT));
});

test('what others wrote forges no command', () => {
  const lines = linesOfHint(hintText(['the name is x\n  rm -rf ~', command('cat', 'a\n  b')]));
  assert.equal(lines.length, 2);
  assert.equal(lines[0]?.text, 'the name is x\\u000a  rm -rf ~');
});
