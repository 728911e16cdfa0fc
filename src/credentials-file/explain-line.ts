// Which line is to blame for a difference between the two readings, in words for its owner.

import type { Mend } from './foreign-file.ts';
import { firstUnseen } from './odd-characters.ts';
import { typeAnew } from './odd-line.ts';
import { sayable } from './reading.ts';

/** A setting that is not the same in both readings, with the lines to look at. */
export interface Difference {
  readonly profile: string;
  readonly setting: string;
  readonly seenBy: 'sdk' | 'cli' | 'both';
  readonly lines: readonly number[];
  /** Undefined where that reader knows nothing of the profile. */
  readonly headers: { readonly sdk: number | undefined; readonly cli: number | undefined };
}

export interface Suspicion {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, where one character is to blame. */
  readonly column?: number | undefined;
  /** Ends the sentence "line N …". */
  readonly explanation: string;
  readonly mend?: Mend | undefined;
}

interface Suspect {
  readonly shape: RegExp;
  readonly explanation: string;
  readonly mend?: Mend;
}

/** Tried in order on the header of a profile that only one reader knows. */
const HEADERS: readonly Suspect[] = [
  {
    shape: /^\s*\[[^\]]*\]\s*[#;].*\]/,
    explanation: 'has a "]" in its comment, which the AWS CLI takes for the end of the name',
  },
  {
    shape: /^\s*\[.*\]\s*[^\s#;\]]/,
    explanation: 'has text behind the "]", so that the AWS SDK does not take it for a profile',
  },
  {
    shape: /^\s*\[.*[#;].*\]/,
    explanation: 'has a "#" or ";" in the name, which the AWS SDK takes for a comment',
  },
  {
    shape: /^\s*\[(?:profile|sso-session|services)\s/,
    explanation: 'is spelled as in the config file; the credentials file has plain names',
  },
  {
    shape: /^\s*\[.*\s.*\]/,
    explanation: 'has a space in its name: the AWS SDK skips such a profile',
    mend: () =>
      'write the name with a hyphen for the space, here and wherever the profile is named',
  },
  {
    shape: /^\s+\[/,
    explanation:
      'is indented deeper than the line above, so that the AWS CLI adds it to that value',
  },
];

/** Tried in order on the lines of a setting. */
const SETTINGS: readonly Suspect[] = [
  {
    shape: /^\s*[^\s=:#;[][^=:]*:/,
    explanation: 'has ":" for "=", which the AWS SDK does not read',
  },
  {
    shape: /^\s*[^=:]*[A-Z][^=:]*=/,
    explanation: 'has a name with capitals, which the AWS SDK takes for another name',
  },
  {
    shape: /=(?:.*\s)?[#;]/,
    explanation: 'has a comment behind its value, which the AWS CLI takes for part of the value',
  },
];

/** A byte order mark is a space to the SDK alone. */
const INDENTED: Suspect = {
  shape: /^[^\S\ufeff]+\S/,
  explanation: 'is indented, so that the AWS CLI adds it to the value above',
};

/** To the SDK a group such as `s3 =` ends at a line without any indentation. */
const IN_GROUP: Suspect = {
  shape: /^\s+\S/,
  explanation: 'is indented below a group, so that the AWS SDK takes it for a part of that group',
};

/** `lines` are all lines of the file, as a person reads them. */
export function explain(difference: Difference, lines: readonly string[]): Suspicion {
  const { headers, profile, setting } = difference;
  if (headers.sdk === undefined || headers.cli === undefined) {
    const line = headers.cli ?? headers.sdk ?? 1;
    const known = find(HEADERS, [line], lines);
    const reader = headers.sdk === undefined ? 'AWS CLI' : 'AWS SDK';
    return known ?? { line, explanation: `begins a profile that only the ${reader} sees` };
  }
  const candidates = difference.lines.length > 0 ? difference.lines : [headers.cli];
  const leaked = candidates.find((line) => headerAbove(line, lines) === '[DEFAULT]');
  if (leaked !== undefined) {
    const explanation = `is in [DEFAULT], whose settings the AWS CLI gives to ${profile} too`;
    return { line: leaked, explanation };
  }
  const below = candidates.flatMap((line) => deeperBelow(line, lines));
  const isInGroup = difference.seenBy === 'cli' || setting.includes('.');
  const found =
    find(SETTINGS, candidates, lines) ??
    find(SETTINGS.slice(0, 1), below, lines) ??
    find([isInGroup ? IN_GROUP : INDENTED], [...below, ...candidates], lines);
  const differs = `sets ${sayable(setting)}, which the AWS SDK and the AWS CLI read differently`;
  return found ?? named(candidates[0] ?? headers.cli, lines, differs);
}

function find(
  suspects: readonly Suspect[],
  candidates: readonly number[],
  lines: readonly string[],
): Suspicion | undefined {
  for (const { shape, explanation, mend } of suspects) {
    const line = candidates.find((number) => shape.test(lines[number - 1] ?? ''));
    if (line !== undefined) return named(line, lines, explanation, mend);
  }
  return undefined;
}

/** With the character that does not show, if the line has one. */
function named(
  line: number,
  lines: readonly string[],
  explanation: string,
  mend?: Mend,
): Suspicion {
  const odd = firstUnseen(lines[line - 1] ?? '');
  if (odd === undefined) return { line, explanation, mend };
  const { column, name } = odd;
  return { line, column, explanation: `${explanation}; it has ${name}`, mend: typeAnew };
}

/** Lines under a setting that are indented deeper; comments and empty lines do not count. */
function deeperBelow(line: number, lines: readonly string[]): number[] {
  const indent = (text: string): number => text.length - text.trimStart().length;
  const found: number[] = [];
  const own = indent(lines[line - 1] ?? '');
  for (let number = line + 1; number <= lines.length; number += 1) {
    const text = lines[number - 1] ?? '';
    if (/^\s*(?:[#;].*)?$/.test(text)) continue;
    if (indent(text) <= own) break;
    found.push(number);
  }
  return found;
}

function headerAbove(line: number, lines: readonly string[]): string | undefined {
  const above = lines.slice(0, line).findLast((text) => /^\s*\[/.test(text));
  return above?.trim().replace(/\].*$/, ']');
}
