// What changed between two JSON objects, as a merge patch (RFC 7396): the fields with new values alone, so
// that no other is sent, read again by the server, or in anybody's way.

type Fields = Readonly<Record<string, unknown>>;

/** Of two objects of which the second has every field of the first. */
export function fieldsChanged(before: string, after: string): Fields {
  return changesOf(JSON.parse(before) as Fields, JSON.parse(after) as Fields);
}

function changesOf(before: Fields, after: Fields): Fields {
  const entries = Object.entries(after).flatMap(([name, value]) => {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    if (isObject(old) && isObject(value)) {
      const inner = changesOf(old, value);
      return Object.keys(inner).length === 0 ? [] : [[name, inner] as const];
    }
    return JSON.stringify(old) === JSON.stringify(value) ? [] : [[name, value] as const];
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
