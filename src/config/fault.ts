// What is wrong in a configuration, and where: the form in which every check of this room speaks.

/** What kind of mistake it is; stable, for programs that read `keyturn validate --json`. */
export type FaultCode =
  | 'unreadable'
  | 'too-large'
  | 'too-deep'
  | 'syntax'
  | 'tab'
  | 'several-documents'
  | 'yaml-version'
  | 'unquoted-star'
  | 'unquoted-tag'
  | 'unquoted-brace'
  | 'unquoted-regexp'
  | 'merge-key'
  | 'too-many-aliases'
  | 'duplicate-key'
  | 'unknown-key'
  | 'missing-key'
  | 'bad-type'
  | 'bad-value'
  | 'conflict'
  | 'unreachable'
  | 'unknown-name'
  | 'promise-not-kept'
  | 'secret-in-clear'
  | 'untrusted-tag'
  | 'inactive-keys-stay'
  | 'exemption-expired';

/** Where in a file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface ConfigFault extends Position {
  readonly severity: 'error' | 'warning';
  readonly code: FaultCode;
  readonly message: string;
  /** The way to what it is about; left out where the file could not be read. */
  readonly path?: Path;
  /** The line of the file, for people; left out where it may hold a secret (I8). */
  readonly source?: string;
}

/** The way to a value: `['rules', 0, 'match']`. */
export type Path = readonly (string | number)[];

/** A fault of a value before anybody knows where it stands. */
export interface Found {
  readonly path: Path;
  readonly code: FaultCode;
  readonly message: string;
  /** Whether it is about the key and not its value. */
  readonly isKey?: boolean;
  /** So many characters into the text of the value. */
  readonly index?: number;
  readonly severity?: 'warning';
}

/** The order of the file; of one place the first that was found alone, since the others follow from it. */
export function inOrder(faults: readonly ConfigFault[]): readonly ConfigFault[] {
  const sorted = faults.toSorted(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
  const told: ConfigFault[] = [];
  for (const fault of sorted) {
    const before = told.at(-1);
    const isSame =
      before?.file === fault.file && before.line === fault.line && before.column === fault.column;
    if (!isSame) told.push(fault);
    // The same, with the place where it is used again.
    else if (fault.message.startsWith(before.message)) told[told.length - 1] = fault;
  }
  return told;
}
