// Where the AWS SDK and the AWS CLI would read a file differently, or not at all. An editor that
// wrote such a file would please one of them and mislead the other, so it refuses, with the line.
//
// What stops a reader from the whole file, and what concerns the profiles to be edited, is a
// problem. What concerns other profiles only is a warning: their lines are not touched, and they
// read after the edit as they did before (check-edit.ts).

import { type Document, documentOf, headerBehind, sectionOf, settingsOf } from './document.ts';
import { type Difference, explain, type Suspicion } from './explain-line.ts';
import { type FileFault, foreignFile, type Mend, mendFor } from './foreign-file.ts';
import { decoded, type Line, splitLines } from './lines.ts';
import { KEY_ID, SECRET, SESSION_TOKENS } from './names.ts';
import { firstUnseen } from './odd-characters.ts';
import { oddLine, typeAnew } from './odd-line.ts';
import { DEFAULTS, readLikeBotocore } from './read-like-botocore.ts';
import { FATAL_HEADERS, readLikeSdk } from './read-like-sdk.ts';
import type { ReadFile, UnreadableFile } from './reading.ts';

export interface Problem {
  /** Counted from 1. */
  readonly line: number;
  /** Counted from 1, where one character is to blame. */
  readonly column?: number | undefined;
  /** Ends the sentence "line N …". Names profiles and well-known settings, never a value (I8). */
  readonly explanation: string;
  /** Whether the file as a whole is affected, or only one profile. */
  readonly scope: 'file' | 'profile';
  /** The profile concerned, when it is only one. */
  readonly profile: string | undefined;
  /** What would put it right; undefined where the explanation says all. */
  readonly mend?: Mend | undefined;
}

/**
 * What keeps the profiles from being edited safely, by line; empty when both readers agree about
 * them. A profile that does not exist is no problem.
 */
export function problemsOf(bytes: Buffer, profiles: readonly string[]): Problem[] {
  const { whole, of } = findProblems(bytes);
  return whole === undefined ? unique(profiles.flatMap(of)) : [whole];
}

export interface FoundProblems {
  /** What keeps a reader from the file as a whole. */
  readonly whole: Problem | undefined;
  /** The problems of one profile. */
  readonly of: (profile: string) => readonly Problem[];
  /** The line of each profile that the AWS CLI sees, also of those that the AWS SDK skips. */
  readonly headers: ReadonlyMap<string, number>;
}

/** The same for whoever asks about many profiles of one file. */
export function findProblems(bytes: Buffer): FoundProblems {
  const readings = bothReadings(bytes);
  if ('line' in readings) return { whole: readings, of: () => [], headers: new Map() };
  const of = (profile: string): readonly Problem[] => {
    const found = profileProblems(profile, readings);
    return found.length > 0 ? found : oddLines(profile, readings);
  };
  const headers = new Map([...readings.cli.places].map(([name, at]) => [name, at.headerLine]));
  return { whole: undefined, of, headers };
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
  readonly ends: readonly Line[];
  readonly document: Document;
  readonly sdk: ReadFile;
  readonly cli: ReadFile;
}

function bothReadings(bytes: Buffer): Readings | Problem {
  const lines = splitLines(bytes);
  const foreign = foreignFile(bytes, lines);
  if (foreign !== undefined) return inFile(foreign);
  const cli = readLikeBotocore(bytes);
  if (cli.kind === 'unreadable') return unreadableProblem(cli, lines);
  const texts = lines.map(({ text }) => decoded(text));
  const fatal = texts.findIndex((text) => {
    return FATAL_HEADERS.some((header) => text.trim().startsWith(`[${header}]`));
  });
  if (fatal !== -1) {
    const explanation = 'names a profile that makes the AWS SDK give up on the file';
    return inFile({ line: fatal + 1, explanation });
  }
  return { lines: texts, ends: lines, document: documentOf(lines), sdk: readLikeSdk(bytes), cli };
}

function unreadableProblem(cli: UnreadableFile, lines: readonly Line[]): Problem {
  const bare = bareReturn(lines.slice(0, cli.line));
  if (bare !== undefined) return inFile(bare);
  const { line, reason } = cli;
  const explanation = `keeps the AWS CLI from reading the file: ${reason}`;
  if (cli.column !== undefined) {
    return inFile({ line, column: cli.column, explanation, ...mendFor(reason) });
  }
  // What cannot be seen is what makes a line odd that looks right.
  const odd = firstUnseen(decoded(lines[line - 1]?.text ?? ''));
  if (odd === undefined) return inFile({ line, explanation, ...mendFor(reason) });
  const { column, name } = odd;
  return inFile({ line, column, explanation: `${explanation}, with ${name}`, mend: typeAnew });
}

/** One in the middle makes two lines of one, but only for the AWS CLI. */
function bareReturn(lines: readonly Line[]): FileFault | undefined {
  const index = lines.findIndex(({ end }) => end === '\r');
  if (index === -1) return undefined;
  return {
    line: index + 1,
    column: [...decoded(lines[index]?.text ?? '')].length + 1,
    explanation:
      'has a bare carriage return, U+000D, which only the AWS CLI takes for the end of a line',
  };
}

function inFile(fault: FileFault): Problem {
  return { ...fault, scope: 'file', profile: undefined };
}

/** A fault that both readers agree about: they read a pair that is none, or an incomplete one. */
function oddLines(profile: string, { lines, document, sdk, cli }: Readings): Problem[] {
  const header = (sdk.places.get(profile) ?? cli.places.get(profile))?.headerLine;
  if (header === undefined) return [];
  const end = headerBehind(document, header) ?? lines.length;
  const fault = oddLine({ lines, header, end });
  return fault === undefined ? [] : [{ ...fault, scope: 'profile', profile }];
}

function profileProblems(profile: string, readings: Readings): Problem[] {
  const { lines, sdk, cli } = readings;
  const inProfile = (found: Suspicion): Problem => ({
    ...found,
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
  if (found.length > 0) {
    const bare = bareReturn(readings.ends.slice(0, found[0]?.line));
    return (bare === undefined ? found : [bare]).map(inProfile);
  }
  return hiddenLines(profile, readings).map(inProfile);
}

/** What both readers see, and the editor does not: unusual spaces, for example. */
function hiddenLines(profile: string, { lines, document, sdk }: Readings): Suspicion[] {
  const place = sdk.places.get(profile);
  const section = sectionOf(document, profile);
  const seen = section === undefined ? [] : settingsOf(document, section);
  return [KEY_ID, SECRET, ...SESSION_TOKENS].flatMap((name) => {
    const value = sdk.sections.get(profile)?.get(name);
    const line = place?.settingLines.get(name);
    if (line === undefined || value === undefined) return [];
    if (value === seen.findLast((setting) => setting.name === name)?.value) return [];
    if (section !== undefined) return [notPlain({ line, lines, explanation: UNPLAIN })];
    const headerLine = place?.headerLine ?? line;
    return [notPlain({ line: headerLine, lines, explanation: UNPLAIN_HEADER })];
  });
}

const UNPLAIN =
  'is not written plainly enough to be edited: only blanks and tabs may stand around a value';
const UNPLAIN_HEADER =
  'is not written plainly enough to be edited: only blanks and tabs may stand around the name of a profile';

/** A character that nobody sees is named. */
function notPlain({ line, lines, explanation }: Suspicion & Pick<Readings, 'lines'>): Suspicion {
  const odd = firstUnseen(lines[line - 1] ?? '');
  if (odd === undefined) return { line, explanation };
  const { column, name } = odd;
  return { line, column, explanation: `${explanation}, and here is ${name}`, mend: typeAnew };
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
