// What keyctl asks a person. terminal-asker.ts draws the questions, plain-asker.ts writes them line by line.

export interface ProfileChoice {
  readonly name: string;
  /** What the files say of the profile; shown until more is known. */
  readonly detail: string;
}

export interface ChooseRequest {
  /** The title is the question; the subtitle says what the choice is for. */
  readonly title: string;
  readonly subtitle: string;
  /** The line that replaces the question once it was answered. */
  readonly answered: (name: string) => string;
  readonly choices: readonly ProfileChoice[];
  /** What Enter chooses; the first when left out. */
  readonly initial?: string | undefined;
  /**
   * Called when the list shows. It may call back later with more detail for a name, until the
   * signal says that the choice was made.
   */
  readonly whileChoosing: (tell: (name: string, detail: string) => void, end: AbortSignal) => void;
}

/** Each throws `cancelled` when the person leaves, and the signal's reason when it is aborted. */
export interface Asker {
  choose(request: ChooseRequest): Promise<string>;
  confirm(question: string, fallback: boolean): Promise<boolean>;
  /** The current code of an MFA device. */
  mfaCode(serial: string): Promise<string>;
}

/** Only y and yes are a yes; Enter alone is what the question says. Every other word is a no. */
export function isYes(typed: string, fallback: boolean): boolean {
  const word = typed.trim().toLowerCase();
  return word === '' ? fallback : word === 'y' || word === 'yes';
}

/** What is meant by a number that was typed at a list: the entry that has it, if there is one. */
export function entryOf<Entry>(typed: string, entries: readonly Entry[]): Entry | undefined {
  const word = typed.trim();
  return /^[1-9]\d*$/.test(word) ? entries[Number(word) - 1] : undefined;
}

/** The code of an MFA device is checked before AWS sees it: a wrong one counts there. */
export function whyNoCode(code: string): string | undefined {
  return /^\d{6}$/.test(code) ? undefined : 'a code has 6 digits';
}
