// Where the AWS SDK and the AWS CLI would read a file differently, or not at all. An editor that
// wrote such a file would please one of them and mislead the other, so it refuses, with the line.

import { documentOf, sectionOf, settingsOf } from './document.ts';
import { decoded, joinLines, type Line, splitLines } from './lines.ts';
import { KEY_ID, SECRET, SESSION_TOKENS } from './names.ts';
import { readLikeBotocore } from './read-like-botocore.ts';
import { FATAL_HEADERS, readLikeSdk } from './read-like-sdk.ts';
import type { ReadFile, Settings } from './reading.ts';

export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  /** Ends the sentence "line N …". */
  readonly explanation: string;
  /** Whether the file as a whole is affected, or only the profile that was asked about. */
  readonly scope: 'file' | 'profile';
}

/**
 * What keeps the profiles from being edited safely; empty when both readers agree about them. A
 * profile that does not exist is no problem.
 */
export function problemsOf(bytes: Buffer, profiles: readonly string[]): Problem[] {
  const lines = splitLines(bytes);
  const asWhole = fileProblem(bytes, lines);
  if (asWhole !== undefined) return [asWhole];
  const cli = readLikeBotocore(bytes);
  if (cli.kind === 'unreadable') {
    const { line, reason } = cli;
    return [
      { line, explanation: `stops the AWS CLI from reading the file: ${reason}`, scope: 'file' },
    ];
  }
  const sdk = readLikeSdk(bytes);
  return profiles.flatMap((profile) => profileProblem(profile, lines, sdk, cli) ?? []);
}

function fileProblem(bytes: Buffer, lines: readonly Line[]): Problem | undefined {
  for (const { isGuilty, explanation } of FILE_RULES) {
    const index = lines.findIndex(isGuilty);
    if (index !== -1) return { line: index + 1, explanation, scope: 'file' };
  }
  // Some UTF-16 is valid UTF-8 with empty characters in it.
  return bytes.includes(0)
    ? { line: 1, explanation: 'belongs to a file in another encoding than UTF-8', scope: 'file' }
    : undefined;
}

interface FileRule {
  readonly isGuilty: (line: Line) => boolean;
  readonly explanation: string;
}

/** Lines that spoil the file for all profiles, tried in this order. */
const FILE_RULES: readonly FileRule[] = [
  {
    isGuilty: ({ text }) => text.includes('\0'),
    explanation: 'holds a NUL character: the file is damaged, or in another encoding than UTF-8',
  },
  {
    isGuilty: ({ end }) => end === '\r',
    explanation: 'ends in a bare carriage return, which the AWS SDK does not take for an end',
  },
  {
    isGuilty: ({ text }) => decoded(text).trim().startsWith('[DEFAULT]'),
    explanation: 'is [DEFAULT], whose settings the AWS CLI gives to every profile',
  },
  {
    isGuilty: ({ text }) =>
      FATAL_HEADERS.some((header) => decoded(text).trim().startsWith(`[${header}]`)),
    explanation: 'names a profile that makes the AWS SDK give up on the file',
  },
];

function profileProblem(
  profile: string,
  lines: readonly Line[],
  sdk: ReadFile,
  cli: ReadFile,
): Problem | undefined {
  const inSdk = sdk.sections.get(profile);
  const inCli = cli.sections.get(profile);
  // A section without settings is nothing to the SDK.
  if (inSdk === undefined && (inCli === undefined || inCli.size === 0)) return undefined;
  if (isDifferent(profile, sdk, cli)) return { scope: 'profile', ...blame(profile, lines) };
  return plainnessProblem(profile, lines, inSdk ?? new Map());
}

function isDifferent(profile: string, sdk: ReadFile, cli: ReadFile): boolean {
  const inSdk: Settings = sdk.sections.get(profile) ?? new Map();
  const inCli: Settings = cli.sections.get(profile) ?? new Map();
  for (const [name, value] of inSdk) if (inCli.get(name) !== value) return true;
  // An empty value is none to the SDK.
  for (const [name, value] of inCli) if (value !== '' && inSdk.get(name) !== value) return true;
  return false;
}

/** What both readers see, and the editor does not: unusual spaces, for example. */
function plainnessProblem(
  profile: string,
  lines: readonly Line[],
  settings: Settings,
): Problem | undefined {
  const document = documentOf(lines);
  const section = sectionOf(document, profile);
  const seen = section === undefined ? [] : settingsOf(document, section);
  for (const name of [KEY_ID, SECRET, ...SESSION_TOKENS]) {
    const value = settings.get(name);
    if (value === seen.findLast((setting) => setting.name === name)?.value) continue;
    if (value === undefined) continue;
    const isRead = (count: number) =>
      readLikeSdk(joinLines(lines.slice(0, count)))
        .sections.get(profile)
        ?.get(name) === value;
    const explanation =
      section === undefined
        ? 'stands below a [profile] line that is not written plainly enough to be edited'
        : 'is not written plainly enough to be edited: only blanks and tabs may stand around it';
    return { line: firstCount(lines.length, isRead), explanation, scope: 'profile' };
  }
  return undefined;
}

interface Suspect {
  readonly shape: RegExp;
  readonly explanation: string;
}

/** Why a line that is known to be guilty is read differently, by its looks. */
const SUSPECTS: readonly Suspect[] = [
  {
    shape: /^\s*\[/,
    explanation: 'begins a profile for one of the AWS SDK and the AWS CLI, and not for the other',
  },
  {
    shape: /^[ \t]*[^\s=:#;[][^=:]*:/,
    explanation: 'has ":" for "=", which the AWS SDK does not read',
  },
  {
    shape: /^[^=]*[A-Z][^=]*=/,
    explanation: 'has a name with capitals, which the AWS SDK takes for another name',
  },
  {
    shape: /=(?:.*\s)?[#;]/,
    explanation: 'has a comment behind its value, which the AWS CLI takes for part of the value',
  },
  {
    shape: /^\s+\S/,
    explanation: 'is indented, so that the AWS CLI adds it to the value above',
  },
];

/**
 * The line by which the readings part: up to the line before it they are the same. So a line that
 * only looks odd is never blamed for another.
 */
function blame(profile: string, lines: readonly Line[]): { line: number; explanation: string } {
  const first = firstCount(lines.length, (count) => isParted(profile, lines.slice(0, count)));
  const header = lines.slice(0, first - 1).findLastIndex(({ text }) => /^\s*\[/.test(text)) + 1;
  // A setting can be read differently because of the line that it stands under.
  const isHeader = header > 0 && isParted(profile, [...lines.slice(0, header), ...PROBE]);
  const line = isHeader ? header : first;
  const text = decoded(lines[line - 1]?.text ?? '');
  const suspect = SUSPECTS.find(({ shape }) => shape.test(text));
  return {
    line,
    explanation:
      suspect?.explanation ?? 'is where the AWS SDK and the AWS CLI begin to read differently',
  };
}

/** A harmless setting, because a header alone is nothing to the SDK. */
const PROBE: readonly Line[] = [
  { text: '', end: '\n' },
  { text: 'keyturn_probe=x', end: '\n' },
];

function isParted(profile: string, lines: readonly Line[]): boolean {
  const bytes = joinLines(lines);
  const cli = readLikeBotocore(bytes);
  return cli.kind === 'unreadable' || isDifferent(profile, readLikeSdk(bytes), cli);
}

/** The smallest count for which it holds, as it does for all of them. By halving. */
function firstCount(all: number, holds: (count: number) => boolean): number {
  let low = 1;
  let high = all;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
