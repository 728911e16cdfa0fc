// A text with marks in the places of the pair and of what is known of its user.

import type { Pair } from '../look.ts';
import type { FormedParts, FormFacts } from './form.ts';

const MARK = /\{(\w+)\}/g;

/** The marks that a text may have. */
export const MARKS = ['access_key_id', 'secret_access_key', 'user', 'account'] as const;

const REQUIRED = ['access_key_id', 'secret_access_key'] as const;

/** What is wrong with the marks of a text; undefined when nothing is. */
export function marksFault(text: string): string | undefined {
  const found = [...text.matchAll(MARK)].map(([, name = '']) => name);
  const odd = found.find((name) => !MARKS.some((known) => known === name));
  if (odd !== undefined) return `{${odd}} is not known; {${MARKS.join('}, {')}} are`;
  const missing = REQUIRED.find((name) => !found.includes(name));
  return missing === undefined ? undefined : `{${missing}} is missing`;
}

export function filled(template: string, { keyId, secret }: Pair, facts: FormFacts): string {
  const values: Readonly<Record<string, string>> = {
    access_key_id: keyId,
    secret_access_key: secret.reveal(),
    ...facts,
  };
  return template.replaceAll(MARK, (mark, name: string) => values[name] ?? mark);
}

/** Reads a text that was filled from the template, whatever the pair was. */
export function partsOfFilled(
  text: string,
  given: string,
  facts: FormFacts,
): FormedParts | undefined {
  // A place may have taken the end of the last line off.
  const template = given.trim();
  const known: Readonly<Record<string, string>> = { ...facts };
  let pattern = '';
  let end = 0;
  const seen = new Set<string>();
  for (const { 0: mark, 1: name = '', index } of template.matchAll(MARK)) {
    pattern += literal(template.slice(end, index));
    const value = known[name];
    if (value !== undefined) pattern += literal(value);
    else if (seen.has(name)) pattern += `\\k<${name}>`;
    else pattern += `(?<${name}>[A-Za-z\\d+/=]*)`;
    seen.add(name);
    end = index + mark.length;
  }
  const match = new RegExp(`^${pattern}${literal(template.slice(end))}$`).exec(text.trim());
  const { access_key_id: id, secret_access_key: secret } = match?.groups ?? {};
  return match === null ? undefined : { id, secret };
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
