// A file that every AWS tool reads is never refused for an oddity outside the profile. The two real readers
// are the judges: where both read the file, and see the pair as it is written, the edit is possible.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { problemsOf } from '../../src/credentials-file/disagreements.ts';
import { Dice, describeFile, nastyFile, plainFile } from './generator.ts';
import { readByBotocore, readBySdk, skipWithoutBotocore } from './real-parsers.ts';

const FILES = 6_000;
const PAIR = {
  aws_access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const SECTION = [
  '[mine]',
  ...Object.entries(PAIR).map(([name, value]) => `${name} = ${value}`),
  '',
].join('\n');

/** Odd lines in front and behind, as sections of their own. */
function around(dice: Dice): Buffer {
  const before = dice.oneIn(3) ? Buffer.alloc(0) : nastyFile(dice);
  const behind = dice.oneIn(3) ? plainFile(dice) : nastyFile(dice);
  const end = dice.oneIn(8) ? '\r\n' : '\n';
  return Buffer.concat([
    before,
    Buffer.from(`\n${SECTION}`.replaceAll('\n', end)),
    // What is odd begins below a header of its own, or it would be in the profile.
    Buffer.from('[behind]\n'),
    behind,
  ]);
}

it(`${FILES} files with oddities around a plain profile: edited if both real readers see it as it is`, {
  skip: skipWithoutBotocore(),
}, async () => {
  const files = Array.from({ length: FILES }, (_, seed) => ({
    seed,
    bytes: around(new Dice(seed + 5_000_000)),
  }));
  const real = readByBotocore(files.map(({ bytes }) => bytes));
  let sound = 0;
  for (const [index, file] of files.entries()) {
    const cli = real[index]?.sections?.mine;
    const sdk = (await readBySdk(file.bytes))?.mine;
    const isPlain = [cli, sdk].every((read) => {
      return JSON.stringify(read) === JSON.stringify(PAIR);
    });
    const problems = problemsOf(file.bytes, ['mine', 'mine-previous']);
    if (isPlain) {
      sound += 1;
      assert.deepEqual(problems, [], describeFile(file));
    } else {
      assert.ok(problems.length > 0, `${describeFile(file)} ${JSON.stringify([cli, sdk])}`);
    }
  }
  assert.ok(sound > FILES / 10, `${sound} sound files`);
});
