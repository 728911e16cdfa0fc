// The form of a place, as the command line and the library take it: KIND:FORM=NAME.

import { readFileSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';
import { FORMS, formWord, type NamedForm, namedForm } from '../destinations/forms/forms.ts';
import type { DestinationKind } from '../destinations/kind.ts';

/** The word for the journal, in which the text of a file has taken the place of its path. Throws `bad-value`. */
export function readForm(word: string, kind: DestinationKind, label: string): string {
  const named = namedForm(word);
  const fault =
    kind.rule === undefined
      ? `${kind.name} hands the secret over as AWS made it; a form is for places that are read`
      : named === undefined
        ? `${JSON.stringify(word)} is no form`
        : argumentFault(named);
  if (fault !== undefined) throw badForm(label, fault);
  if (named === undefined) throw badForm(label, 'there is no form');
  const read = named.kind.isFile ? { ...named, argument: textOf(named, label) } : named;
  const { argument = read.kind.fallback ?? '' } = read;
  const odd = named.kind.fault(argument);
  if (odd === undefined) return formWord(read);
  const where = named.kind.isFile ? `the file ${named.argument}: ` : '';
  throw badForm(label, `${where}${odd}`);
}

function argumentFault({ kind, argument }: NamedForm): string | undefined {
  const { name, argument: takes, fallback } = kind;
  if (takes === undefined) {
    return argument === undefined ? undefined : `the form ${name} takes nothing behind it`;
  }
  if (argument === '') return `the form ${name} lacks its ${takes} behind the colon`;
  const isMissing = argument === undefined && fallback === undefined;
  return isMissing ? `the form ${name} lacks its ${takes}: ${name}:${takes}` : undefined;
}

/** Read once, before anything else is done: the journal keeps the text, so the file may change later. */
function textOf({ argument: path = '' }: NamedForm, label: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    throw badForm(label, `the file ${path} cannot be read: ${code}`);
  }
}

function badForm(label: string, fault: string): KeyturnError {
  const words = FORMS.map(({ name, argument, fallback }) => {
    const behind = argument === undefined ? '' : `:${argument}`;
    return fallback === undefined ? `${name}${behind}` : `${name}[${behind}]`;
  });
  return new KeyturnError('bad-value', `${label}: ${fault}`, {
    hint: `KIND:FORM=NAME takes the forms ${words.join(', ')}, and each with +base64 behind its name`,
  });
}
