// Which backup a use case left beside the credentials file: the write says so in an event.

import type { KeyctlContext } from './types.ts';

export interface BackupWatch {
  /** Hand this on in the place of the context that was watched. */
  readonly context: KeyctlContext;
  /** Undefined as long as nothing was written. */
  readonly latest: () => string | undefined;
}

export function watchBackups(context: KeyctlContext): BackupWatch {
  let latest: string | undefined;
  const emit: KeyctlContext['emit'] = (event) => {
    if (event.code === 'backup-made') latest = event.backup;
    context.emit(event);
  };
  return { context: { ...context, emit }, latest: () => latest };
}
