// The form of a place as an operator writes it, judged before anything is done: `ses-smtp:eu-west-1`. The command
// line and a configuration ask here.

import type { DestinationKind } from '../kind.ts';
import { FORMS, type NamedForm, namedForm } from './forms.ts';

/** What is wrong with the word; undefined when nothing is, as far as no file has to be read. */
export function askedFormFault(word: string, kind: DestinationKind): string | undefined {
  if (kind.rule === undefined) {
    return `${kind.name} hands the secret over as AWS made it; a form is for places that are read`;
  }
  const named = namedForm(word);
  if (named === undefined) return `${JSON.stringify(word)} is no form`;
  return argumentFault(named) ?? (named.kind.isFile ? undefined : ownFault(named));
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

function ownFault({ kind, argument = kind.fallback ?? '' }: NamedForm): string | undefined {
  return kind.fault(argument);
}

/** The forms that there are, each with what stands behind it. */
export function formWords(): string {
  const words = FORMS.map(({ name, argument, fallback }) => {
    const behind = argument === undefined ? '' : `:${argument}`;
    return fallback === undefined ? `${name}${behind}` : `${name}[${behind}]`;
  });
  return words.join(', ');
}
