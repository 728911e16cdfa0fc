// Whoever changes the audit trail is found: a thousand changes of a dozen kinds, drawn by a seed, each of them alone.
// That the end was cut off, or written anew by somebody who knows how, is found with a checkpoint.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { canonicalJson } from '../../src/base/canonical-json.ts';
import {
  chain,
  chainAll,
  headAfter,
  newHead,
  soundLine,
  type TrailFact,
} from '../../src/lifecycle/trail/line.ts';
import {
  type SeenTrail,
  type TrailVerdict,
  TrailVerifier,
} from '../../src/lifecycle/trail/verify.ts';
import { trailOfTests } from './trail-of-tests.ts';

const TAMPERINGS = 1_000;
const ACCOUNT = '123456789012';
const LINES = trailOfTests(ACCOUNT, 60);

function verdictOf(texts: readonly string[], seen: readonly SeenTrail[] = []): TrailVerdict {
  const verifier = new TrailVerifier(ACCOUNT, seen);
  for (const text of texts) verifier.take({ text, isEnded: true });
  return verifier.verdict();
}

const WHOLE = verdictOf(LINES);

/** What a checkpoint of the whole trail says. */
const SEEN: SeenTrail = {
  by: 'a checkpoint',
  trail: WHOLE.trail,
  size: LINES.length,
  root: WHOLE.root,
};
/** The same of an anchor without the root. */
const NOTED: SeenTrail = {
  ...{ by: 'an anchor', trail: WHOLE.trail, size: LINES.length },
  head: WHOLE.last?.hash,
};

class Dice {
  #state: number;
  constructor(seed: number) {
    this.#state = seed;
  }
  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }
}

interface Tampering {
  readonly texts: readonly string[];
  /** The line at which something must be said, counted from 1; undefined for what is about the end. */
  readonly line?: number;
}

interface Kind {
  readonly name: string;
  readonly needsCheckpoint?: true;
  readonly tamper: (dice: Dice) => Tampering;
}

const KINDS: readonly Kind[] = [
  {
    name: 'a character is another one',
    tamper: (dice) => {
      const index = dice.below(LINES.length);
      const text = lineAt(index);
      const place = dice.below(text.length);
      const other = String.fromCharCode(
        33 + ((text.charCodeAt(place) - 33 + 1 + dice.below(90)) % 94),
      );
      const changed = `${text.slice(0, place)}${other}${text.slice(place + 1)}`;
      return replaced(index, changed === text ? `${text}x` : changed);
    },
  },
  {
    name: 'a line is missing',
    tamper: (dice) => {
      const index = dice.below(LINES.length - 1);
      return { texts: LINES.toSpliced(index, 1), line: index + 1 };
    },
  },
  {
    name: 'several lines are missing',
    tamper: (dice) => {
      const count = 1 + dice.below(20);
      const index = dice.below(LINES.length - count);
      return { texts: LINES.toSpliced(index, count), line: index + 1 };
    },
  },
  {
    name: 'two lines are swapped',
    tamper: (dice) => {
      const [one, other] = two(dice);
      const texts = LINES.with(one, lineAt(other)).with(other, lineAt(one));
      return { texts, line: one + 1 };
    },
  },
  {
    name: 'a line stands there twice',
    tamper: (dice) => {
      const index = dice.below(LINES.length);
      return { texts: LINES.toSpliced(index, 0, lineAt(index)), line: index + 2 };
    },
  },
  {
    name: 'a line is repeated elsewhere',
    tamper: (dice) => {
      const [one, other] = two(dice);
      return { texts: LINES.toSpliced(other + 1, 0, lineAt(one)), line: other + 2 };
    },
  },
  {
    name: 'a line has a space more',
    tamper: (dice) => {
      const index = dice.below(LINES.length);
      const text = lineAt(index);
      const ends = [...text.matchAll(/[,:{](?=")/g)].map((match) => match.index + 1);
      const end = ends[dice.below(ends.length)] ?? 1;
      return replaced(index, `${text.slice(0, end)} ${text.slice(end)}`);
    },
  },
  {
    name: 'the fields of a line are in another order',
    tamper: (dice) => {
      const index = dice.below(LINES.length);
      const entries = Object.entries(JSON.parse(lineAt(index)));
      return replaced(index, JSON.stringify(Object.fromEntries(entries.toReversed())));
    },
  },
  {
    name: 'a line is hashed anew, alone',
    tamper: (dice) => {
      const index = 1 + dice.below(LINES.length - 2);
      return { texts: LINES.with(index, anew(index, 'somebody else')), line: index + 2 };
    },
  },
  {
    name: 'an empty line, or a line of something else',
    tamper: (dice) => {
      const index = dice.below(LINES.length);
      const odd = ['', ' ', '{}', '[]', 'null', '{"step":"torn"}'][dice.below(6)] ?? '';
      return { texts: LINES.toSpliced(index, 0, odd), line: index + 1 };
    },
  },
  {
    name: 'two lines are joined, or one is cut in two',
    tamper: (dice) => {
      const index = dice.below(LINES.length - 1);
      const text = lineAt(index);
      const half = 1 + dice.below(text.length - 1);
      const texts =
        dice.below(2) === 0
          ? LINES.toSpliced(index, 2, `${text}${lineAt(index + 1)}`)
          : LINES.toSpliced(index, 1, text.slice(0, half), text.slice(half));
      return { texts, line: index + 1 };
    },
  },
  {
    name: 'it is the trail of another account, or another trail of this one',
    tamper: (dice) =>
      dice.below(2) === 0
        ? { texts: trailOfTests('999999999999', 20), line: 1 }
        : { texts: [...LINES.slice(0, 1), ...trailOfTests(ACCOUNT, 20).slice(1)], line: 2 },
  },
  {
    name: 'its end is cut off',
    needsCheckpoint: true,
    tamper: (dice) => ({ texts: LINES.slice(0, dice.below(LINES.length)) }),
  },
  {
    name: 'it is written anew from a line on, and goes on',
    needsCheckpoint: true,
    tamper: (dice) => {
      const index = 1 + dice.below(LINES.length - 1);
      return { texts: [...rewritten(index), ...(dice.below(2) === 0 ? [] : more())] };
    },
  },
];

/** All of it chained again from that line on, as somebody does who knows how. */
function rewritten(index: number): readonly string[] {
  const before = soundLine(lineAt(index - 1));
  assert.ok(before);
  const facts = LINES.slice(index).map((text, place) => {
    const fact = factIn(text);
    return place === 0 ? { ...fact, who: 'arn:aws:iam::123456789012:user/nobody' } : fact;
  });
  return [...LINES.slice(0, index), ...chainAll(headAfter(before), facts).texts];
}

function more(): readonly string[] {
  return trailOfTests(ACCOUNT, 3).slice(1);
}

function anew(index: number, who: string): string {
  const { account, seq, prev } = JSON.parse(lineAt(index));
  return chain({ account, next: seq, hash: prev }, { ...factAt(index), who }).text;
}

function factAt(index: number): TrailFact {
  return factIn(lineAt(index));
}

/** What a line tells, without its place in the chain. */
function factIn(text: string): TrailFact {
  const {
    v: _,
    seq: _seq,
    account: _account,
    prev: _prev,
    hash: _hash,
    ...fact
  } = JSON.parse(text);
  return fact;
}

function lineAt(index: number): string {
  const text = LINES[index];
  assert.ok(text !== undefined);
  return text;
}

function replaced(index: number, text: string): Tampering {
  return { texts: LINES.with(index, text), line: index + 1 };
}

function two(dice: Dice): readonly [number, number] {
  const one = dice.below(LINES.length - 1);
  return [one, one + 1 + dice.below(LINES.length - one - 1)];
}

it('the untouched trail is whole, with a checkpoint and without', () => {
  for (const seen of [[], [SEEN], [NOTED], [SEEN, NOTED]]) {
    const { faults, lines, isUnended, torn } = verdictOf(LINES, seen);
    assert.deepEqual(
      { faults, lines, isUnended, torn },
      {
        ...{ faults: [], lines: LINES.length, isUnended: false, torn: 0 },
      },
    );
  }
  const later = [...LINES, ...chainAll(headOf(LINES), [factAt(5)]).texts];
  assert.deepEqual(verdictOf(later, [SEEN, NOTED]).faults, []);
});

function headOf(texts: readonly string[]) {
  const last = soundLine(texts.at(-1) ?? '');
  return last === undefined ? newHead(ACCOUNT, '') : headAfter(last);
}

for (const [index, { name, needsCheckpoint, tamper }] of KINDS.entries()) {
  const turns = Math.ceil(TAMPERINGS / KINDS.length);
  it(`found each of ${turns} times: ${name}`, () => {
    const dice = new Dice(1 + index);
    for (let turn = 0; turn < turns; turn += 1) {
      const { texts, line } = tamper(dice);
      const place = `turn ${turn}`;
      if (needsCheckpoint) {
        // Nobody can tell by the lines alone, and the documents say so.
        if (turn === 0) assert.deepEqual(verdictOf(texts.slice(0, LINES.length)).faults, [], place);
        for (const seen of [SEEN, NOTED]) {
          const found = verdictOf(texts, [seen]).faults.map(({ kind }) => kind);
          assert.ok(
            found.some((kind) => kind === 'truncated' || kind === 'rewritten'),
            place,
          );
        }
        continue;
      }
      const { faults } = verdictOf(texts);
      assert.ok(faults.length > 0, place);
      assert.ok(
        faults.some((fault) => fault.line === line),
        `${place}: line ${line}, and told was ${canonicalJson(faults)}`,
      );
      // A checkpoint hides nothing.
      assert.ok(verdictOf(texts, [SEEN]).faults.length >= faults.length, place);
    }
  });
}
