// Where state and new secrets are kept, judged as a run would.

import { KeyturnError } from '../base/errors.ts';
import { refuseMisspelt } from '../state/misspelt-place.ts';
import type { Found } from './fault.ts';
import type { ConfigModel } from './model.ts';

export function judgeState({ state }: Pick<ConfigModel, 'state'>): readonly Found[] {
  if (state === undefined) return [];
  try {
    refuseMisspelt(state);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    const { message, hint } = thrown;
    const told = hint === undefined ? message : `${message}; ${hint}`;
    return [{ path: ['state'], code: 'bad-value', message: told }];
  }
}
