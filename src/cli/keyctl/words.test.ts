// Small things that keyctl says: near names, and command lines to paste.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nearest } from '../../base/closest.ts';
import { shellWords } from '../../base/shell-words.ts';
import { visible } from '../terminal/terminal-asker.ts';

const NEAR: readonly (readonly [word: string, known: readonly string[], near: string[]])[] = [
  ['prodction', ['production', 'default'], ['production']],
  ['Production', ['production'], ['production']],
  ['prod', ['production', 'prod-eu', 'dev'], ['production', 'prod-eu']],
  ['team-production', ['production'], ['production']],
  ['a', ['admin', 'default', 'b'], ['b']],
  ['zzzzzz', ['production'], []],
  ['dev', ['dev1', 'dev2', 'dev3', 'dev4'], ['dev1', 'dev2', 'dev3']],
];

for (const [word, known, near] of NEAR) {
  test(`near ${word} of ${known.join(', ')}: ${near.join(', ') || 'none'}`, () => {
    assert.deepEqual(nearest(word, known, 3), near);
  });
}

const PASTED: readonly (readonly [words: readonly string[], line: string])[] = [
  [['keyctl', 'undo', '-t', 'prod'], 'keyctl undo -t prod'],
  [['-t', 'my team'], "-t 'my team'"],
  [['-t', "a'b; rm -rf $HOME"], "-t 'a'\\''b; rm -rf $HOME'"],
  [['-c', '/srv/creds.d/x'], '-c /srv/creds.d/x'],
  [['-c', ''], "-c ''"],
];

for (const [words, line] of PASTED) {
  test(`to paste: ${line}`, () => assert.equal(shellWords(words), line));
}

test('the stretch of a long list that shows always holds the cursor', () => {
  for (let cursor = 0; cursor < 60; cursor += 1) {
    const { from, to } = visible(cursor, 60, 14);
    assert(from >= 0 && to <= 60 && to - from === 14);
    assert(from <= cursor && cursor < to);
  }
  assert.deepEqual(visible(1, 3, 14), { from: 0, to: 3 });
});
