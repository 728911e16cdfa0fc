// What a program sees when it reads a file of profiles. The AWS SDK for JavaScript and the AWS CLI
// (botocore, over Python's configparser) read the same bytes differently; both are modelled here, and
// the tests hold the models to the real ones.

/** Settings by name, as the reader spells them. */
export type Settings = ReadonlyMap<string, string>;

export interface ReadFile {
  readonly kind: 'read';
  /** Sections by their header, as the reader spells it. */
  readonly sections: ReadonlyMap<string, Settings>;
}

/** The reader gives up on the whole file. */
export interface UnreadableFile {
  readonly kind: 'unreadable';
  readonly line: number;
  readonly reason: string;
}

export type Reading = ReadFile | UnreadableFile;
