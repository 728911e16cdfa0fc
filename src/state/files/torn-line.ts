// Tells a line that a dying writer cut short from a line that somebody damaged.
//
// A batch is appended in one write, and its promises resolve after fsync. A writer that dies, or a
// disk that fills up, leaves the beginning of that write: complete records, then at most one record
// cut short. Nobody was told that the cut record is on disk, so nothing was done because of it, and
// it is safe to skip. A record that was on disk (fsync) is never cut short later, so any other line
// that is not JSON is damage and must not be skipped (I11).
//
// After a power cut, blocks that never reached the disk can read as NUL bytes. They lie behind the
// last completed fsync too, and JSON never contains a NUL, so a line is judged by what stands before
// its first NUL.

/** True when the text is the beginning of a JSON object, but not a whole one. */
export function isCutShort(line: string): boolean {
  const nul = line.indexOf('\0');
  const text = nul === -1 ? line : line.slice(0, nul);
  if (text === '') return true;
  if (!text.startsWith('{')) return false;
  const { kept, closers } = openEnds(text);
  if (closers === '') return false;
  return COMPLETIONS.some((completion) => parses(`${kept}${completion}${closers}`));
}

/**
 * What can be missing between the cut and the closing brackets: nothing, a value, a member, its
 * colon, or the rest of `null`, the only word among our values.
 */
const COMPLETIONS = ['', 'null', ':null', '"":null', 'ull', 'll', 'l'];

/** The text without a half-written escape, and the quote and brackets that would close it. */
function openEnds(text: string): { kept: string; closers: string } {
  const brackets: string[] = [];
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (inString && character === '\\') {
      const lengthOfEscape = text.charAt(index + 1) === 'u' ? 6 : 2;
      if (index + lengthOfEscape > text.length)
        return closing(text.slice(0, index), brackets, true);
      index += lengthOfEscape - 1;
    } else if (character === '"') {
      inString = !inString;
    } else if (!inString && (character === '{' || character === '[')) {
      brackets.push(character === '{' ? '}' : ']');
    } else if (!inString && (character === '}' || character === ']')) {
      brackets.pop();
    }
  }
  return closing(text, brackets, inString);
}

function closing(text: string, brackets: readonly string[], inString: boolean) {
  const ends = brackets.toReversed().join('');
  return { kept: inString ? `${text}"` : text, closers: ends };
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
