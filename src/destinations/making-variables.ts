// Secrets and variables of a service that are made where they are missing, one by one by their names, each with a
// word in it that nobody takes for a key.

import type { Making } from './destination.ts';
import { preparing } from './failure.ts';

/** What is there until the first pair is; as long as GitLab wants a masked value. */
export const PLACEHOLDER = 'placeholder';

interface Variables {
  /** Whose they are, for people. */
  readonly owner: string;
  /** The names of those that do not exist; by reads alone. */
  readonly missing: () => Promise<readonly string[]>;
  readonly make: (name: string) => Promise<unknown>;
  /** The failure with what the service wants for it. */
  readonly withRights: (thrown: unknown) => unknown;
}

export function makingVariables({ owner, missing, make, withRights }: Variables): Making {
  const made = async (name: string): Promise<void> => {
    try {
      await make(name);
    } catch (thrown) {
      throw withRights(thrown);
    }
  };
  return {
    missing: () => preparing(async () => (await missing()).map((name) => `${owner}#${name}`)),
    make: () =>
      preparing(async () => {
        for (const name of await missing()) await made(name);
      }),
  };
}
