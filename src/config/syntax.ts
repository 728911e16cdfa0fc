// What the parser says about the form of a configuration, in words that tell what to write.

import { type Document, isScalar, visit, type YAMLError } from 'yaml';
import type { FaultCode } from './fault.ts';

/** Something that is wrong at a place of the text. */
export interface Slip {
  readonly code: FaultCode;
  readonly message: string;
  readonly offset: number;
}

/** The parser's first error. `seeLine` is where the other half of the mistake stands. */
export function syntaxSlip(
  error: YAMLError,
  text: string,
  document: Document.Parsed,
): Slip & { readonly seeLine?: number } {
  const offset = error.pos[0];
  const slip = (code: FaultCode, message: string) => ({ code, message, offset });
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return slip('tab', 'a tab indents this line; YAML takes spaces');
    case 'MULTIPLE_DOCS': {
      const mark = text.startsWith('---', offset) ? '"---" begins' : 'behind "..." begins';
      return slip('several-documents', `${mark} a second document; a configuration is one`);
    }
    case 'DUPLICATE_KEY': {
      const key = wordAt(text, offset);
      return {
        ...slip('duplicate-key', `"${key}" is here twice`),
        seeLine: firstOf(document, offset),
      };
    }
    case 'NON_STRING_KEY':
      return slip('bad-type', 'a key is a word, not a list or a mapping');
    case 'BAD_DQ_ESCAPE':
      return slip(
        'unquoted-regexp',
        `in double quotes a backslash begins an escape, and "${text.slice(offset, offset + 2)}" is none; use single quotes`,
      );
    case 'BAD_SCALAR_START':
      return slip('syntax', `a text that begins with "${text[offset]}" must be in quotes`);
    case 'BLOCK_AS_IMPLICIT_KEY':
      return slip(
        'syntax',
        'a text with ": " in it must be in quotes, and a mapping begins on a line of its own',
      );
    case 'MISSING_CHAR':
      if (error.message.startsWith('Implicit map keys')) {
        return slip('syntax', 'this is no KEY: VALUE; a colon and a space are missing');
      }
      if (text[offset] === '{') return unexpected(error, text);
      return slip('syntax', `a quote or a bracket is not closed (${error.message.toLowerCase()})`);
    case 'BAD_INDENT':
      if (/^Flow /.test(error.message)) {
        const message =
          'a "[" or "{" before this is not closed, or its lines are not indented (" #" begins a comment)';
        return slip('syntax', message);
      }
      return slip('syntax', 'this line is indented otherwise than the lines that it belongs to');
    default:
      return unexpected(error, text);
  }
}

/** A bracket in a text that nobody put in quotes, where that is what it is. */
function unexpected(error: YAMLError, text: string): Slip {
  const offset = error.pos[0];
  const character = text[offset] ?? '';
  const before = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  const word = /[^\s,[{]*$/.exec(before)?.[0] ?? '';
  if ('[{'.includes(character) && word.startsWith('/') && !/^\/\w*$/.test(word)) {
    return {
      code: 'unquoted-regexp',
      offset,
      message: 'a regular expression must be in single quotes here',
    };
  }
  if (character === '{' && word !== '') {
    return {
      code: 'unquoted-brace',
      offset,
      message: 'inside [ ] and { } a text with "{" must be in quotes',
    };
  }
  const words = error.message.replace(/ in YAML stream| at node end/g, '');
  const first = words.slice(0, 1).toLowerCase() + words.slice(1);
  return {
    code: 'syntax',
    offset,
    message: `this is not YAML: ${first}; look at the indentation and the quotes of this line and the one before`,
  };
}

function wordAt(text: string, offset: number): string {
  return /^["']?([^"':\s]*)/.exec(text.slice(offset, offset + 100))?.[1] ?? '';
}

/** The key of the same mapping that was there first. */
function firstOf(document: Document.Parsed, offset: number): number | undefined {
  let found: number | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const keys = items.map(({ key }) => key).filter(isScalar);
      const twin = keys.find(({ range }) => range?.[0] === offset);
      if (twin === undefined) return undefined;
      found = keys.find(({ value }) => value === twin.value)?.range?.[0];
      return visit.BREAK;
    },
  });
  return found;
}

/** JSON has no comments, and YAML takes `//` for the beginning of a key. */
export function jsonComment(document: Document.Parsed): Slip | undefined {
  let found: Slip | undefined;
  visit(document, {
    Scalar: (_, { value, range, type }) => {
      if (
        type !== 'PLAIN' ||
        typeof value !== 'string' ||
        !/^(?:\/\/|\/\*)(?:\s|.*\s")/.test(value)
      )
        return undefined;
      const message =
        'JSON has no comments; those of YAML begin with "#", and may stand in this file too';
      found = { code: 'syntax', message, offset: range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return found;
}
