// A credentials file as lines that know what they are. Only plain lines are understood; whatever is
// odd stays untouched, and disagreements.ts refuses to edit where oddness matters.

import { decoded, joinLines, type Line, splitLines } from './lines.ts';

export interface SettingLine extends Line {
  /** Whitespace in front, name, whitespace and `=`, whitespace, value, whitespace behind. */
  readonly parts: readonly [string, string, string, string, string, string];
}

export interface Section {
  /** The profile, as a person reads it. */
  readonly profile: string;
  /** Index of the header line. */
  readonly header: number;
  /** Index behind the last line before the next header. */
  readonly end: number;
}

export interface Document {
  readonly lines: readonly Line[];
  readonly sections: readonly Section[];
  /** The last section of each profile. */
  readonly byProfile: ReadonlyMap<string, Section>;
}

/** A byte order mark may stand in front of the first one; here it is three characters. */
const HEADER = /^(?:\xef\xbb\xbf)?[ \t]*\[(.+)\][ \t]*(?:[#;].*)?$/;
const NAME_STARTS = /^[^\s=:#;[]/;

export function parseDocument(bytes: Buffer): Document {
  return documentOf(splitLines(bytes));
}

export function documentOf(lines: readonly Line[]): Document {
  const headers = lines.flatMap(({ text }, index) => {
    const name = HEADER.exec(text)?.[1];
    return name === undefined ? [] : [{ profile: decoded(name), header: index }];
  });
  const sections = headers.map((each, index) => ({
    ...each,
    end: headers[index + 1]?.header ?? lines.length,
  }));
  const byProfile = new Map(sections.map((section) => [section.profile, section]));
  return { lines, sections, byProfile };
}

export function serialize(document: Document): Buffer {
  return joinLines(document.lines);
}

/** The section of a profile; the last one where there are several, as the SDK takes it. */
export function sectionOf(document: Document, profile: string): Section | undefined {
  return document.byProfile.get(profile);
}

/** Index of the first header behind that many lines; undefined where none follows. */
export function headerBehind({ sections }: Document, lines: number): number | undefined {
  let [from, to] = [0, sections.length];
  while (from < to) {
    const middle = Math.floor((from + to) / 2);
    if ((sections[middle]?.header ?? 0) < lines) from = middle + 1;
    else to = middle;
  }
  return sections[from]?.header;
}

export interface PlacedSetting {
  readonly index: number;
  readonly name: string;
  readonly value: string;
  readonly line: SettingLine;
}

/** The settings at the top level of a section, in file order; lines of a nested group are left out. */
export function settingsOf(document: Document, section: Section): PlacedSetting[] {
  const found: PlacedSetting[] = [];
  let inGroup = false;
  for (let index = section.header + 1; index < section.end; index += 1) {
    const line = document.lines[index];
    if (line === undefined || isBlankOrComment(line)) continue;
    const setting = toSetting(line);
    const isIndented = /^[ \t]/.test(line.text);
    if (setting === undefined || (inGroup && isIndented)) continue;
    inGroup = setting.parts[4] === '';
    found.push({
      index,
      name: decoded(setting.parts[1]),
      value: decoded(setting.parts[4]),
      line: setting,
    });
  }
  return found;
}

export function isBlankOrComment({ text }: Line): boolean {
  return /^\s*(?:[#;].*)?$/s.test(text);
}

export function toSetting(line: Line): SettingLine | undefined {
  const equals = line.text.indexOf('=');
  if (equals === -1) return undefined;
  const [before, name, beforeEquals] = padded(line.text.slice(0, equals));
  const [after, value, behind] = padded(line.text.slice(equals + 1));
  if (!NAME_STARTS.test(name) || name.includes(':')) return undefined;
  return { ...line, parts: [before, name, `${beforeEquals}=`, after, value, behind] };
}

/** Blanks and tabs in front, the text, and those behind. */
function padded(text: string): [string, string, string] {
  const isPadding = (index: number) => text[index] === ' ' || text[index] === '\t';
  let from = 0;
  while (isPadding(from)) from += 1;
  let to = text.length;
  while (to > from && isPadding(to - 1)) to -= 1;
  return [text.slice(0, from), text.slice(from, to), text.slice(to)];
}

/** The same line with another value; everything around the value stays. */
export function withValue(line: SettingLine, value: string): Line {
  const [before, name, equals, after, , behind] = line.parts;
  return { text: `${before}${name}${equals}${after}${value}${behind}`, end: line.end };
}
