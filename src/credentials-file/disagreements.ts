// Where the AWS SDK and the AWS CLI would read a file differently, or not at all. An editor that
// wrote such a file would please one of them and mislead the other, so it refuses, with the line.

import { decoded, type Line, splitLines } from './lines.ts';
import { readLikeBotocore } from './read-like-botocore.ts';
import { readLikeSdk } from './read-like-sdk.ts';
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
  const file = (line: number, explanation: string): Problem => ({
    line,
    explanation,
    scope: 'file',
  });
  if (bytes.includes(0)) return file(1, 'belongs to a file in another encoding than UTF-8');
  const bare = lines.findIndex(({ end }) => end === '\r');
  if (bare !== -1) {
    return file(
      bare + 1,
      'ends in a bare carriage return, which the AWS SDK does not take for an end',
    );
  }
  const defaults = lines.findIndex(({ text }) => /^\s*\[DEFAULT\]/.test(text));
  if (defaults !== -1) {
    return file(defaults + 1, 'is [DEFAULT], whose settings the AWS CLI gives to every profile');
  }
  return undefined;
}

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
  const difference = firstDifference(inSdk ?? new Map(), inCli ?? new Map());
  if (difference === undefined) return undefined;
  return { scope: 'profile', ...blame(profile, lines, difference) };
}

/** The name of a setting that is not the same in both readings. */
function firstDifference(sdk: Settings, cli: Settings): string | undefined {
  for (const [name, value] of sdk) if (cli.get(name) !== value) return name;
  for (const [name, value] of cli) if (value !== '' && sdk.get(name) !== value) return name;
  return undefined;
}

/** The line to look at. The rows are tried in order on the lines of the profile. */
const SUSPECTS: readonly { readonly shape: RegExp; readonly explanation: string }[] = [
  {
    shape: /^[ \t]*[^\s=:#;[]+[ \t]*:/,
    explanation: 'has ":" for "=", which the AWS SDK does not read',
  },
  {
    shape: /^[ \t]*\w*[A-Z]\w*[ \t]*=/,
    explanation: 'has a name with capitals, which the AWS SDK takes for another name',
  },
  {
    shape: /=.*\s[#;]/,
    explanation: 'has a comment behind its value, which the AWS CLI takes for part of the value',
  },
  {
    shape: /^[ \t]+\S/,
    explanation: 'is indented, so that the AWS CLI adds it to the value above',
  },
];

function blame(
  profile: string,
  lines: readonly Line[],
  setting: string,
): { line: number; explanation: string } {
  const header = lines.findIndex(({ text }) => decoded(text).trim().startsWith(`[${profile}]`));
  let end = header + 1;
  while (end < lines.length && !/^\s*\[/.test(lines[end]?.text ?? '')) end += 1;
  for (const { shape, explanation } of SUSPECTS) {
    for (let index = header + 1; index < end; index += 1) {
      const text = lines[index]?.text ?? '';
      if (!/^\s*[#;]/.test(text) && shape.test(text)) return { line: index + 1, explanation };
    }
  }
  return {
    line: header + 1,
    explanation: `begins a profile whose ${setting} the AWS SDK and the AWS CLI read differently`,
  };
}
