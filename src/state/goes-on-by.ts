// The command that goes on with what waits at a place of state.

import { shellWords } from '../base/shell-words.ts';

export function goesOnBy(place: string): string {
  return shellWords(['keyturn', 'recover', '--state', place]);
}
