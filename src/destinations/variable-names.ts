// The names that a pair has among variables or secrets of a service: two, one for each half, or one for both.

export type VariableNames =
  | { readonly form: 'halves'; readonly id: string; readonly secret: string }
  /** One with both halves as JSON: the only form that is written at once. */
  | { readonly form: 'object'; readonly name: string };

export const USUAL_VARIABLES = {
  form: 'halves',
  id: 'AWS_ACCESS_KEY_ID',
  secret: 'AWS_SECRET_ACCESS_KEY',
} as const satisfies VariableNames;

/** From what stands behind `#`; undefined for what names no pair. `name` is what the service takes. */
export function variablesNamed(text: string | undefined, name: RegExp): VariableNames | undefined {
  if (text === undefined) return USUAL_VARIABLES;
  const [id = '', secret, ...more] = text.split(',').map((each) => each.trim());
  if (more.length > 0 || !name.test(id)) return undefined;
  if (secret === undefined) return { form: 'object', name: id };
  return name.test(secret) && id !== secret ? { form: 'halves', id, secret } : undefined;
}

/** The ID's first. */
export function namesOf(pair: VariableNames): readonly string[] {
  return pair.form === 'object' ? [pair.name] : [pair.id, pair.secret];
}

/** What stands behind the place; empty for the usual names. */
export function writtenNames(pair: VariableNames): string {
  const names = namesOf(pair).join(',');
  return names === namesOf(USUAL_VARIABLES).join(',') ? '' : `#${names}`;
}

/** What a place cannot promise whose halves are two variables: see DestinationKind.writesTwice. */
export function writtenTwice(what: 'secret' | 'variable'): string {
  return `takes key ID and secret in two writes, and a job that begins between them gets halves of two pairs; one ${what} with both (#NAME) is written at once`;
}
