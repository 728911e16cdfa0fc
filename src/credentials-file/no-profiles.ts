// Files of profiles without one profile: a name that leads nowhere is told as that.

import { existsSync } from 'node:fs';
import { command, type Hint } from '../base/hint.ts';

/** What helps where neither of the files has a profile. */
export function noProfiles(paths: readonly string[]): Hint {
  const missing = paths.filter((path) => !existsSync(path));
  const why =
    missing.length === 0
      ? 'these files hold no profile'
      : `${missing.join(' and ')} ${missing.length === 1 ? 'does' : 'do'} not exist, and there is no profile elsewhere`;
  return [`${why}; create one:`, command('aws', 'configure')];
}
