// The configuration of another tool, from its bytes to plain values: JSON, also with comments and with commas at the
// end of lists, or YAML. It is full of secrets: no message quotes it.

import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import { KeyturnError } from '../../base/errors.ts';
import { decode } from '../decode.ts';

export type ForeignValue =
  | string
  | number
  | boolean
  | null
  | readonly ForeignValue[]
  | ForeignObject;

export interface ForeignObject {
  readonly [key: string]: ForeignValue;
}

const ALIASES_MAX = 50;

/** Throws `bad-value` for what is none of the forms, with the line where that shows. */
export function readForeign(file: string, bytes: Uint8Array): ForeignObject {
  refuseOtherLanguage(file);
  const decoded = decode(bytes);
  if ('fault' in decoded) throw unreadable(file, decoded.fault.message);
  const text = withoutComments(decoded.text);
  refuseOtherLanguage(file, text);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    merge: true,
    prettyErrors: false,
    resolveKnownTags: false,
    stringKeys: true,
    // Of a key that stands twice the readers of that tool take the last.
    uniqueKeys: false,
  });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0]);
    throw unreadable(file, `line ${line} is neither JSON nor YAML`);
  }
  let aliases = 0;
  visit(document, {
    Node: (_, node) => {
      if (isAlias(node)) aliases += 1;
    },
  });
  if (aliases > ALIASES_MAX) throw unreadable(file, `it has more than ${ALIASES_MAX} aliases`);
  const value = smallKeys(document.toJS() as unknown);
  if (isObject(value)) return value;
  throw unreadable(file, 'it holds something else than a mapping');
}

export function isObject(value: ForeignValue | undefined): value is ForeignObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** That tool takes a key in any letter case. */
function smallKeys(value: unknown): ForeignValue {
  if (Array.isArray(value)) return value.map(smallKeys);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key.toLowerCase(), smallKeys(each)]),
    );
  }
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value);
  return isPlain ? (value as string | number | boolean) : null;
}

/** Comments of JSON with comments become blanks, and tabs spaces, so that places stay where they are. */
function withoutComments(text: string): string {
  // YAML has comments of its own; what begins with a brace is JSON.
  if (!/^\s*(?:\/\/|\/\*|\{)/.test(text)) return text;
  const token = /"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\t/g;
  return text.replaceAll(token, (found) => {
    if (found.startsWith('"')) return found;
    return found.replaceAll(/[^\n]/g, ' ');
  });
}

const LANGUAGES = [
  { name: 'TOML', ending: /\.toml$/i, shows: /^(?:\[\[?[\w.-]+\]\]?$|[\w.-]+\s*=)/ },
  { name: 'HCL', ending: /\.(?:hcl|tf)$/i, shows: /^[\w-]+(?:\s+"[^"]*")*\s*\{$/ },
] as const;

/** Both are read by that tool too, and by nobody else here. */
function refuseOtherLanguage(file: string, text?: string): void {
  // What YAML holds further down may look like anything.
  const first = text?.split('\n').find((line) => !/^\s*(?:#.*)?$/.test(line));
  const language = LANGUAGES.find(({ ending, shows }) =>
    text === undefined ? ending.test(file) : shows.test(first?.trim() ?? ''),
  );
  if (language === undefined) return;
  throw new KeyturnError('bad-value', `${file} is ${language.name}, which is not read here`, {
    hint: 'write the same as JSON or YAML, which cloud-key-rotator reads too, and name that file',
  });
}

function unreadable(file: string, why: string): KeyturnError {
  return new KeyturnError('bad-value', `${file} cannot be converted: ${why}`, {
    hint: 'it takes JSON, also with comments, or YAML, as cloud-key-rotator reads them',
  });
}
