// What there is to tell after a run that rotates, and of what it can say that it is over.

import type { NotifyModel } from '../../config/tell-model.ts';
import type { Retirement, RotationReport } from '../../reports/rotation-report.ts';
import type { RunSight } from '../sight/run-sight.ts';
import { type About, BUSY, deedsOf, mattersOf } from './matter.ts';
import { ownerOf } from './owner.ts';
import type { Standing } from './plan-messages.ts';
import { PLACE_WRONG } from './standing-of-verify.ts';

const DEADLINE_DAYS = 7;

/** What is asked just before an old key goes: where it does not go for another reason, nobody asked. */
const ASKED_AT_THE_END: ReadonlySet<string> = new Set([
  'hook-vetoed',
  'hook-failed',
  'old-key-in-use',
  'deadline-ahead',
]);

function isNotAsked({ state, waits_for: why }: Retirement): boolean {
  return state === 'waiting' && (why === 'held-back' || why === 'hooks-unknown');
}

export interface ToldRun {
  readonly notify: NotifyModel;
  readonly report: RotationReport;
  readonly sight: RunSight;
  readonly now: Date;
}

export function standingOfRun({ notify, report, sight, now }: ToldRun): Standing {
  const deadlineDays = notify.deadline_days ?? DEADLINE_DAYS;
  const happened = { report, soon: sight.soon, deadlineDays, now };
  const tagsOf = ({ account, user }: About) =>
    account === null || user === null ? undefined : sight.tagsOf(account, user);
  return {
    deeds: deedsOf(report),
    matters: mattersOf(happened),
    ownerOf: (about) => ownerOf(tagsOf(about), notify.owners),
    isLookedAt: lookedAtBy(report, sight),
    run: { id: report.run_id, at: now, version: report.keyturn_version, isDryRun: report.dry_run },
  };
}

/**
 * Whether the run has looked at what a matter is about: I11, an account that could not be read is not one in which
 * all is well. What is about no account is over when a run over all that it is about ended without it.
 */
function lookedAtBy(report: RotationReport, sight: RunSight): Standing['isLookedAt'] {
  const stopped = report.errors.filter(({ username }) => username === null);
  const isBroken = (account: string | null) => stopped.some(({ account_id: id }) => id === account);
  const isEnded = stopped.some(({ account_id: id }) => id === null);
  return ({ kind, account, user }) => {
    // Places are looked at by keyturn verify alone.
    if (kind === PLACE_WRONG) return false;
    if (account === null) return !isEnded;
    if (isBroken(account) || isEnded) return false;
    // That a run could not enter an account is over once one could.
    if (user === null && kind === 'run-failed') return sight.isWhole(account);
    const isOfUser = (each: {
      readonly account_id: string | null;
      readonly username: string | null;
    }) => each.account_id === account && each.username === user;
    // Of whom nothing was begun, nobody knows whether it would have failed again.
    const busy = report.rotated_keys.filter(({ error_code: code }) => code === BUSY);
    const isLeft = [...report.errors, ...(report.held_back ?? []), ...busy].some(isOfUser);
    const isHeld = report.retirements.some((each) => isOfUser(each) && isNotAsked(each));
    return sight.isWhole(account) && !isLeft && !(ASKED_AT_THE_END.has(kind) && isHeld);
  };
}
