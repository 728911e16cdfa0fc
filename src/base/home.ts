// Where the user's own files are.

import { homedir } from 'node:os';
import type { Environment } from './environment.ts';

/** What `~` stands for; undefined for a user without a home. */
export function homeOf(env: Environment): string | undefined {
  return env.HOME || env.USERPROFILE || systemHome();
}

/** Node throws for a user whom the system does not know, as the first user of many a container. */
export function systemHome(): string | undefined {
  try {
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}
