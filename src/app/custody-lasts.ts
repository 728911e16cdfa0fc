// I3: custody is what keeps a secret until a place has it. When no place gets it, custody is all that
// there is, and it has to last.

import { KeyturnError } from '../base/errors.ts';
import { keepsNoCopy } from '../destinations/kinds.ts';
import type { StateStore } from '../state/state-store.ts';
import type { AccountOptions } from './account-run.ts';

/** A store whose content will be lost. */
export interface VolatileState {
  readonly state: StateStore;
  /** Why it will not last, in words. */
  readonly why: string;
}

/**
 * Throws `custody-not-lasting` before anything is asked of AWS when a secret would be kept there and
 * nowhere else: of a rotation that would begin, or of one that is open and would be finished.
 */
export async function assertCustodyLasts(
  { deliver, wanted, governance }: Pick<AccountOptions, 'deliver' | 'wanted' | 'governance'>,
  { state, why }: VolatileState,
): Promise<void> {
  const everywhere = governance?.everywhere ?? [deliver];
  const begins =
    wanted.kind !== 'recovery' &&
    everywhere.some((places) => places.every(({ kind }) => keepsNoCopy(kind)));
  if (begins) {
    const elsewhere = governance === undefined ? ELSEWHERE.byFlag : ELSEWHERE.inFile;
    throw notLasting('new secrets would be kept', { state, why }, [elsewhere]);
  }
  for (const account of await state.accounts()) {
    const opened = await state.open(account, 'read');
    for (const { user, history } of await opened.openUsers()) {
      const { open } = history;
      if (open === undefined || !open.targets.every(({ kind }) => keepsNoCopy(kind))) continue;
      throw notLasting(`the secret of ${user}, whose rotation is open, would be kept`, {
        state,
        why,
      });
    }
  }
}

/** What has begun already has its place. */
const ELSEWHERE = {
  byFlag: 'send them to a place (--deliver secrets-manager=app/{user})',
  inFile: 'send them to a place (deliver: ["secrets-manager=app/{user}"] in the configuration)',
} as const;

function notLasting(
  what: string,
  { state, why }: VolatileState,
  ways: readonly string[] = [],
): KeyturnError {
  const all = [
    ...ways,
    'name a directory that lasts, such as one on a volume (--state)',
    'accept that they can be lost (--accept-volatile-state)',
  ];
  return new KeyturnError(
    'custody-not-lasting',
    `${what} only in ${state.where}, which does not last: ${why}`,
    {
      hint: `nothing was done; ${all.join(', or ')}`,
    },
  );
}
