// The document of `keyturn verify`, from what was found.

import type { KeyturnError } from '../base/errors.ts';
import { termsAt } from '../destinations/kinds.ts';
import { isWrong, type VerifiedPlace } from '../engine/verify-places.ts';
import type { VerifiedPlaceLine, VerifyReport } from '../reports/verify-report.ts';
import type { VerifiedAccounts, VerifiedUser, VerifyOptions } from './verify-accounts.ts';

export interface VerifyFacts extends Pick<VerifyOptions, 'heals' | 'dryRun'> {
  readonly run: string;
  readonly now: Date;
}

export function buildVerifyReport(
  { users, failures, skipped }: VerifiedAccounts,
  { heals, dryRun, run, now }: VerifyFacts,
): VerifyReport {
  const lines = users.toSorted(byName).flatMap((user) => linesOf(user, { heals, dryRun }));
  const errors = failures.map(({ account, user, error }) => ({
    ...issue(error),
    ...{ username: user ?? null, account_id: account },
  }));
  const count = (is: (line: VerifiedPlaceLine) => boolean) => lines.filter(is).length;
  return {
    execution_time: now.toISOString(),
    run_id: run,
    dry_run: dryRun,
    heal: heals,
    places: lines,
    errors,
    skipped_accounts: skipped.map(({ id, state }) => ({ account_id: id, state })),
    summary: {
      users: users.filter(({ places }) => places.length > 0).length,
      places: lines.length,
      fine: count(({ state }) => state === 'fine'),
      wrong: count(isWrong),
      unreadable: count(({ state }) => state === 'unreadable'),
      healed: count(({ outcome }) => outcome === 'healed'),
      errors: errors.length,
    },
  };
}

/** Whether something is not as it should be once the command is done. */
export function isAllFine({ places, errors }: VerifyReport): boolean {
  const isWell = ({ state, outcome }: VerifiedPlaceLine) =>
    state === 'fine' || outcome === 'healed';
  return errors.length === 0 && places.every(isWell);
}

function byName(one: VerifiedUser, other: VerifiedUser): number {
  return one.account.localeCompare(other.account) || one.user.localeCompare(other.user);
}

function linesOf(
  { account, user, places }: VerifiedUser,
  asked: Pick<VerifyOptions, 'heals' | 'dryRun'>,
): VerifiedPlaceLine[] {
  return places.map((place) => {
    const { served, state, reason = null, isPairSeen, healed, notHealed } = place;
    const { rotation, target, keyId, receipt } = served;
    return {
      account_id: account,
      username: user,
      kind: target.kind,
      place: target.place,
      rotation: rotation.id,
      access_key_id: keyId,
      state,
      reason,
      pair_checked: isPairSeen,
      proof: receipt?.proof ?? termsAt(target).proof,
      outcome: outcomeOf(place, asked),
      healed_from: healed?.from ?? null,
      made: [...(healed?.made ?? [])],
      error: notHealed === undefined ? null : issue(notHealed),
    };
  });
}

function outcomeOf(
  { healed, notHealed }: VerifiedPlace,
  { dryRun }: Pick<VerifyOptions, 'dryRun'>,
): VerifiedPlaceLine['outcome'] {
  if (healed !== undefined) return dryRun ? 'would-heal' : 'healed';
  return notHealed === undefined ? 'none' : 'not-healed';
}

function issue({ code, message, hint }: KeyturnError) {
  return { code, message, hint: hint ?? null };
}
