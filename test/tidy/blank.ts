// Blanks out what is not code, so that rules do not trip over words in comments and strings.
// Lengths and line breaks stay, so that offsets and line numbers still hold.

/** What stands open: a block of code, or code inside `${…}` of a template. */
type Open = '{' | '${';

const REGEX_MAY_FOLLOW =
  /(?:^|[([{,;:=!&|?+\-*%~^<>]|=>|\b(?:return|typeof|case|of|in|await|yield))\s*$/;

export function blank(text: string): string {
  const out = [...text.split('')];
  const open: Open[] = [];
  let at = 0;
  const erase = (end: number): void => {
    for (let i = at; i < end && i < out.length; i += 1) if (out[i] !== '\n') out[i] = ' ';
    at = end;
  };
  const template = (): void => {
    const end = templateEnd(text, at);
    if (text.startsWith('${', end - 2) && text[end - 1] === '{') {
      open.push('${');
    }
    erase(end);
  };
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const first = rest[0];
    if (rest === '//') erase(endOf(text, '\n', at));
    else if (rest === '/*') erase(endOf(text, '*/', at + 2) + 2);
    else if (first === "'" || first === '"') erase(stringEnd(text, at, first));
    else if (first === '`') {
      at += 1;
      out[at - 1] = ' ';
      template();
    } else if (
      first === '/' &&
      REGEX_MAY_FOLLOW.test(out.slice(Math.max(0, at - 40), at).join(''))
    ) {
      erase(regexEnd(text, at));
    } else if (first === '{') {
      open.push('{');
      at += 1;
    } else if (first === '}') {
      if (open.pop() === '${') {
        out[at] = ' ';
        at += 1;
        template();
      } else at += 1;
    } else at += 1;
  }
  return out.join('');
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from);
  return end < 0 ? text.length : end;
}

function stringEnd(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text[at] !== quote && text[at] !== '\n') {
    at += text[at] === '\\' ? 2 : 1;
  }
  return at + 1;
}

/** The end of a stretch of template text: behind its closing backtick, or behind `${`. */
function templateEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    if (text[at] === '\\') at += 2;
    else if (text[at] === '`') return at + 1;
    else if (text.startsWith('${', at)) return at + 2;
    else at += 1;
  }
  return at;
}

function regexEnd(text: string, start: number): number {
  let at = start + 1;
  let isInClass = false;
  while (at < text.length && text[at] !== '\n') {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') isInClass = true;
    else if (text[at] === ']') isInClass = false;
    else if (text[at] === '/' && !isInClass) break;
    at += 1;
  }
  return at + 1;
}
