// The commands that deal with what waits at a place of state.

import { command } from '../base/hint.ts';
import { shellWords } from '../base/shell-words.ts';
import type { WaysOn } from '../custody/open-boxes.ts';
import { type CustodyWish, custodyText } from '../custody/wish.ts';

export function waysOn(place: string, wish: CustodyWish): WaysOn {
  const there = ['--state', place];
  return {
    goesOnBy: shellWords(['keyturn', 'recover', ...there]),
    forget: (keyId) => command('keyturn', 'state', 'secret', keyId, '--forget', ...there),
    check: command('keyturn', 'state', 'check', ...stateWords(place, wish)),
  };
}

/** The flags that name the place and how new secrets are kept there. */
export function stateWords(place: string, { custody, kmsKey }: CustodyWish): readonly string[] {
  return [
    ...['--state', place],
    ...(custody === undefined ? [] : ['--custody', custodyText(custody)]),
    ...(kmsKey === undefined ? [] : ['--custody-kms-key', kmsKey]),
  ];
}
