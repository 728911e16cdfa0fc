// Changes to a credentials file, as pure functions from document to document. Bytes outside the
// lines that are named here stay as they are.

import type { Secret } from '../base/secret.ts';
import {
  type Document,
  documentOf,
  isBlankOrComment,
  type PlacedSetting,
  type Section,
  sectionOf,
  settingsOf,
  withValue,
} from './document.ts';
import { encoded, type Line, usualEnd } from './lines.ts';
import { KEY_ID, SECRET, SESSION_TOKENS } from './names.ts';

export interface KeyPair {
  readonly id: string;
  readonly secret: Secret;
}

/** Puts a pair into a profile that exists, and takes a stale session token out. */
export function setKeyPair(document: Document, profile: string, pair: KeyPair): Document {
  let edited = removeSettings(document, profile, SESSION_TOKENS);
  edited = setSetting(edited, profile, KEY_ID, pair.id);
  return setSetting(edited, profile, SECRET, pair.secret.reveal());
}

/**
 * Puts a pair into the profile that keeps the old one, with the other settings of `like`. It is made
 * right behind `like` when it does not exist; otherwise its own lines stay where they are.
 */
export function setPrevious(
  document: Document,
  like: string,
  previous: string,
  pair: KeyPair,
): Document {
  const source = sectionOf(document, like);
  if (source === undefined) return document;
  if (sectionOf(document, previous) === undefined) {
    return addSectionBehind(document, source, previous, pair);
  }
  let edited = setKeyPair(document, previous, pair);
  for (const { name, value } of settingsOf(document, source)) {
    if (isOfThePair(name) || value === '') continue;
    edited = setSetting(edited, previous, name, value);
  }
  return edited;
}

/** Adds a profile without anything in it, at the end. */
export function addSection(document: Document, profile: string): Document {
  const { lines } = document;
  const isApart = lines.length === 0 || lines.at(-1)?.text === '';
  return insertLines(document, lines.length, [...(isApart ? [] : ['']), `[${encoded(profile)}]`]);
}

/** Takes a profile out, header, settings, and the comments between them; what follows stays. */
export function removeSection(document: Document, profile: string): Document {
  const section = sectionOf(document, profile);
  if (section === undefined) return document;
  const end = lastContent(document, section) + 1;
  const lines = [...document.lines];
  // The empty line in front was put there with it; where there is none, the next one goes.
  const inFront = lines[section.header - 1]?.text === '' ? 1 : 0;
  const behind = inFront === 0 && section.header > 0 && lines[end]?.text === '' ? 1 : 0;
  lines.splice(section.header - inFront, end - section.header + inFront + behind);
  return documentOf(keepingFinalEnd(document.lines, lines));
}

function isOfThePair(name: string): boolean {
  return name === KEY_ID || name === SECRET || SESSION_TOKENS.includes(name);
}

function setSetting(document: Document, profile: string, name: string, value: string): Document {
  const section = sectionOf(document, profile);
  if (section === undefined) return document;
  const settings = settingsOf(document, section);
  const existing = settings.findLast((setting) => setting.name === name);
  if (existing !== undefined) {
    return replaceLine(document, existing.index, withValue(existing.line, encoded(value)));
  }
  const pair = settings.findLast((setting) => isOfThePair(setting.name));
  // Behind any other setting it could part a group from its lines, or be taken for one of them.
  const index = (pair?.index ?? section.header) + 1;
  return insertLines(document, index, [styledLike(pair ?? settings[0], name, value)]);
}

/** With the indentation and the spaces around `=` of the neighbour. */
function styledLike(neighbour: PlacedSetting | undefined, name: string, value: string): string {
  const [before, , equals, after] = neighbour?.line.parts ?? ['', '', ' =', ' '];
  return `${before}${encoded(name)}${equals}${after}${encoded(value)}`;
}

function removeSettings(document: Document, profile: string, names: readonly string[]): Document {
  const section = sectionOf(document, profile);
  if (section === undefined) return document;
  const gone = new Set(
    settingsOf(document, section)
      .filter(({ name }) => names.includes(name))
      .map(({ index }) => index),
  );
  const lines = document.lines.filter((_, index) => !gone.has(index));
  return documentOf(keepingFinalEnd(document.lines, lines));
}

function addSectionBehind(
  document: Document,
  source: Section,
  profile: string,
  pair: KeyPair,
): Document {
  const settings = settingsOf(document, source);
  const values = new Map([
    [KEY_ID, pair.id],
    [SECRET, pair.secret.reveal()],
  ]);
  // In the order of the source, so that no line comes to stand behind one it would continue.
  const copied = document.lines.slice(source.header + 1, source.end).flatMap((line, offset) => {
    const index = source.header + 1 + offset;
    const setting = settings.find((each) => each.index === index);
    if (isBlankOrComment(line)) return [];
    if (setting === undefined || !isOfThePair(setting.name)) return [line.text];
    const value = values.get(setting.name);
    return value === undefined ? [] : [withValue(setting.line, encoded(value)).text];
  });
  const held = settings.map(({ name }) => name);
  const missing = [...values].filter(([name]) => !held.includes(name));
  const added = [
    '',
    `[${encoded(profile)}]`,
    ...missing.map(([name, value]) => styledLike(settings[0], name, value)),
    ...copied,
  ];
  return insertLines(document, lastContent(document, source) + 1, added);
}

/** Index of the last line of a section that is neither empty nor a comment. */
function lastContent(document: Document, section: Section): number {
  let last = section.header;
  for (let index = section.header; index < section.end; index += 1) {
    const line = document.lines[index];
    if (line !== undefined && !isBlankOrComment(line)) last = index;
  }
  return last;
}

function replaceLine(document: Document, index: number, line: Line): Document {
  return documentOf(document.lines.with(index, line));
}

function insertLines(document: Document, index: number, texts: readonly string[]): Document {
  const end = usualEnd(document.lines);
  const added = texts.map((text) => ({ text, end }));
  const lines = [...document.lines];
  const before = lines[index - 1];
  if (before !== undefined && before.end === '') lines[index - 1] = { text: before.text, end };
  lines.splice(index, 0, ...added);
  return documentOf(keepingFinalEnd(document.lines, lines));
}

/** A file that ended without an end of line still does, and one that ended with one does too. */
function keepingFinalEnd(before: readonly Line[], after: readonly Line[]): Line[] {
  const last = after.at(-1);
  const end = before.at(-1)?.end;
  if (last === undefined || end === undefined) return [...after];
  if (end === '') return [...after.slice(0, -1), { text: last.text, end: '' }];
  return last.end === '' ? [...after.slice(0, -1), { text: last.text, end }] : [...after];
}
