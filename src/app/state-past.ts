// What a state tells beside what is open: the last run, the rotations that failed, and the keys that are overdue as
// far as runs have seen. Nobody is asked, so what is not on record is said not to be known (I11).

import { wholeDaysBetween } from '../base/clock.ts';
import { ERROR_CODES } from '../base/error-codes.ts';
import { comparableUserName } from '../base/user-name.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { failedAttempt } from '../lifecycle/last-attempt.ts';
import { type MilestoneKind, milestonesOf } from '../lifecycle/milestones.ts';
import { overdueAmong } from '../lifecycle/overdue-seen.ts';
import type { StatusReport } from '../reports/status-report.ts';
import type { AccountState, SeenReport } from '../state/state-store.ts';

type Told = Pick<StatusReport, 'summary' | 'failures' | 'overdue' | 'last_run'>;
type Failure = Told['failures'][number];
type LastRun = NonNullable<Told['last_run']>;

interface Asking {
  readonly now: Date;
  readonly daysThreshold: number;
}

/** What is open beside it, for the summary. */
interface Beside {
  readonly open: Readonly<StatusReport['open_rotations']>;
  readonly left: Readonly<StatusReport['left_by_undo']>;
  readonly kept: Readonly<StatusReport['handoff_files']>;
  readonly wrong: Readonly<StatusReport['wrong_places']>;
}

/** One account, history after history: all of them may be too much for the memory. */
export interface AccountPast {
  visit(user: string, history: UserHistory): void;
  /** Once every history was visited. */
  end(): void;
}

export class StatePast {
  readonly #asking: Asking;
  readonly #failures: Failure[] = [];
  readonly #overdue: Told['overdue']['keys'][number][] = [];
  readonly #unknown: string[] = [];
  readonly #asOf: Date[] = [];
  readonly #runs = new Map<string, LastRun>();

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  of(account: string, { sightings }: Pick<AccountState, 'sightings'>): AccountPast {
    const report = sightings.lastReport();
    const seen = report && new Map(slotsByUser(report));
    const overdue = (user: string, history?: UserHistory) => {
      const dates = seen?.get(comparableUserName(user));
      if (report === undefined || dates === undefined) return;
      seen?.delete(comparableUserName(user));
      const facts = { ...this.#asking, reportedAt: report.at, history };
      this.#overdue.push(
        ...overdueAmong(dates, facts).map(({ id, createdAt }) => ({
          account_id: account,
          username: user,
          access_key_id: id ?? null,
          created: createdAt.toISOString(),
          age_days: wholeDaysBetween(createdAt, this.#asking.now),
        })),
      );
    };
    return {
      visit: (user, history) => {
        this.#count(account, history);
        const failed = failureOf(account, { user, history, report });
        if (failed !== undefined) this.#failures.push(failed);
        overdue(user, history);
      },
      end: () => {
        if (report === undefined) this.#unknown.push(account);
        else this.#asOf.push(report.at);
        for (const user of [...(seen?.keys() ?? [])]) overdue(user);
      },
    };
  }

  told({ open, left, kept, wrong }: Beside): Told {
    const { daysThreshold } = this.#asking;
    const inGrace = open.filter(({ phase }) => phase === 'in-grace').length;
    const isKnown = this.#unknown.length === 0 && this.#asOf.length > 0;
    const asOf = this.#asOf.toSorted((a, b) => +a - +b)[0];
    return {
      summary: {
        open: open.length,
        half_way: open.length - inGrace,
        in_grace: inGrace,
        waits_for_operator:
          open.filter(({ waits_for: who }) => who === 'operator').length +
          left.length +
          kept.filter(waitsForSomebody).length,
        failed: this.#failures.length + wrong.length,
        overdue: isKnown ? this.#overdue.length : null,
      },
      failures: this.#failures.toSorted((a, b) => (a.at < b.at ? 1 : -1)),
      overdue: {
        days_threshold: daysThreshold,
        as_of: asOf?.toISOString() ?? null,
        keys: this.#overdue.toSorted((a, b) => (a.created < b.created ? -1 : 1)),
        unknown_accounts: this.#unknown,
      },
      last_run: [...this.#runs.values()].toSorted((a, b) => (a.at < b.at ? 1 : -1))[0] ?? null,
    };
  }

  /** By run: which one was the last is known at the end. */
  #count(account: string, history: UserHistory): void {
    for (const { kind, run, at } of milestonesOf(history)) this.#tally(run, account, at)[kind] += 1;
    const last = history.records.at(-1);
    if (last !== undefined) this.#tally(last.run, account, last.at);
  }

  #tally(run: string, account: string, at: Date): LastRun {
    const known = this.#runs.get(run) ?? { run, at: '', account_id: account, ...NOTHING };
    const time = at.toISOString();
    if (time > known.at) Object.assign(known, { at: time, account_id: account });
    this.#runs.set(run, known);
    return known;
  }
}

const NOTHING: Readonly<Record<MilestoneKind, number>> = {
  ...{ rotated: 0, retired: 0, deleted: 0, undone: 0, failed: 0 },
};

/** Somebody has to take it: whoever is to use the key, or a person who deletes the file. */
function waitsForSomebody({ state, is_encrypted: isEncrypted }: Beside['kept'][number]): boolean {
  return state === 'waits' || (isEncrypted && state === 'needed');
}

function slotsByUser({ slots }: SeenReport): Map<string, Date[]> {
  const dates = new Map<string, Date[]>();
  for (const { user, createdAt } of slots) {
    const key = comparableUserName(user);
    dates.set(key, [...(dates.get(key) ?? []), createdAt]);
  }
  return dates;
}

interface OfUser {
  readonly user: string;
  readonly history: UserHistory;
  readonly report: SeenReport | undefined;
}

/** A run that saw the account later had nothing to rotate for the user: the failure is over. */
function failureOf(account: string, { user, history, report }: OfUser): Failure | undefined {
  const failed = failedAttempt(history);
  if (failed === undefined || (report !== undefined && report.at > failed.at)) return undefined;
  const { rotation, at, run, code, text } = failed;
  const known = code !== undefined && Object.hasOwn(ERROR_CODES, code);
  return {
    account_id: account,
    username: user,
    rotation,
    at: at.toISOString(),
    run,
    code: code ?? null,
    message: text,
    remedy: known ? ERROR_CODES[code as keyof typeof ERROR_CODES].remedy : null,
  };
}
