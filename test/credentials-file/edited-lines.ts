// What an edit of a file may change, judged without the editor: by comparing lines.
//
// "Edited lines" are, of the profiles that the edit names:
//   - lines that set one of the pair's names or a session token,
//   - in a previous profile that existed: lines that set a name which the profile sets too,
//   - in a previous profile that did not exist: all its lines, and one empty line before it,
//   - the end (not the text) of a line that stood last, or stands last now.
// Every other line stays byte for byte, in its order; no comment goes.

const PAIR_LINE = /^\s*aws_(?:access_key_id|secret_access_key|session_token|security_token)\s*=/;

interface PlacedLine {
  /** With its end. */
  readonly raw: string;
  readonly text: string;
  readonly profile: string | undefined;
}

function placedLines(bytes: Buffer): PlacedLine[] {
  let profile: string | undefined;
  return bytes
    .toString('latin1')
    .split(/(?<=\n)/)
    .filter((raw) => raw !== '')
    .map((raw) => {
      const text = raw.replace(/\r?\n$/, '');
      const header = /^\s*\[(.+)\]/.exec(text.replace(/\s[#;].*/, ''))?.[1];
      if (header !== undefined) profile = header;
      // Where a comment or an empty line belongs is in the eye of the reader.
      return { raw, text, profile: /^\s*(?:[#;].*)?$/.test(text) ? undefined : profile };
    });
}

interface Difference {
  readonly removed: readonly PlacedLine[];
  readonly added: readonly PlacedLine[];
}

/** By the longest common subsequence of lines. */
function difference(before: readonly PlacedLine[], after: readonly PlacedLine[]): Difference {
  const same = (a: number, b: number): boolean =>
    before[a]?.raw === after[b]?.raw && before[a]?.profile === after[b]?.profile;
  const width = after.length + 1;
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (a: number, b: number): number => lengths[a * width + b] ?? 0;
  for (let a = before.length - 1; a >= 0; a -= 1) {
    for (let b = after.length - 1; b >= 0; b -= 1) {
      lengths[a * width + b] = same(a, b)
        ? at(a + 1, b + 1) + 1
        : Math.max(at(a + 1, b), at(a, b + 1));
    }
  }
  const removed: PlacedLine[] = [];
  const added: PlacedLine[] = [];
  let a = 0;
  let b = 0;
  while (a < before.length || b < after.length) {
    if (a < before.length && b < after.length && same(a, b)) {
      a += 1;
      b += 1;
    } else if (b >= after.length || (a < before.length && at(a + 1, b) >= at(a, b + 1))) {
      removed.push(before[a] as PlacedLine);
      a += 1;
    } else {
      added.push(after[b] as PlacedLine);
      b += 1;
    }
  }
  return { removed, added };
}

export interface Rotated {
  readonly profile: string;
  readonly previous: string;
  readonly also: readonly string[];
}

/** The first line that a rotation must not have changed; undefined when all is well. */
export function wrongLineOfRotation(
  beforeBytes: Buffer,
  afterBytes: Buffer,
  { profile, previous, also }: Rotated,
): string | undefined {
  const before = placedLines(beforeBytes);
  const after = placedLines(afterBytes);
  const hadPrevious = before.some((line) => line.profile === previous);
  const { removed, added } = difference(before, after);
  const nameOf = (text: string) => text.split('=')[0]?.trim();
  const names = before.filter((line) => line.profile === profile).map(({ text }) => nameOf(text));
  const isOfPair = (line: PlacedLine) =>
    PAIR_LINE.test(line.text) && [profile, previous, ...also].includes(line.profile ?? '');
  const isCopied = (line: PlacedLine) =>
    line.profile === previous && line.text.includes('=') && names.includes(nameOf(line.text));
  const wrongRemoved = removed.find(
    (line) => !isOfPair(line) && !isCopied(line) && !onlyTheEnd(line, before, after),
  );
  if (wrongRemoved !== undefined) return `removed: ${JSON.stringify(wrongRemoved)}`;
  let emptyLines = 0;
  const wrongAdded = added.find((line) => {
    if (isOfPair(line) || isCopied(line) || onlyTheEnd(line, before, after)) return false;
    if (hadPrevious) return true;
    if (line.text === '') emptyLines += 1;
    return line.profile !== previous && !(line.text === '' && emptyLines === 1);
  });
  return wrongAdded && `added: ${JSON.stringify(wrongAdded)}`;
}

/** The first line that taking a profile out must not have changed; undefined when all is well. */
export function wrongLineOfRemoval(
  beforeBytes: Buffer,
  afterBytes: Buffer,
  profile: string,
): string | undefined {
  const before = placedLines(beforeBytes);
  const after = placedLines(afterBytes);
  const { removed, added } = difference(before, after);
  const owns = before.map((line) => line.profile === profile);
  const range = before.slice(owns.indexOf(true), owns.lastIndexOf(true) + 1);
  const own = range.map(({ raw }) => raw);
  let emptyLines = 0;
  const wrong = removed.find((line) => {
    if (own.includes(line.raw) || onlyTheEnd(line, before, after)) return false;
    if (line.text === '') emptyLines += 1;
    return !(line.text === '' && emptyLines === 1);
  });
  const extra = added.find((line) => !onlyTheEnd(line, before, after));
  return wrong ? `removed: ${wrong.raw}` : extra && `added: ${extra.raw}`;
}

/** A line whose text is in both, and which stands last in one of them. */
function onlyTheEnd(
  line: PlacedLine,
  before: readonly PlacedLine[],
  after: readonly PlacedLine[],
): boolean {
  const [lastBefore, lastAfter] = [before.at(-1), after.at(-1)];
  return (
    (line.raw === lastBefore?.raw && after.some(({ text }) => text === line.text)) ||
    (line.raw === lastAfter?.raw && before.some(({ text }) => text === line.text)) ||
    (line.text === lastBefore?.text && line.raw !== lastBefore.raw) ||
    (line.text === lastAfter?.text && line.raw !== lastAfter.raw)
  );
}
