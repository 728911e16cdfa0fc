// The form of a place, as the command line and the library take it: KIND:FORM=NAME.

import { readFileSync } from 'node:fs';
import { KeyturnError } from '../base/errors.ts';
import { askedFormFault, formWords } from '../destinations/forms/asked-form.ts';
import { formWord, type NamedForm, namedForm } from '../destinations/forms/forms.ts';
import type { DestinationKind } from '../destinations/kind.ts';

/** The word for the journal, in which the text of a file has taken the place of its path. Throws `bad-value`. */
export function readForm(word: string, kind: DestinationKind, label: string): string {
  const fault = askedFormFault(word, kind);
  const named = namedForm(word);
  if (fault !== undefined || named === undefined) throw badForm(label, fault ?? 'it is none');
  if (named.kind.isFile !== true) return formWord(named);
  const text = textOf(named, label);
  const odd = named.kind.fault(text);
  if (odd !== undefined) throw badForm(label, `the file ${named.argument}: ${odd}`);
  return formWord({ ...named, argument: text });
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
  return new KeyturnError('bad-value', `${label}: ${fault}`, {
    hint: `KIND:FORM=NAME takes the forms ${formWords()}, and each with +base64 behind its name`,
  });
}
