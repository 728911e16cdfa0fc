// What keyctl asks a person. The terminal's implementation is in terminal-asker.ts.

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
