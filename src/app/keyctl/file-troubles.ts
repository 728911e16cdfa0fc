// What is wrong with the two files of profiles, told before anything else that is said of them: it makes
// profiles look missing, or of another kind. Reads what it is handed, and loads nothing heavy.

import type { KeyturnError } from '../../base/errors.ts';
import { type FoundProblems, findProblems } from '../../credentials-file/disagreements.ts';
import { lookalikes } from '../../credentials-file/lookalikes.ts';
import type { ProfilePaths } from '../../credentials-file/paths.ts';
import type { ProfileFiles } from '../../credentials-file/profiles.ts';
import { placeOf, problemError } from '../../credentials-file/refuse-problems.ts';
import type { FileTroubles } from './types.ts';

export interface FoundTroubles extends Required<FileTroubles> {
  /** What keeps a profile from being edited, as a note in a list. */
  readonly noteOn: (name: string) => string | undefined;
  /** Profiles of the credentials file as the AWS CLI sees them. */
  readonly skipped: readonly string[];
}

const NOTHING: FoundProblems = { whole: undefined, of: () => [], headers: new Map() };

interface Files extends ProfileFiles {
  /** Why there is no credentials file, although its name is taken. */
  readonly nowhere: KeyturnError | undefined;
}

export function findTroubles(paths: ProfilePaths, files: Files): FoundTroubles {
  const inCredentials = files.credentials ? findProblems(files.credentials) : NOTHING;
  const inConfig = files.config ? findProblems(files.config) : NOTHING;
  const { of } = inCredentials;
  const faults = [
    files.nowhere,
    problemError(paths.credentials, listOf(inCredentials.whole)),
    problemError(paths.config, listOf(inConfig.whole)),
  ].filter((error) => error !== undefined);
  const whyMissing = (name: string): KeyturnError | undefined => {
    const problems = [...of(name), ...lookalikes(name, inCredentials)];
    return faults[0] ?? problemError(paths.credentials, problems);
  };
  const noteOn = (name: string): string | undefined => {
    const [first] = of(name);
    return first && `${placeOf(first)} ${first.explanation}`;
  };
  return { faults, whyMissing, noteOn, skipped: [...inCredentials.headers.keys()] };
}

function listOf<Each>(each: Each | undefined): Each[] {
  return each === undefined ? [] : [each];
}
