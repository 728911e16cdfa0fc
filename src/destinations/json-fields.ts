// Text fields of a JSON object, at its top or below, changed without touching a byte of anything else. Reading
// and writing the whole object anew would round large numbers and reorder what people laid out.

export interface JsonField {
  readonly name: string;
  /** Undefined for a value that is no text. */
  readonly text: string | undefined;
  /** Where the value stands. */
  readonly start: number;
  readonly end: number;
}

/** The fields of the object in the order in which they stand; undefined when it is no JSON object. */
export function fieldsOf(json: string): JsonField[] | undefined {
  if (!isObject(json)) return undefined;
  const fields: JsonField[] = [];
  let at = json.indexOf('{') + 1;
  while (true) {
    at = skipBetween(json, at);
    if (json[at] === '}') return fields;
    const nameEnd = endOfValue(json, at);
    const name = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipBetween(json, nameEnd);
    const end = endOfValue(json, start);
    const isText = json[start] === '"';
    fields.push({
      name,
      text: isText ? (JSON.parse(json.slice(start, end)) as string) : undefined,
      start,
      end,
    });
    at = end;
  }
}

/** The object with the field set, appended when it is not there yet. `json` must be an object. */
export function withField(json: string, name: string, text: string): string {
  return withMember(json, name, JSON.stringify(text));
}

/** The same with a value that is JSON already. */
function withMember(json: string, name: string, value: string): string {
  const fields = fieldsOf(json) ?? [];
  const found = fields.find((field) => field.name === name);
  if (found !== undefined) return json.slice(0, found.start) + value + json.slice(found.end);
  const member = `${JSON.stringify(name)}: ${value}`;
  const last = fields.at(-1);
  const at = last?.end ?? json.indexOf('{') + 1;
  return `${json.slice(0, at)}${last === undefined ? '' : ', '}${member}${json.slice(at)}`;
}

/** The text at the path; undefined when there is none, or when a name on the way stands twice. */
export function textAt(json: string, path: readonly string[]): string | undefined {
  const [name, ...below] = path;
  const [found, other] = (fieldsOf(json) ?? []).filter((field) => field.name === name);
  if (found === undefined || other !== undefined) return undefined;
  return below.length === 0 ? found.text : textAt(json.slice(found.start, found.end), below);
}

/** Whether something stands at the path that is neither text nor `null`: an object, a list, a number. */
export function holdsNoText(json: string, path: readonly string[]): boolean {
  const [name, ...below] = path;
  const found = (fieldsOf(json) ?? []).find((field) => field.name === name);
  if (found === undefined) return false;
  const value = json.slice(found.start, found.end);
  return below.length > 0
    ? holdsNoText(value, below)
    : found.text === undefined && value.trim() !== 'null';
}

/**
 * The object with the text at the path; objects on the way that are not there yet are made. Undefined
 * when something else than an object is on the way, or a name stands twice.
 */
export function withTextAt(
  json: string,
  path: readonly string[],
  text: string,
): string | undefined {
  const [name = '', ...below] = path;
  const fields = fieldsOf(json);
  const [found, other] = (fields ?? []).filter((field) => field.name === name);
  if (fields === undefined || other !== undefined) return undefined;
  if (below.length === 0) return withField(json, name, text);
  const inner = withTextAt(found ? json.slice(found.start, found.end) : '{}', below, text);
  return inner === undefined ? undefined : withMember(json, name, inner);
}

function isObject(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    // The parser's own error would quote the text (I8).
    return false;
  }
}

/** Past spaces, commas and colons. */
function skipBetween(json: string, from: number): number {
  let at = from;
  while (/[\s,:]/.test(json[at] ?? '}')) at += 1;
  return at;
}

/** Past the value that begins at `start`. The text is known to be valid JSON. */
function endOfValue(json: string, start: number): number {
  let depth = 0;
  for (let at = start; at < json.length; at += 1) {
    const character = json[at] ?? '';
    if (character === '"') at = endOfText(json, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (depth > 0 && (character === '}' || character === ']')) depth -= 1;
    else if (depth === 0 && /[\s,:}\]]/.test(character)) return at;
    else continue;
    if (depth === 0) return at + 1;
  }
  return json.length;
}

function endOfText(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at + 1;
}
