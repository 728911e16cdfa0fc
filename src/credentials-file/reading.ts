// What a program sees when it reads a file of profiles. The AWS SDK for JavaScript and the AWS CLI
// (botocore, over Python's configparser) read the same bytes differently; both are modelled here, and
// the tests hold the models to the real ones.

/** Settings by name, as the reader spells them; a setting of a group is `group.name`. */
export type Settings = ReadonlyMap<string, string>;

export interface ReadFile {
  readonly kind: 'read';
  /** Sections by their header, as the reader spells it. */
  readonly sections: ReadonlyMap<string, Settings>;
  /** Where each of them was read, also sections without settings. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Lines are counted from 1. */
export interface Place {
  readonly headerLine: number;
  readonly settingLines: ReadonlyMap<string, number>;
}

/** The reader gives up on the whole file. */
export interface UnreadableFile {
  readonly kind: 'unreadable';
  readonly line: number;
  /** Counted from 1, where one character is to blame. */
  readonly column?: number | undefined;
  /** Continues "because …" and names nothing but profiles and well-known settings (I8). */
  readonly reason: string;
}

export type Reading = ReadFile | UnreadableFile;

/** Gathers what a reader finds, in the order in which it finds it. */
export class ReadingBuilder {
  readonly #sections = new Map<string, Map<string, string>>();
  readonly #places = new Map<string, { headerLine: number; settingLines: Map<string, number> }>();

  header(section: string, line: number): void {
    if (!this.#places.has(section)) {
      this.#places.set(section, { headerLine: line, settingLines: new Map() });
    }
  }

  /** Makes the section visible even without settings. */
  open(section: string): Map<string, string> {
    const settings = this.#sections.get(section) ?? new Map<string, string>();
    this.#sections.set(section, settings);
    return settings;
  }

  set(section: string, name: string, value: string, line: number): void {
    this.open(section).set(name, value);
    this.#places.get(section)?.settingLines.set(name, line);
  }

  finish(): ReadFile {
    return { kind: 'read', sections: this.#sections, places: this.#places };
  }
}

export function unreadable(line: number, reason: string, column?: number): UnreadableFile {
  return { kind: 'unreadable', line, reason, column };
}

/** Words joined by underscores, as all settings of AWS are; a secret cannot look like that. */
const SETTING_WORDS = /^(?:[a-z][a-z0-9]{0,15}(?:_[a-z0-9]{1,15}){1,6}|region|output|s3)$/i;

/** How an error may call a setting: anything else in its place can be a secret (I8). */
export function sayable(name: string): string {
  return SETTING_WORDS.test(name) ? name : 'a setting';
}
