// A command line of words, as an operator writes it. Quotes keep blanks together; nothing is expanded, and
// no shell ever sees it.

/**
 * The words of the line: parts in `'…'` are taken as they stand, in `"…"` and outside of quotes a backslash
 * takes the next character as it is. Undefined when a quote is left open or the last character is a
 * backslash.
 */
export function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    if (quote === undefined && /\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && (character === "'" || character === '"')) {
      quote = character;
      word ??= '';
    } else if (character === '\\' && quote !== "'") {
      index += 1;
      if (index === line.length) return undefined;
      word = (word ?? '') + line.charAt(index);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}
