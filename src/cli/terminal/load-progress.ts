// The bar of a run over users, loaded only where it can be drawn.

import type { LoadProgress } from './run-log.ts';

/** Where nothing can be drawn anew, the lines of the log tell how far the run is. */
export function progressBar(dryRun: boolean): LoadProgress {
  return async (stream, tally, canRedraw) => {
    if (!canRedraw) return undefined;
    const { createProgress } = await import('./progress.ts');
    return createProgress(stream, dryRun, tally);
  };
}
