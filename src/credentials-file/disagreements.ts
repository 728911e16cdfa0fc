// Where the AWS SDK and the AWS CLI would read a file differently, or not at all. An editor that
// wrote such a file would please one of them and mislead the other, so it refuses, with the line.
//
// What stops a reader from the whole file, and what concerns the profiles to be edited, is a
// problem. What concerns other profiles only is a warning: their lines are not touched, and they
// read after the edit as they did before (check-edit.ts).

import { type Document, documentOf, sectionOf, settingsOf } from './document.ts';
import { type Difference, explain, type Suspicion } from './explain-line.ts';
import { decoded, type Line, splitLines } from './lines.ts';
import { KEY_ID, SECRET, SESSION_TOKENS } from './names.ts';
import { DEFAULTS, readLikeBotocore } from './read-like-botocore.ts';
import { FATAL_HEADERS, readLikeSdk } from './read-like-sdk.ts';
import type { ReadFile } from './reading.ts';

export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  /** Ends the sentence "line N …". Names profiles and well-known settings, never a value (I8). */
  readonly explanation: string;
  /** Whether the file as a whole is affected, or only one profile. */
  readonly scope: 'file' | 'profile';
  /** The profile concerned, when it is only one. */
  readonly profile: string | undefined;
}

/**
 * What keeps the profiles from being edited safely, by line; empty when both readers agree about
 * them. A profile that does not exist is no problem.
 */
export function problemsOf(bytes: Buffer, profiles: readonly string[]): Problem[] {
  const readings = bothReadings(bytes);
  if ('line' in readings) return [readings];
  return unique(profiles.flatMap((profile) => profileProblems(profile, readings)));
}

/** Where the readers differ about other profiles than these. Nothing that stops an edit. */
export function warningsOf(bytes: Buffer, profiles: readonly string[]): Problem[] {
  const readings = bothReadings(bytes);
  if ('line' in readings) return [];
  const { sdk, cli } = readings;
  const names = [...sdk.places.keys(), ...cli.places.keys()];
  const others = new Set(names.filter((name) => !profiles.includes(name)));
  return unique([...others].flatMap((name) => profileProblems(name, readings)));
}

interface Readings {
  readonly lines: readonly string[];
  readonly document: Document;
  readonly sdk: ReadFile;
  readonly cli: ReadFile;
}

function bothReadings(bytes: Buffer): Readings | Problem {
  const lines = splitLines(bytes);
  const encoding = encodingProblem(bytes, lines);
  if (encoding !== undefined) return encoding;
  const cli = readLikeBotocore(bytes);
  if (cli.kind === 'unreadable') {
    return inFile(cli.line, `keeps the AWS CLI from reading the file: ${cli.reason}`);
  }
  const texts = lines.map(({ text }) => decoded(text));
  const fatal = texts.findIndex((text) => {
    return FATAL_HEADERS.some((header) => text.trim().startsWith(`[${header}]`));
  });
  if (fatal !== -1) {
    return inFile(fatal + 1, 'names a profile that makes the AWS SDK give up on the file');
  }
  return { lines: texts, document: documentOf(lines), sdk: readLikeSdk(bytes), cli };
}

function encodingProblem(bytes: Buffer, lines: readonly Line[]): Problem | undefined {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    return inFile(
      1,
      'begins a file in UTF-16, an encoding that neither the AWS CLI nor the AWS SDK reads',
    );
  }
  const zero = lines.findIndex(({ text }) => text.includes('\0'));
  if (zero !== -1)
    return inFile(zero + 1, 'holds a NUL byte: it is damaged, or in another encoding than UTF-8');
  const bare = lines.findIndex(({ end }) => end === '\r');
  if (bare === -1) return undefined;
  return inFile(
    bare + 1,
    'ends in a bare carriage return, which only the AWS CLI takes for the end of a line',
  );
}

function inFile(line: number, explanation: string): Problem {
  return { line, explanation, scope: 'file', profile: undefined };
}

function profileProblems(profile: string, readings: Readings): Problem[] {
  const { lines, sdk, cli } = readings;
  const inProfile = ({ line, explanation }: Suspicion): Problem => ({
    line,
    explanation,
    scope: 'profile',
    profile,
  });
  if (profile === DEFAULTS) {
    const line = lines.findIndex((text) => /^\s*\[DEFAULT\]/.test(text)) + 1;
    const explanation = 'is [DEFAULT], whose settings the AWS CLI gives to every profile';
    return line === 0 ? [] : [inProfile({ line, explanation })];
  }
  if (profile in Object.prototype && (sdk.places.has(profile) || cli.places.has(profile))) {
    const line = (cli.places.get(profile) ?? sdk.places.get(profile))?.headerLine ?? 1;
    return [inProfile({ line, explanation: 'has a name that JavaScript keeps for itself' })];
  }
  const misplaced = misplacedHeader(profile, sdk, cli);
  if (misplaced !== undefined) return [inProfile(misplaced)];
  const group = credentialGroup(profile, cli);
  if (group !== undefined) return [inProfile(group)];
  const found = differences(profile, sdk, cli).map((difference) => explain(difference, lines));
  return (found.length > 0 ? found : hiddenLines(profile, readings)).map(inProfile);
}

/** What both readers see, and the editor does not: unusual spaces, for example. */
function hiddenLines(profile: string, { document, sdk }: Readings): Suspicion[] {
  const place = sdk.places.get(profile);
  const section = sectionOf(document, profile);
  const seen = section === undefined ? [] : settingsOf(document, section);
  return [KEY_ID, SECRET, ...SESSION_TOKENS].flatMap((name) => {
    const value = sdk.sections.get(profile)?.get(name);
    const line = place?.settingLines.get(name);
    if (line === undefined || value === undefined) return [];
    if (value === seen.findLast((setting) => setting.name === name)?.value) return [];
    const explanation =
      section === undefined
        ? 'stands below a [profile] line that is not written plainly enough to be edited'
        : 'is not written plainly enough to be edited: only blanks and tabs may stand around it';
    return [{ line, explanation }];
  });
}

/** An empty setting of the pair, with deeper lines below: they would go with it. */
function credentialGroup(profile: string, cli: ReadFile): Suspicion | undefined {
  const names = [...(cli.places.get(profile)?.settingLines ?? [])];
  const found = names.find(([name]) => /^aws_(?:access|secret|session|security)_\w+\./.test(name));
  if (found === undefined) return undefined;
  return { line: found[1], explanation: 'is empty, and takes the deeper lines below for its own' };
}

/** `[profile x]` is how the config file spells it; in the credentials file neither reads it as x. */
function misplacedHeader(profile: string, sdk: ReadFile, cli: ReadFile): Suspicion | undefined {
  if (sdk.places.has(profile) || cli.places.has(profile)) return undefined;
  const line = sdk.places.get(`profile.${profile}`)?.headerLine;
  if (line === undefined) return undefined;
  return {
    line,
    explanation: `is spelled as in the config file: here it must be [${profile}]`,
  };
}

function differences(profile: string, sdk: ReadFile, cli: ReadFile): Difference[] {
  const [sdkSettings, cliSettings] = [sdk.sections.get(profile), cli.sections.get(profile)];
  const [sdkPlace, cliPlace] = [sdk.places.get(profile), cli.places.get(profile)];
  const headers = { sdk: sdkPlace?.headerLine, cli: cliPlace?.headerLine };
  const names = new Set([...(sdkSettings?.keys() ?? []), ...(cliSettings?.keys() ?? [])]);
  const differing = [...names].filter((name) => {
    // An empty value is absent for the SDK, and both do without it.
    return (sdkSettings?.get(name) ?? '') !== (cliSettings?.get(name) ?? '');
  });
  return differing.map((setting) => {
    const lines = [sdkPlace?.settingLines.get(setting), cliPlace?.settingLines.get(setting)];
    const known = lines.filter((line) => line !== undefined);
    const [inSdk, inCli] = [sdkSettings?.has(setting), cliSettings?.has(setting)];
    const seenBy = inSdk && inCli ? 'both' : inSdk ? 'sdk' : 'cli';
    return { profile, setting, seenBy, lines: known, headers };
  });
}

function unique(problems: readonly Problem[]): Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const key = `${problem.line} ${problem.explanation}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()].sort((a, b) => a.line - b.line);
}
