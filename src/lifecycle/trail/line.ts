// One line of the audit trail: canonical JSON (RFC 8785), chained by SHA-256 to the line before it. Whoever changes
// a line changes its hash, and with it every line after it. Both stores keep the same bytes.

import { hash as digest } from 'node:crypto';
import { canonicalJson } from '../../base/canonical-json.ts';

/** What stands in a line as it is: numbers are whole ones, so that every reader writes them alike. */
export type TrailValue =
  | string
  | number
  | boolean
  | null
  | readonly TrailValue[]
  | { readonly [name: string]: TrailValue };

/** What a line tells; null where something is not known, or does not apply. */
export interface TrailFact {
  /** ISO 8601 UTC: when it happened, by the clock of the machine that did it. */
  readonly time: string;
  /** Which run of a command did it: a random ID of the process. */
  readonly run: string;
  /** The ARN of whoever signed the calls. */
  readonly who: string | null;
  readonly user: string | null;
  /** The keys that it is about: the old one first. */
  readonly keys: readonly string[];
  readonly rotation: string | null;
  readonly plan: string | null;
  readonly step: string;
  readonly reason: string | null;
  /** The ID that AWS gave the request; CloudTrail has it too. */
  readonly request: string | null;
  readonly detail: { readonly [name: string]: TrailValue };
  /** SHA-256 of the record of the journal that it was made from. */
  readonly record: string | null;
}

export interface TrailLine extends TrailFact {
  readonly v: number;
  readonly seq: number;
  readonly account: string;
  /** The hash of the line before it; of the first one a hash of account and trail. */
  readonly prev: string;
  readonly hash: string;
}

export const TRAIL_FORMAT = 1;

const LINE_DOMAIN = 'keyturn-audit-line/1\n';
const TRAIL_DOMAIN = 'keyturn-audit-trail/1\n';

/** The step of the first line, which names the trail. */
export const BEGAN = 'trail-began';
/** The line that ends one which a dying writer left without its end. */
export const TORN = 'torn';

/** Where the chain stands. */
export interface TrailHead {
  readonly account: string;
  /** The number of the next line. */
  readonly next: number;
  readonly hash: string;
}

/** Before the first line of a trail, so that no trail passes for the one of another account. */
export function newHead(account: string, trail: string): TrailHead {
  return { account, next: 0, hash: sha256(`${TRAIL_DOMAIN}${account}\n${trail}`) };
}

/** The next line as it is kept, without its newline, and the head after it. */
export function chain(
  head: TrailHead,
  fact: TrailFact,
): { readonly text: string; readonly head: TrailHead } {
  const { account, next: seq, hash: prev } = head;
  // By the names of the fields; each is written once, for the hash and for the line.
  const before = `"account":${json(account)},"detail":${canonicalJson(fact.detail)}`;
  const after =
    `"keys":${json(fact.keys)},"plan":${json(fact.plan)},"prev":${json(prev)}` +
    `,"reason":${json(fact.reason)},"record":${json(fact.record)},"request":${json(fact.request)}` +
    `,"rotation":${json(fact.rotation)},"run":${json(fact.run)},"seq":${seq}` +
    `,"step":${json(fact.step)},"time":${json(fact.time)},"user":${json(fact.user)}` +
    `,"v":${TRAIL_FORMAT},"who":${json(fact.who)}`;
  const hash = sha256(`${LINE_DOMAIN}{${before},${after}}`);
  const text = `{${before},"hash":"${hash}",${after}}`;
  return { text, head: { account, next: seq + 1, hash } };
}

/** Of texts and of lists of them, which canonical JSON writes as they are. */
function json(value: string | readonly string[] | null): string {
  return JSON.stringify(value);
}

/** Several lines. */
export function chainAll(
  head: TrailHead,
  facts: readonly TrailFact[],
): { readonly texts: readonly string[]; readonly head: TrailHead } {
  const texts: string[] = [];
  let now = head;
  for (const fact of facts) {
    const { text, head: after } = chain(now, fact);
    texts.push(text);
    now = after;
  }
  return { texts, head: now };
}

/** The hash that the line should have. */
export function hashOf(line: Omit<TrailLine, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...open } = line;
  return sha256(`${LINE_DOMAIN}${canonicalJson(open)}`);
}

/** What JSON makes of the text, if it has the fields of a line; whether its hash is right is another question. */
export function parseLine(text: string): TrailLine | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isLine(parsed) ? parsed : undefined;
}

/** A line that is what its writer wrote. */
export function soundLine(text: string): TrailLine | undefined {
  const line = parseLine(text);
  if (line === undefined || canonicalJson(line) !== text) return undefined;
  return hashOf(line) === line.hash ? line : undefined;
}

/** The head that follows the line. */
export function headAfter({ account, seq, hash }: TrailLine): TrailHead {
  return { account, next: seq + 1, hash };
}

/** The name of the trail that a first line begins. */
export function trailOf({ step, detail }: TrailLine): string | undefined {
  return step === BEGAN && typeof detail.trail === 'string' ? detail.trail : undefined;
}

const TEXTS = ['time', 'run', 'step', 'account', 'prev', 'hash'] as const;
const TEXTS_OR_NULL = [
  ...['who', 'user', 'rotation', 'plan', 'reason', 'request', 'record'],
] as const;

function isLine(value: unknown): value is TrailLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const line = value as Record<string, unknown>;
  const isText = (name: string) => typeof line[name] === 'string';
  return (
    TEXTS.every(isText) &&
    TEXTS_OR_NULL.every((name) => line[name] === null || isText(name)) &&
    Number.isSafeInteger(line.v) &&
    Number.isSafeInteger(line.seq) &&
    Array.isArray(line.keys) &&
    line.keys.every((key) => typeof key === 'string') &&
    typeof line.detail === 'object' &&
    line.detail !== null
  );
}

export function sha256(text: string): string {
  return digest('sha256', text);
}
