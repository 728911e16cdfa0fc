// What is remembered of a delivery to a place that never shows what it holds: the key, and when the place
// says that each part of it was written. As long as it says the same, nobody has written it since.

import { type AccessKeyId, isAccessKeyId } from '../base/access-key-id.ts';

export interface Written {
  readonly keyId: AccessKeyId;
  /** As the place writes its times, one for each part, in the order in which they are named. */
  readonly stamps: readonly string[];
}

/** The cause of an error about a place that somebody has written since, and that does not show what is there. */
export const REWRITTEN = { code: 'rewritten' } as const;

/** For the version of a receipt. */
export function versionOf({ keyId, stamps }: Written): string {
  return `${keyId}@${stamps.join(',')}`;
}

/** Undefined for a version that is none of these. */
export function writtenIn(version: string | undefined): Written | undefined {
  const [, keyId = '', stamps = ''] = /^([^@]+)@(.+)$/.exec(version ?? '') ?? [];
  return isAccessKeyId(keyId) ? { keyId, stamps: stamps.split(',') } : undefined;
}

/** Whether the place tells the same times as then; what is older may be a reader's lag. */
export function isUnchanged({ stamps }: Written, now: readonly string[]): boolean {
  return stamps.length === now.length && stamps.every((stamp, index) => stamp === now[index]);
}

/** Whether a part was written again since; false where the times cannot be compared. */
export function isWrittenSince({ stamps }: Written, now: readonly string[]): boolean {
  return stamps.some((stamp, index) => Date.parse(now[index] ?? '') > Date.parse(stamp));
}
