// One command about several profiles, one after the other: a profile that fails does not keep the next ones
// from their turn, and each has its own result.

import { ChangeLog } from '../../app/change-log.ts';
import { buildSeveralReport, type KeyctlStart } from '../../app/keyctl/build-keyctl-report.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { changeLine, type KeyChanged } from '../../base/key-changes.ts';
import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import type { RunShell } from '../run-shell.ts';
import type { KeyctlOptions, TargetOrder } from './options.ts';
import { type OrderWork, startOf, WorkOnOne } from './order-work.ts';
import { reportJson, reportText, severalText } from './output.ts';
import { requireProfiles } from './profiles.ts';
import type { StepContext } from './step-context.ts';

/** Whoever leaves a question or sends a signal means the whole command; without stdout no result arrives. */
const ENDS_ALL: ReadonlySet<string> = new Set(['cancelled', 'interrupted', 'output-closed']);

export class WorkOnSeveral implements OrderWork {
  readonly #start: KeyctlStart;
  readonly #orders: readonly TargetOrder[];
  readonly #results: KeyctlReport[] = [];
  #underWay: WorkOnOne | undefined;

  constructor(start: KeyctlStart, orders: readonly TargetOrder[]) {
    this.#start = start;
    this.#orders = orders;
  }

  async perform(run: StepContext, print: RunShell['print']): Promise<number> {
    const { session, options, context } = run;
    // A slip of the pen in the last name is told before the first key is changed.
    await requireProfiles(run, this.#names());
    for (const order of this.#orders) {
      context.signal.throwIfAborted();
      const report = await this.#performOne(run, { ...options, order });
      this.#results.push(report);
      this.#underWay = undefined;
      if (!options.json && report.success) {
        await print(`${reportText(session.host, report)}\n`);
      }
    }
    const whole = buildSeveralReport(this.#start, this.#results);
    await print(options.json ? reportJson(whole) : severalText(session.host, whole));
    return whole.success ? 0 : 1;
  }

  untold(): readonly KeyChanged[] {
    return this.#underWay?.untold() ?? [];
  }

  failed(error: KeyturnError, runId: string | undefined): KeyctlReport {
    const last = this.#underWay === undefined ? [] : [this.#underWay.failed(error, runId)];
    return buildSeveralReport(this.#start, [...this.#results, ...last], error);
  }

  #names(): readonly (string | undefined)[] {
    return this.#orders.flatMap(({ pair }) => [pair.authProfile, pair.targetProfile]);
  }

  /** Whoever leaves a question means this profile and those after it; what was done before stays done. */
  #aboutTheRest(error: KeyturnError): KeyturnError {
    if (error.code !== 'cancelled' || this.#results.length === 0) return error;
    const left = this.#orders.slice(this.#results.length).map(({ pair }) => pair.targetProfile);
    return new KeyturnError('cancelled', `${left.join(', ')}: ${error.message}`, { cause: error });
  }

  /** The report of a profile that failed is one too. Throws what ends all. */
  async #performOne(run: StepContext, options: KeyctlOptions): Promise<KeyctlReport> {
    const { session, context } = run;
    const start = startOf(options, session.host);
    const work = new WorkOnOne(start, new ChangeLog(context.clock));
    this.#underWay = work;
    try {
      return await work.learn({ ...run, options, start });
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (ENDS_ALL.has(error.code)) throw this.#aboutTheRest(error);
      run.hideWaiting();
      sayFailure(run, { error, profile: start.profile ?? '', changes: work.untold() });
      return work.failed(error, context.state.run);
    }
  }
}

interface Failure {
  readonly error: KeyturnError;
  readonly profile: string;
  readonly changes: readonly KeyChanged[];
}

/** As a run about this profile alone would say it, and which one it is. */
function sayFailure({ session, options }: StepContext, { error, profile, changes }: Failure): void {
  const { code, message, hintParts: hint, cause } = error;
  session.voice.error(new KeyturnError(code, `${profile}: ${message}`, { hint, cause }));
  if (options.json) return;
  for (const change of changes) session.voice.remark(changeLine(change, true));
}
