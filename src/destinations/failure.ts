// What goes wrong at a destination, in the two codes that the engine knows.

import { NO_SUCH_THING } from '../base/aws-stores.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';

/** Before a secret is delivered, mostly before its key is made: whatever is thrown becomes `not-deliverable`. */
export async function preparing<T>(work: () => Promise<T>): Promise<T> {
  return await recoded(
    'not-deliverable',
    'put that right and run again; the old key was not touched',
    work,
  );
}

/**
 * After it: whatever is thrown becomes `delivery-failed`. Where the new secret is kept is not for a place to say: that
 * is over once every place has had it.
 */
export async function delivering<T>(work: () => Promise<T>): Promise<T> {
  return await recoded(
    'delivery-failed',
    'put that right and run again; the old key was not touched',
    work,
  );
}

/** On the way back, where the old key may be Active again already: whatever is thrown becomes `delivery-failed`. */
export async function goingBack<T>(work: () => Promise<T>): Promise<T> {
  return await recoded('delivery-failed', 'put that right and run again', work);
}

/** What a place has for its readers: nothing, once it does not exist any more. */
export async function readingTexts(
  work: () => Promise<readonly Secret[]>,
): Promise<readonly Secret[]> {
  return await delivering(async () => {
    try {
      return await work();
    } catch (thrown) {
      if (toKeyturnError(thrown).cause === NO_SUCH_THING) return [];
      throw thrown;
    }
  });
}

async function recoded<T>(
  code: 'not-deliverable' | 'delivery-failed',
  hint: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    // That the run was stopped is no fault of the destination.
    if (error.code === code || error.code === 'internal' || error.isStop) throw error;
    throw new KeyturnError(code, error.message, {
      hint: [...error.hintParts, hint],
      // Whoever reads a place between rotations tells what is gone from what is down.
      cause: error.cause === NO_SUCH_THING ? NO_SUCH_THING : { code: error.code },
    });
  }
}
