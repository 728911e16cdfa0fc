// What a credentials file that cannot be read or written is told as, without the content of any file
// (I8).

import { KeyturnError } from '../base/errors.ts';
import { errnoOf, systemReason } from '../base/files/file-system.ts';
import type { Hint } from '../base/hint.ts';

interface Details {
  readonly cause?: unknown;
  readonly verb?: 'read' | 'written';
  readonly hint?: Hint;
}

/** The file is as it was. */
export function failure(path: string, reason: string, details: Details = {}): KeyturnError {
  const { cause, verb = 'written' } = details;
  const { hint = 'the file is as it was; repair this, then run again' } = details;
  return new KeyturnError('credentials-file', `${path} cannot be ${verb}: ${reason}`, {
    hint,
    ...(cause === undefined ? {} : { cause: { code: errnoOf(cause) } }),
  });
}

export interface Attempt {
  readonly backup: string | undefined;
  /** Not by one rename, which leaves the old content or the new. */
  readonly inPlace: boolean;
}

/** After the write was tried: nothing may claim that the file is as it was. */
export function unsure(
  path: string,
  reason: string,
  { backup, inPlace, cause }: Attempt & { readonly cause?: unknown },
): KeyturnError {
  const kept = backup === undefined ? '' : `; the old content is in ${backup}`;
  const holds = inPlace
    ? 'it may hold a part of the new content'
    : 'it holds the old content or the new, never a part';
  return new KeyturnError('credentials-file', `${path} may have been written: ${reason}`, {
    hint: inPlace ? `${holds}${kept}; look at it, then run again` : `${holds}${kept}; run again`,
    ...(cause === undefined ? {} : { cause: { code: errnoOf(cause) } }),
  });
}

/** In words. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof KeyturnError ? thrown.message : systemReason(thrown);
}
