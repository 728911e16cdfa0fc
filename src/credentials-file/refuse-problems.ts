// What is wrong with a file of profiles, as an error for its owner: the place, the reason, and what would
// put it right.

import { KeyturnError } from '../base/errors.ts';
import { type Hint, partsOf } from '../base/hint.ts';
import { type Problem, problemsOf } from './disagreements.ts';

/** Throws `file-not-understood`, naming file, line and what to do, before anything is written. */
export function refuseProblems(path: string, bytes: Buffer, profiles: readonly string[]): void {
  const error = problemError(path, problemsOf(bytes, profiles));
  if (error !== undefined) throw error;
}

/** The first of the problems, with the lines of the others; undefined when there are none. */
export function problemError(path: string, problems: readonly Problem[]): KeyturnError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const whose = first.profile === undefined ? '' : ` (profile ${first.profile})`;
  const others = [...new Set(problems.map(({ line }) => line))].filter(
    (line) => line !== first.line,
  );
  const more = others.length === 0 ? '' : `; see also line ${others.join(', ')}`;
  return new KeyturnError(
    'file-not-understood',
    `${path}, ${placeOf(first)}: this line ${first.explanation}${whose}${more}`,
    { hint: mendOf(path, first) },
  );
}

/** `line 3, column 25`. */
export function placeOf({ line, column }: Pick<Problem, 'line' | 'column'>): string {
  return column === undefined ? `line ${line}` : `line ${line}, column ${column}`;
}

function mendOf(path: string, { mend }: Problem): Hint {
  if (mend === undefined) return 'correct that line by hand, then run again; nothing was changed';
  return ['nothing was changed', ...partsOf(mend(path))];
}
