// What surrounds a command that only reads: it is quiet, shows how far it is, and leaves nothing open.

import type { KeyturnError } from '../../base/errors.ts';
import type { Host } from '../host.ts';
import type { ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { quietLog } from './keys/quiet-log.ts';

/** `failureDocument` is what stdout gets when the command fails; nothing when left out. */
export function readingShell(
  values: Parameters<typeof quietLog>[0],
  host: Host,
  failureDocument: (error: KeyturnError) => string | undefined = () => undefined,
): ShellOptions {
  return {
    log: quietLog(values, host),
    stillFinished: 'the calls under way',
    leftOpen: 'begins anew',
    loadProgress: progressBar(true),
    failureDocument,
  };
}
