// What several stores of one process share, as processes share a disk: what was made durable, and who
// is at work.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import type { ErrorCode } from '../../base/error-codes.ts';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import { KnownSightings } from '../known-sightings.ts';
import { RecordedUsers } from '../recorded-users.ts';

/** What is kept of one account. */
export class AccountMemory {
  users = new RecordedUsers();
  /** The texts of all records, in the order in which they were recorded. */
  lines: string[] = [];
  /** The lines of the audit trail. */
  trail: string[] = [];
  readonly secrets = new Map<AccessKeyId, IssuedKey>();
  /** Keys of which it is a fact that nobody has their secret. */
  readonly condemned = new Set<AccessKeyId>();
  readonly sealed = new Map<AccessKeyId, Buffer>();
  readonly seen = new KnownSightings();
  /** What parts of runs said last, by part. */
  readonly notes = new Map<string, { readonly run: string; readonly text: string }>();
  /** The users that have a writer now, and a token that tells whose turn it is. */
  readonly writers = new Map<string, object>();
}

export class Memory {
  readonly notices = new Map<string, string>();
  readonly accounts = new Map<string, AccountMemory>();
}

/** Every look at the memory and every change of it; a test puts one that fails in its place. */
export type Touch = <T>(touch: () => T) => Promise<T>;

/** Touches the memory, and says in words when that fails. */
export type CodedTouch = <T>(code: ErrorCode, what: string, touch: () => T) => Promise<T>;

export function coded(touch: Touch): CodedTouch {
  return async (code, what, work) => {
    try {
      return await touch(work);
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      throw new KeyturnError(code, `${what}: ${systemReason(error)}`, { cause: error });
    }
  };
}
