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
}

/** A byte order mark may stand in front of the first one; here it is three characters. */
const HEADER = /^(?:\xef\xbb\xbf)?[ \t]*\[(.+)\][ \t]*(?:[#;].*)?$/;
const SETTING = /^([ \t]*)([^\s=:#;[][^=:]*?)([ \t]*=)([ \t]*)(.*?)([ \t]*)$/;

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
  return { lines, sections };
}

export function serialize(document: Document): Buffer {
  return joinLines(document.lines);
}

/** The section of a profile; the last one where there are several, as the SDK takes it. */
export function sectionOf(document: Document, profile: string): Section | undefined {
  return document.sections.findLast((section) => section.profile === profile);
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
  const match = SETTING.exec(line.text);
  if (match === null) return undefined;
  const [, before = '', name = '', equals = '', after = '', value = '', behind = ''] = match;
  return { ...line, parts: [before, name, equals, after, value, behind] };
}

/** The same line with another value; everything around the value stays. */
export function withValue(line: SettingLine, value: string): Line {
  const [before, name, equals, after, , behind] = line.parts;
  return { text: `${before}${name}${equals}${after}${value}${behind}`, end: line.end };
}
