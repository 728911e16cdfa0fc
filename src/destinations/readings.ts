// Everything that a reader could make of a text, to find what must not stay in it (I14): JSON at any depth,
// JSON or INI in a string of JSON, escapes, base64, hexadecimal, a value that is broken over lines. Too many readings
// cost time; one too few leaves a reader with a dead key.

import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';
import type { Secret } from '../base/secret.ts';

/** So deep is text looked for inside text. */
const DEPTH_MAX = 6;

/** The text itself, and every text that can be read out of it. */
export function readingsOf(text: string): ReadonlySet<string> {
  const found = new Set<string>();
  let layer = [text];
  for (let depth = 0; depth <= DEPTH_MAX && layer.length > 0; depth += 1) {
    const fresh = layer.filter((each) => !found.has(each));
    for (const each of fresh) found.add(each);
    layer = fresh.flatMap(readOnce);
  }
  return found;
}

/** Those of several texts, one after the other. */
export function readingsOfAll(texts: readonly Secret[]): string[] {
  return texts.flatMap((text) => [...readingsOf(text.reveal())]);
}

/** Whether the words can be read out of one of the texts. */
export function canBeRead(words: string, texts: readonly Secret[]): boolean {
  return texts.some((text) => some(readingsOf(text.reveal()), (each) => each.includes(words)));
}

export function some(texts: ReadonlySet<string>, is: (text: string) => boolean): boolean {
  for (const text of texts) if (is(text)) return true;
  return false;
}

/** The IDs of IAM's long-term keys that stand in the texts. */
export function keyIdsIn(readings: Iterable<string>): AccessKeyId[] {
  const found = new Set<AccessKeyId>();
  for (const text of readings) {
    for (const [id] of text.matchAll(/(?<![A-Za-z\d])AKIA[A-Z\d]{12,28}(?![A-Za-z\d])/g)) {
      if (isAccessKeyId(id)) found.add(id);
    }
  }
  return [...found];
}

function readOnce(text: string): string[] {
  return [
    ...stringsOfJson(text),
    ...unescaped(text),
    ...joinedLines(text),
    ...base64In(text),
    ...hexadecimalIn(text),
  ].filter((each) => each !== text && each !== '');
}

/** Names and values alike. */
function stringsOfJson(text: string): string[] {
  if (!/^\s*[[{"]/.test(text)) return [];
  const found: string[] = [];
  const collect = (value: unknown): void => {
    if (typeof value === 'string') found.push(value);
    else if (Array.isArray(value)) value.forEach(collect);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, inner] of Object.entries(value)) {
        found.push(name);
        collect(inner);
      }
    }
  };
  try {
    // Of a name that stands twice the parser gives the last value; the text itself has both.
    collect(JSON.parse(text));
  } catch {
    return [];
  }
  return found;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Escapes of JSON, of shells and of URLs, each for itself. */
function unescaped(text: string): string[] {
  const found: string[] = [];
  if (text.includes('\\')) {
    found.push(
      text.replaceAll(/\\(?:u([\da-f]{4})|x([\da-f]{2})|(.))/gis, (_, unicode, hex, plain) =>
        plain === undefined
          ? String.fromCharCode(Number.parseInt(unicode ?? hex, 16))
          : (SHORT_ESCAPES[plain] ?? plain),
      ),
    );
  }
  if (/%[\da-f]{2}/i.test(text)) {
    found.push(
      text.replaceAll(/%([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    );
  }
  if (/&#?\w+;/.test(text)) {
    found.push(
      text.replaceAll(/&#(?:x([\da-f]+)|(\d+));/gi, (_, hex, decimal) =>
        String.fromCharCode(Number.parseInt(hex ?? decimal, hex === undefined ? 10 : 16)),
      ),
    );
  }
  return found;
}

/** A value may be folded: what stands on two lines is read as one. */
function joinedLines(text: string): string[] {
  return /\s/.test(text) ? [text.replaceAll(/\s+/g, '')] : [];
}

/** What stands before it, of the same letters, moves the beginning of each four by so many. */
const ALIGNMENTS = [0, 1, 2, 3];

function base64In(text: string): string[] {
  const runs = text.match(/[A-Za-z\d+/_-]{20,}={0,2}/g) ?? [];
  return runs.flatMap((run) =>
    ALIGNMENTS.flatMap((start) => textsIn(Buffer.from(run.slice(start), 'base64'))),
  );
}

function hexadecimalIn(text: string): string[] {
  const runs = text.match(/(?:[\da-f]{2}){16,}/gi) ?? [];
  return runs.flatMap((run) => textsIn(Buffer.from(run, 'hex')));
}

/**
 * What is written in bytes need not be text from end to end: a NUL parts user and password of SMTP, and Windows
 * writes two bytes a character.
 */
function textsIn(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const found = text.includes('\0') ? [text, text.replaceAll('\0', '')] : [text];
  return found.filter(hasWords).map((each) => each.replaceAll(/[^\t\n\r\x20-\x7e]/g, '\n'));
}

function hasWords(text: string): boolean {
  return /[\t\n\r\x20-\x7e]{12}/.test(text);
}
