// The commands that a page of documentation shows, as words: those in its blocks of shell lines, and those in its text.

export interface ShownCommand {
  readonly path: string;
  /** As the page has it. */
  readonly text: string;
  readonly words: readonly string[];
  /** In a block it is there to be pasted; in a sentence it may be the name of a command alone. */
  readonly isWhole: boolean;
}

const PROGRAMS: ReadonlySet<string> = new Set(['keyturn', 'keyctl', 'rotate-iam-keys']);

/** Each command of our own that stands in a Markdown page. */
export function shownCommands(path: string, page: string): readonly ShownCommand[] {
  const blocks = [...page.matchAll(/^```(?:sh|bash|shell)\n([\s\S]*?)^```/gm)];
  const inBlocks = blocks.flatMap(([, block = '']) => block.replaceAll(/\\\n/g, ' ').split('\n'));
  const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '');
  const inProse = [...prose.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text);
  const shown = (texts: readonly string[], isWhole: boolean) =>
    texts
      .filter((text) => !text.includes('…') && (isWhole || !/[|<>[\]]|\.\.\./.test(text)))
      .flatMap((text) =>
        simpleCommands(text).map((words) => ({ path, text: text.trim(), words, isWhole })),
      );
  return [...shown(inBlocks, true), ...shown(inProse, false)];
}

/** The simple commands of a line that run one of ours, without what is set before them. */
function simpleCommands(line: string): readonly (readonly string[])[] {
  const commands: string[][] = [[]];
  for (const token of tokens(line)) {
    if (token.isOperator) commands.push([]);
    else commands.at(-1)?.push(token.text);
  }
  return commands
    .map((words) => words.slice(words.findIndex((word) => !/^\w+=/.test(word))))
    .filter(([program = '']) => PROGRAMS.has(program));
}

interface Token {
  readonly text: string;
  readonly isOperator: boolean;
}

const TOKEN =
  /\s+|#.*|(?:\d?>>?|<)\s*\S+|[|;&()]+|(?:'[^']*'|"(?:\\.|[^"])*"|\\.|[^\s'"\\|;&()<>])+/gy;

function tokens(line: string): readonly Token[] {
  return [...line.matchAll(TOKEN)].flatMap(([text]): readonly Token[] => {
    if (/^(?:\s|#|\d?[<>])/.test(text)) return [];
    if (/^[|;&()]/.test(text)) return [{ text, isOperator: true }];
    return [{ text: withoutQuotes(text), isOperator: false }];
  });
}

function withoutQuotes(text: string): string {
  return text.replaceAll(/'([^']*)'|"((?:\\.|[^"])*)"|\\(.)/g, (_, single, double, escaped) =>
    String(single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped),
  );
}
