// Patterns for names: `svc-*` as in IAM policies, or a regular expression between slashes. Letter case
// counts. Nothing that somebody writes can keep a run busy: globs are matched in linear time, and a regular
// expression that could go on for ever is refused.

import { globMatches } from '../base/glob.ts';
import type { FaultCode } from './fault.ts';

/** What a name is of; a path and a value of a tag may hold what a name may not. */
export type NameKind = 'user' | 'group' | 'path' | 'tag' | 'account';

export interface PatternFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly index?: number;
}

const REGEXP_LENGTH_MAX = 200;
/** Steps grow with the length of a name to this power. */
const REPEATS_MAX = 3;

/** Of a path slashes are a part: `/svc/` is one path, and no regular expression. */
export function isRegExp(pattern: string, kind: NameKind): boolean {
  return kind !== 'path' && pattern.length > 2 && pattern.startsWith('/') && pattern.endsWith('/');
}

export function isLiteral(pattern: string, kind: NameKind): boolean {
  return !isRegExp(pattern, kind) && !/[*?]/.test(pattern);
}

/** Whether it is true of every name. */
export function isEverything(pattern: string, kind: NameKind): boolean {
  return /^\*+$/.test(pattern) || (kind === 'path' && /^\/\*+$/.test(pattern));
}

export function matches(pattern: string, name: string, kind: NameKind): boolean {
  if (isRegExp(pattern, kind)) return new RegExp(pattern.slice(1, -1), 'u').test(name);
  return globMatches(pattern, name);
}

/** Why the pattern can select nobody, or does not say what was meant. */
export function patternFault(pattern: string, kind: NameKind): PatternFault | undefined {
  if (pattern === '')
    return { code: 'bad-value', message: `an empty text is the name of no ${kind}` };
  if (isRegExp(pattern, kind)) return regExpFault(pattern.slice(1, -1));
  if (kind === 'tag') return undefined;
  if (pattern.startsWith('!')) {
    const message = `"${pattern}" begins with "!"; what is left out stands under "not:"`;
    return { code: 'bad-value', message };
  }
  if (kind === 'path') return pathFault(pattern);
  const looksRegular = /^\^|\$$|\\|\[|\(|\|/.test(pattern);
  if (looksRegular) {
    const message = `no ${kind} can be called "${pattern}"; a regular expression stands between slashes, in single quotes: '/${pattern}/'`;
    return { code: 'bad-value', message };
  }
  if (kind === 'account') return undefined;
  if (/^[\w+=,.@*?-]+$/.test(pattern)) return undefined;
  const isSeveral = /^[\w+=,.@*?-]+(?:[\s;]+[\w+=,.@*?-]+)+$/.test(pattern);
  const remedy = isSeveral
    ? `; several names are a list: [${pattern.split(/[\s;]+/).join(', ')}]`
    : '';
  return {
    code: 'bad-value',
    message: `"${pattern}" cannot be the name of a ${kind}, which has letters, digits and _+=,.@-${remedy}`,
  };
}

function pathFault(pattern: string): PatternFault | undefined {
  if (!/^[/*?]/.test(pattern) || !/[/*?]$/.test(pattern) || !/^[\x21-\x7e]+$/.test(pattern)) {
    const inner = pattern.replaceAll(/^\/|\/$/g, '');
    const message = `no path is "${pattern}": one begins and ends with "/", such as "/${inner}/", or "/${inner}/*" with all below`;
    return { code: 'bad-value', message };
  }
  return undefined;
}

function regExpFault(source: string): PatternFault | undefined {
  const fault = (message: string): PatternFault => ({ code: 'bad-value', message });
  if (source.length > REGEXP_LENGTH_MAX) {
    return fault(
      `a regular expression has at most ${REGEXP_LENGTH_MAX} characters, not ${source.length}`,
    );
  }
  let compiled: RegExp;
  try {
    compiled = new RegExp(source, 'u');
  } catch (thrown) {
    const reason = (thrown as Error).message.replace(/^Invalid regular expression: \/.*\/u: /s, '');
    return fault(`/${source}/ is no regular expression: ${reason.toLowerCase()}`);
  }
  if (isExplosive(source)) {
    return fault(
      `/${source}/ could take hours on one name: a group that repeats may not hold another repetition or "|", and at most ${REPEATS_MAX} things repeat`,
    );
  }
  return compiled.test('')
    ? fault(`/${source}/ is true of every name, or of none; say what the name has`)
    : undefined;
}

/** Whether matching could take more than some steps for each character. */
function isExplosive(source: string): boolean {
  // Escapes and classes hold neither groups nor repetitions.
  const bare = source
    .replaceAll(/\\(?:[pP]\{[^}]*\}|u\{[^}]*\}|.)/gu, 'a')
    .replaceAll(/\[[^\]]*\]/g, 'a');
  const repeats = [...bare.matchAll(/[*+]|\{\d+,\d*\}/g)].length;
  if (repeats > REPEATS_MAX || /\\[1-9k]/.test(source)) return true;
  const groups: boolean[] = [];
  for (let at = 0; at < bare.length; at += 1) {
    if (bare[at] === '(') groups.push(false);
    const isRisky = /^(?:[*+|]|\{\d+(?:,\d*)?\})/.test(bare.slice(at));
    if (isRisky) groups.fill(true);
    if (bare[at] !== ')') continue;
    const inner = groups.pop() === true;
    if (inner && /^(?:[*+]|\{\d+(?:,\d*)?\})/.test(bare.slice(at + 1))) return true;
  }
  return false;
}
