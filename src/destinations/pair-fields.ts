// The two fields of a JSON object in which an operator says that a key pair stands:
// `id=access_key,secret=secret_key`, with dots for fields of inner objects. What can not stand in a name
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
