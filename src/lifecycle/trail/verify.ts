// Whether a trail is what its writers wrote: each line by itself, in its place in the chain, and against what was
// seen of the trail before. One pass; what is wrong with one line hides nothing that is wrong with another.

import { canonicalJson } from '../../base/canonical-json.ts';
import {
  hashOf,
  newHead,
  parseLine,
  sha256,
  TORN,
  TRAIL_FORMAT,
  type TrailLine,
  trailOf,
} from './line.ts';
import { MerkleRoot } from './merkle.ts';

export type FaultKind =
  /** It is no line of a trail at all. */
  | 'unreadable'
  /** It says what was written, in another spelling. */
  | 'respaced'
  /** Its hash is not the one of what it says. */
  | 'altered'
  /** Lines before it are missing. */
  | 'removed'
  /** It stands there already, or after lines that came later. */
  | 'out-of-place'
  /** It does not follow the line that stands before it. */
  | 'unchained'
  /** It is of another account, or of another trail. */
  | 'foreign'
  /** A newer version wrote it, which this one cannot judge. */
  | 'newer'
  /** It ends before a place at which it was seen. */
  | 'truncated'
  /** It does not begin with what was seen of it. */
  | 'rewritten';

export interface TrailFault {
  readonly kind: FaultKind;
  /** Counted from 1, as an editor does; undefined for what is about the end. */
  readonly line: number | undefined;
  readonly text: string;
}

/** A line as it is kept. */
export interface KeptLine {
  readonly text: string;
  /** Whether its newline stands behind it; always where lines are kept one by one. */
  readonly isEnded: boolean;
}

/** What was seen of a trail before: by a checkpoint, or by an anchor that was noted. */
export interface SeenTrail {
  /** In words, for the fault. */
  readonly by: string;
  readonly trail: string | undefined;
  readonly size: number;
  /** The Merkle root over the first lines, in base64. */
  readonly root?: string | undefined;
  /** The hash of the last of them. */
  readonly head?: string | undefined;
}

export interface TrailVerdict {
  readonly account: string;
  /** Undefined where there is no trail, or its first line is gone. */
  readonly trail: string | undefined;
  /** Numbered lines. */
  readonly lines: number;
  /** Lines that a dying writer left without their end, and that the next writer closed. */
  readonly torn: number;
  /** Whether the last one has no end yet: its writer died or is writing, and the next one closes it. */
  readonly isUnended: boolean;
  readonly first: TrailLine | undefined;
  readonly last: TrailLine | undefined;
  readonly root: string;
  readonly faults: readonly TrailFault[];
}

/** Takes the lines of one account, one after the other. */
export class TrailVerifier {
  readonly #account: string;
  readonly #seen: readonly SeenTrail[];
  readonly #tree = new MerkleRoot();
  readonly #faults: TrailFault[] = [];
  /** Of the trail when it had as many lines as was seen of it. */
  readonly #met = new Set<SeenTrail>();
  #number = 0;
  #next = 0;
  #hash: string | undefined;
  #trail: string | undefined;
  #first: TrailLine | undefined;
  #last: TrailLine | undefined;
  #torn = 0;
  #isUnended = false;
  /** A text that is no line, until the next one says what it is. */
  #open: { readonly text: string; readonly line: number } | undefined;

  constructor(account: string, seen: readonly SeenTrail[] = []) {
    this.#account = account;
    this.#seen = seen;
  }

  take({ text, isEnded }: KeptLine): void {
    this.#number += 1;
    const line = parseLine(text);
    if (line === undefined && !isEnded) {
      this.#isUnended = true;
      return;
    }
    if (line === undefined) {
      this.#closeOpen(undefined);
      this.#open = { text, line: this.#number };
      return;
    }
    this.#closeOpen(line);
    this.#judge(text, line);
    this.#tree.add(text);
    this.#first ??= line;
    this.#last = line;
    this.#compareAt(line);
  }

  verdict(): TrailVerdict {
    this.#closeOpen(undefined);
    for (const seen of this.#seen) {
      if (this.#met.has(seen) || seen.size === 0) continue;
      const text = `${seen.by} saw ${seen.size} lines, and there are ${this.#tree.size}`;
      this.#faults.push({ kind: 'truncated', line: undefined, text });
    }
    return {
      ...{ account: this.#account, trail: this.#trail, lines: this.#tree.size, torn: this.#torn },
      isUnended: this.#isUnended,
      ...{ first: this.#first, last: this.#last, root: this.#tree.root, faults: this.#faults },
    };
  }

  /** What is no line is a torn one if the line after it says so. */
  #closeOpen(after: TrailLine | undefined): void {
    const open = this.#open;
    this.#open = undefined;
    if (after?.step === TORN) {
      if (open !== undefined && after.detail.sha256 === sha256(open.text)) {
        this.#torn += 1;
        return;
      }
      this.#fault(
        'removed',
        `what stood unended before line ${after.seq} of the trail is not there`,
      );
    }
    if (open === undefined) return;
    const what = open.text === '' ? 'an empty line' : 'no line of an audit trail';
    this.#faults.push({ kind: 'unreadable', line: open.line, text: `it is ${what}` });
  }

  #judge(text: string, line: TrailLine): void {
    if (line.v > TRAIL_FORMAT) {
      this.#fault('newer', `it has format ${line.v}, and this version knows ${TRAIL_FORMAT}`);
    } else if (hashOf(line) !== line.hash) {
      this.#fault('altered', `it does not say what was written as line ${line.seq} of the trail`);
    } else if (canonicalJson(line) !== text) {
      this.#fault('respaced', `line ${line.seq} of the trail is spelled in another way`);
    }
    if (line.account !== this.#account) this.#fault('foreign', `it is of account ${line.account}`);
    this.#judgePlace(line);
  }

  #judgePlace(line: TrailLine): void {
    const { seq, prev, hash } = line;
    if (seq < this.#next) {
      this.#fault('out-of-place', `line ${seq} of the trail stands after line ${this.#next - 1}`);
      return;
    }
    if (seq > this.#next) {
      const [from, to] = [this.#next, seq - 1];
      const missing = from === to ? `line ${from} is` : `lines ${from} to ${to} are`;
      this.#fault('removed', `${missing} missing before line ${seq} of the trail`);
    } else if (seq === 0) {
      this.#begin(line);
    } else if (this.#hash !== undefined && prev !== this.#hash) {
      this.#fault('unchained', `line ${seq} of the trail does not follow the one before it`);
    }
    this.#next = seq + 1;
    this.#hash = hash;
  }

  #begin(line: TrailLine): void {
    const trail = trailOf(line);
    if (trail === undefined || line.prev !== newHead(this.#account, trail).hash) {
      this.#fault('foreign', `it does not begin a trail of account ${this.#account}`);
      return;
    }
    this.#trail = trail;
  }

  #compareAt(line: TrailLine): void {
    for (const seen of this.#seen) {
      if (seen.size !== this.#tree.size) continue;
      this.#met.add(seen);
      const isSame =
        (seen.root === undefined || seen.root === this.#tree.root) &&
        (seen.head === undefined || seen.head === line.hash) &&
        (seen.trail === undefined || seen.trail === this.#trail);
      if (isSame) continue;
      const text = `the trail does not begin with the ${seen.size} lines that ${seen.by} saw`;
      this.#fault('rewritten', text);
    }
  }

  #fault(kind: FaultKind, text: string): void {
    this.#faults.push({ kind, line: this.#number, text });
  }
}
