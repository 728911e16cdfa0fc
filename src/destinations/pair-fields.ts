// The two fields of a JSON object in which an operator says that a key pair stands:
// `id=access_key,secret=secret_key`, with dots for fields of inner objects. What cannot stand in a name
// as it is (a dot, for instance) is written as in a URL: `%2E`.

/** Where in an object the two halves of a pair stand. */
export interface PairFields {
  readonly id: FieldPath;
  readonly secret: FieldPath;
}

export type FieldPath = readonly [string, ...string[]];

/** Undefined when the text names no two different fields. */
export function readPairFields(text: string): PairFields | undefined {
  const [one, other, ...more] = text.split(',').map((part) => /^(id|secret)=(.+)$/.exec(part));
  if (!one || !other || more.length > 0 || one[1] === other[1]) return undefined;
  const [id, secret] = (one[1] === 'id' ? [one, other] : [other, one]).map((part) =>
    readPath(part[2] ?? ''),
  );
  if (id === undefined || secret === undefined || isAround(id, secret)) return undefined;
  return { id, secret };
}

/**
 * What is wrong with the text, for whoever wrote it; undefined when nothing is. Stricter than the reading of
 * what is on record: an operator names no field with a control character.
 */
export function pairFieldsFault(text: string): string | undefined {
  if (text === '') return 'nothing stands behind #';
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const fault = partFault(part) ?? (fields.has(optionOf(part)) ? twice(part) : undefined);
    if (fault !== undefined) return fault;
    fields.set(optionOf(part), part.slice(part.indexOf('=') + 1));
  }
  const missing = OPTIONS.find((option) => !fields.has(option));
  if (missing !== undefined) return `${missing}= is missing`;
  const [id, secret] = OPTIONS.map((option) => readPath(fields.get(option) ?? ''));
  return id === undefined || secret === undefined ? 'one cannot be read' : around(id, secret);
}

const OPTIONS = ['id', 'secret'] as const;

const optionOf = (part: string): string => part.split('=', 1)[0] ?? '';
const twice = (part: string): string => `${optionOf(part)}= stands there twice`;

function partFault(part: string): string | undefined {
  if (part === '') return 'nothing stands behind the last comma';
  const option = optionOf(part);
  if (option !== option.trimStart()) return `a space stands before ${quote(option.trimStart())}`;
  if (!part.includes('=')) return `${quote(part)} is neither id=FIELD nor secret=FIELD`;
  if (!OPTIONS.some((known) => known === option)) {
    return `${quote(option)} is not known; id and secret are`;
  }
  const field = part.slice(option.length + 1);
  if (field === '') return `${option}= lacks its field`;
  const fault = fieldFault(field);
  return fault && `${option}=${quote(field)} has ${fault}`;
}

function fieldFault(field: string): string | undefined {
  const [odd] = /[,=#{}\s]/.exec(field) ?? [];
  if (CONTROL.test(field)) return 'a control character';
  if (odd !== undefined) {
    return `${odd === ' ' ? 'a space' : odd}, which is written ${encodeURIComponent(odd)}`;
  }
  if (/%(?![\dA-Fa-f]{2})/.test(field)) {
    return 'a % that begins no code of two digits; %25 is a percent sign';
  }
  const place = emptyNameIn(field);
  if (place !== undefined) return `an empty name ${place}; a dot in a name is written %2E`;
  const path = readPath(field);
  if (path === undefined) return 'codes that are no text';
  return path.some((name) => CONTROL.test(name)) ? 'a control character' : undefined;
}

/** Control characters, and what ends a line. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;

function emptyNameIn(field: string): string | undefined {
  if (field.startsWith('.')) return 'before a dot';
  if (field.endsWith('.')) return 'after a dot';
  return field.includes('..') ? 'between two dots' : undefined;
}

function around(id: FieldPath, secret: FieldPath): string | undefined {
  if (!isAround(id, secret)) return undefined;
  if (id.length === secret.length) return 'id and secret are one field';
  const [outer, inner] = id.length < secret.length ? ['id', 'secret'] : ['secret', 'id'];
  return `the field of ${outer} is around the one of ${inner}`;
}

const quote = (text: string): string => JSON.stringify(text);

/** A field that is named alone; undefined for a text that names none. */
export function readField(text: string): FieldPath | undefined {
  return readPath(text);
}

/** In one spelling, so that the same fields are always the same place. */
export function writePairFields({ id, secret }: PairFields): string {
  return `id=${writePath(id)},secret=${writePath(secret)}`;
}

export function writePath(path: readonly string[]): string {
  return path.map(escaped).join('.');
}

const SEGMENT = /^(?:[^.,=#{}%\s]|%[\dA-Fa-f]{2})+$/;

function readPath(text: string): FieldPath | undefined {
  const segments = text.split('.');
  if (!segments.every((segment) => SEGMENT.test(segment))) return undefined;
  try {
    const [first = '', ...others] = segments.map(decodeURIComponent);
    return [first, ...others];
  } catch {
    return undefined;
  }
}

function escaped(name: string): string {
  return name.replaceAll(/[.,=#{}%\s]/g, (character) =>
    character === '.' ? '%2E' : encodeURIComponent(character),
  );
}

/** One of the two fields would be, or hold, the other. */
function isAround(one: FieldPath, other: FieldPath): boolean {
  const shared = Math.min(one.length, other.length);
  return one.slice(0, shared).join('\0') === other.slice(0, shared).join('\0');
}
