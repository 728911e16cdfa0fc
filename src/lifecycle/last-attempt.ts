// The last rotation of a user that came to nothing, for pages that ask nobody. A later one that stands, or is under
// way, makes up for it.

import type { UserHistory } from './history.ts';

export interface FailedAttempt {
  readonly rotation: string;
  readonly at: Date;
  readonly run: string;
  /** The error code that the run met, where the journal names one. */
  readonly code: string | undefined;
  /** In one line. */
  readonly text: string;
}

/** Undefined where the last rotation did not fail, as far as the journal tells. */
export function failedAttempt(history: UserHistory): FailedAttempt | undefined {
  const last = history.latest(() => true);
  if (last?.phase !== 'closed') return undefined;
  const records = history.recordsOf(last.id);
  const about = { rotation: last.id, at: history.lastRecordAt(last.id), run: last.lastRun };
  switch (last.reason) {
    case 'no-key-was-made': {
      const refused = records.flatMap(({ step }) => (step.type === 'create-refused' ? [step] : []));
      const code = refused.at(-1)?.code;
      const text =
        code === undefined
          ? 'the answer to the request for a new key was lost, and no key was to be seen'
          : 'AWS made no new key';
      return { ...about, code, text };
    }
    case 'never-sent':
      return { ...about, code: undefined, text: 'the request for a new key never left' };
    case 'discarded': {
      const why = records.flatMap(({ step }) => (step.type === 'discarding' ? [step.reason] : []));
      const because = why.at(-1);
      const text = `the new key was deleted again${because === undefined ? '' : `: ${because}`}`;
      return { ...about, code: undefined, text };
    }
    case 'new-key-gone':
      return { ...about, code: undefined, text: 'somebody deleted the new key' };
    // Nobody is left whose key could be rotated.
    case 'old-key-gone':
    case 'user-gone':
    case 'undone':
      return undefined;
  }
}
