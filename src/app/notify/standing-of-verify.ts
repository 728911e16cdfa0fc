// What there is to tell after the places of rotations were looked at.

import { comparableUserName } from '../../base/user-name.ts';
import { VERSION } from '../../base/version.ts';
import type { VerifiedPlaceLine, VerifyReport } from '../../reports/verify-report.ts';
import { type Deed, digest, type Matter } from './matter.ts';
import type { Standing } from './plan-messages.ts';

export const PLACE_WRONG = 'place-wrong';

const WORDS: Readonly<Record<string, string>> = {
  overwritten: 'holds something else',
  'half-written': 'holds the ID of the key beside another secret',
  dead: 'holds a key that is Inactive or deleted',
  gone: 'is not there, or is empty',
};

export function standingOfVerify(report: VerifyReport, isEverybody: boolean, now: Date): Standing {
  const { places, errors } = report;
  const isOf = ({ account, user }: { account: string | null; user: string | null }) =>
    places.some((line) => line.account_id === account && line.username === user);
  const isBroken = (account: string | null, user: string | null) =>
    errors.some(
      (each) => (each.account_id ?? account) === account && (each.username ?? user) === user,
    );
  return {
    matters: places.filter(isWrongStill).map(matterOf),
    deeds: places.filter(({ outcome }) => outcome === 'healed').map(healed),
    ownerOf: () => ({
      ...{ kind: 'unknown', why: 'keyturn verify reads no tags of users', isAsked: true },
    }),
    // What could not be read is not well (I11).
    isLookedAt: ({ kind, account, user }) =>
      kind === PLACE_WRONG &&
      !isBroken(account, user) &&
      (isEverybody || isOf({ account, user })) &&
      !places.some(
        (line) =>
          line.account_id === account && line.username === user && line.state === 'unreadable',
      ),
    run: { id: report.run_id, at: now, version: VERSION, isDryRun: report.dry_run },
  };
}

function isWrongStill({ state, outcome }: VerifiedPlaceLine): boolean {
  return Object.hasOwn(WORDS, state) && outcome !== 'healed';
}

function matterOf(line: VerifiedPlaceLine): Matter {
  const { account_id: account, username: user, access_key_id: keyId, kind, place, state } = line;
  const { reason, error } = line;
  const why = reason === null ? '' : `: ${reason}`;
  return {
    id: digest([PLACE_WRONG, account, comparableUserName(user), kind, place]),
    kind: PLACE_WRONG,
    occasion: 'needs-person',
    ...{ account, user, keyId, stage: state, dueAt: undefined },
    text: `${kind} ${place} ${WORDS[state]}, and its readers should find key ${keyId}${why}`,
    hint: error?.hint ?? 'keyturn verify --heal gives it its key again',
  };
}

function healed(line: VerifiedPlaceLine): Deed {
  const { account_id: account, username: user, access_key_id: keyId, kind, place } = line;
  const from = line.healed_from === null ? '' : ` from ${line.healed_from}`;
  return { account, user, keyId, text: `${kind} ${place} was given key ${keyId} again${from}` };
}
