// Programs of the operator's, as a port: one document in, one document out, and a process that never
// outlives its time.

import type { Secret } from './secret.ts';

export interface ProgramCall {
  /** The program, by its absolute path, and its arguments. */
  readonly words: readonly string[];
  /** What it reads on stdin, to its end. */
  readonly input: Secret;
  /**
   * Variables for a program that is to run in keyturn's own environment, as one of the operator's tools does;
   * left out for one that gets a few words of it.
   */
  readonly ownEnvironment?: Readonly<Record<string, string>> | undefined;
  /** What must not be told of its output, whatever the program prints. */
  readonly secrets: readonly Secret[];
  /** For how long it may run; what the environment says when left out. */
  readonly limitMs?: number | undefined;
  /** Ends it early, with the reason of the signal; left out for what must not be given up half-way. */
  readonly signal?: AbortSignal | undefined;
  /** Whether nobody needs all that it prints: of what is too long the end is kept. */
  readonly isChatty?: boolean | undefined;
}

export type ProgramResult =
  /** It came to its end by itself with exit code 0; `output` is all that it printed on stdout. */
  | { readonly kind: 'answered'; readonly output: Secret }
  /** Nobody knows what it did. `reason` and `stderr` hold no secret of the call. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly stderr: string;
      /** Of one that came to its end by itself; undefined for one that was ended, or never ran. */
      readonly exitCode?: number | undefined;
      /** The last line that it printed on stdout, else on stderr. */
      readonly lastLine?: string | undefined;
    };

export interface Programs {
  /** Throws `not-deliverable` for a program that somebody else could have put there, or that cannot be run. */
  check(path: string): Promise<void>;
  /** Resolves when the process and its children are gone; rejects with the reason of the signal alone. */
  run(call: ProgramCall): Promise<ProgramResult>;
}
