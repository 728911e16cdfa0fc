// The work of one order of keyctl, and what is known of it whenever and however it ends.

import type { ChangeLog } from '../../app/change-log.ts';
import {
  buildKeyctlReport,
  type KeyctlProgress,
  type KeyctlStart,
} from '../../app/keyctl/build-keyctl-report.ts';
import type { KeyturnError } from '../../base/errors.ts';
import type { KeyChanged } from '../../base/key-changes.ts';
import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import type { Host } from '../host.ts';
import type { RunShell } from '../run-shell.ts';
import type { Voice } from '../terminal/voice.ts';
import type { KeyctlOptions, KeyctlOrder } from './options.ts';
import { reportJson, reportText } from './output.ts';
import type { StepContext } from './step-context.ts';
import { performOrder } from './steps.ts';

export interface OrderWork {
  /** Resolves with the exit code once the result was printed. */
  perform(run: StepContext, print: RunShell['print']): Promise<number>;
  /** What became of keys and was not told yet (I16). */
  untold(): readonly KeyChanged[];
  /** The document of a run that the error ended. */
  failed(error: KeyturnError, runId: string | undefined): KeyctlReport;
}

export class WorkOnOne implements OrderWork {
  readonly #start: KeyctlStart;
  readonly #changes: ChangeLog;
  // Each step hands on what is known after it; whatever ends the run, this is what is reported.
  #progress: KeyctlProgress = {};

  constructor(start: KeyctlStart, changes: ChangeLog) {
    this.#start = start;
    this.#changes = changes;
  }

  async perform(run: StepContext, print: RunShell['print']): Promise<number> {
    const { session, options } = run;
    const { host, voice } = session;
    const report = await this.learn(run);
    try {
      await print(options.json ? reportJson(report) : reportText(host, report));
    } catch (thrown) {
      remarkRotation(voice, report);
      throw thrown;
    }
    return report.success ? 0 : 1;
  }

  /** Takes every step; the report is of the whole. */
  async learn(run: StepContext): Promise<KeyctlReport> {
    const { context, ...others } = run;
    const steps = performOrder({ ...others, context: { ...context, changes: this.#changes } });
    for await (const learned of steps) this.#progress = learned;
    return buildKeyctlReport(this.#start, this.#known(context.state.run));
  }

  untold(): readonly KeyChanged[] {
    return this.#changes.all;
  }

  failed(error: KeyturnError, runId: string | undefined): KeyctlReport {
    return buildKeyctlReport(this.#start, this.#known(runId), error);
  }

  #known(runId: string | undefined): KeyctlProgress {
    return { ...this.#progress, told: this.#changes.soFar, runId };
  }
}

/** stdout did not take the result: what matters of it is said on stderr. */
function remarkRotation(voice: Voice, { rotation, credentials_file: file }: KeyctlReport): void {
  if (rotation === undefined) return;
  voice.remark([
    `the rotation is done: ${file} holds ${rotation.new_key_id}; to take it back:`,
    { command: rotation.undo_command },
  ]);
}

/** What is known of the order before it is carried out. */
export function startOf({ order, credentialsFile }: KeyctlOptions, host: Host): KeyctlStart {
  const first = order.kind === 'several' ? order.orders[0] : order;
  const pair = 'pair' in order ? order.pair : undefined;
  return {
    command: commandOf(first),
    dryRun: first !== undefined && 'dryRun' in first && first.dryRun,
    profile: pair?.targetProfile,
    authProfile: order.kind === 'list-all-keys' ? order.authProfile : pair?.authProfile,
    credentialsFile,
    startedAt: host.clock.now(),
  };
}

function commandOf(order: KeyctlOrder | undefined): KeyctlStart['command'] {
  if (order === undefined) return null;
  switch (order.kind) {
    case 'several':
      return null;
    case 'choose':
      return 'rotate';
    case 'list-files':
      return 'list-keys';
    default:
      return order.kind;
  }
}
