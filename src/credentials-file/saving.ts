// What the parts of one save share.

import type { Clock } from '../base/clock.ts';
import type { FileSystem } from '../base/files/file-system.ts';
import type { Setting } from '../base/settings-words.ts';

export interface SaveOptions {
  readonly path: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** How the path was named, for hints: by a flag of its own, when it is not as files of profiles are. */
  readonly namedBy?: Setting;
  /** Whether the backup stays when the new content is safe; it does when left out. */
  readonly keepsBackup?: boolean;
  /** Runs work as the only keyctl that writes this file. */
  readonly lock: <T>(target: string, work: () => Promise<T>) => Promise<T>;
}

/** One write of a file. */
export interface Place {
  readonly target: string;
  readonly before: Buffer;
  readonly after: Buffer;
  readonly inPlace: boolean;
}

/** What is written, and where the content from before is kept. */
export interface Contents extends Place {
  readonly backup: string | undefined;
}
