// One run of keyctl that asks AWS: its questions, its steps, and the result on stdout. Loaded only when
// the flags were right.

import { ChangeLog } from '../../app/change-log.ts';
import {
  buildKeyctlReport,
  type KeyctlProgress,
  type KeyctlStart,
} from '../../app/keyctl/build-keyctl-report.ts';
import type { KeyctlReport } from '../../reports/keyctl-report.ts';
import { openStateStore } from '../../state/stores.ts';
import { canAsk, type Host } from '../host.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import type { Asker } from '../terminal/asker.ts';
import { createSpinner, isUnicodeTerminal, type Spinner } from '../terminal/spinner.ts';
import type { Voice } from '../terminal/voice.ts';
import type { KeyctlOptions } from './options.ts';
import { reportJson, reportText } from './output.ts';
import type { KeyctlParts } from './parts.ts';
import type { StepContext } from './step-context.ts';
import { performOrder } from './steps.ts';

export type LoadAsker = (host: Host, signal: AbortSignal) => Promise<Asker>;

export interface KeyctlHooks {
  readonly parts: KeyctlParts;
  readonly loadAsker: LoadAsker | undefined;
}

/** Runs, prints the result, and resolves with the exit code. */
export async function runKeyctl(
  session: Session,
  options: KeyctlOptions,
  { parts, loadAsker = loadTerminalAsker }: KeyctlHooks,
): Promise<number> {
  const { host, voice } = session;
  const { clock, env, home } = host;
  const start = startOf(options, host);
  let spinner: Spinner | undefined;
  // Each step hands on what is known after it; whatever ends the run, this is what is reported.
  let progress: KeyctlProgress = {};
  const changes = new ChangeLog(clock);
  let runId: string | undefined;
  const known = (): KeyctlProgress => ({ ...progress, told: changes.soFar, runId });
  const shell: ShellOptions = {
    log: options.log,
    stillFinished: 'the step under way',
    leftOpen: 'resumes what is open',
    loadProgress: async (stream) => {
      spinner = createSpinner({ stream, clock, isUnicode: isUnicodeTerminal(env) });
      return spinner;
    },
    changes: () => changes.all,
    failureDocument: (error) =>
      options.json ? reportJson(buildKeyctlReport(start, known(), error)) : undefined,
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const state = await openStateStore(options.state(), clock);
    runId = state.run;
    const loadQuestions = () => loadAsker(host, signal);
    const run: StepContext = {
      session,
      options,
      parts,
      start,
      context: { clock, env, home, emit: log.emit, signal, state, changes },
      ask: canAsk(host) ? pausingAsker(loadQuestions, () => spinner) : undefined,
      showWaiting: (text) => spinner?.begin(text),
      hideWaiting: () => spinner?.pause(),
    };
    for await (const learned of performOrder(run)) progress = learned;
    const report = buildKeyctlReport(start, known());
    try {
      await print(options.json ? reportJson(report) : reportText(host, report));
    } catch (thrown) {
      remarkRotation(voice, report);
      throw thrown;
    }
    return report.success ? 0 : 1;
  });
}

/** stdout did not take the result: what matters of it is said on stderr. */
function remarkRotation(voice: Voice, { rotation, credentials_file: file }: KeyctlReport): void {
  if (rotation === undefined) return;
  voice.remark([
    `the rotation is done: ${file} holds ${rotation.new_key_id}; to take it back:`,
    { command: rotation.undo_command },
  ]);
}

function startOf({ order, credentialsFile }: KeyctlOptions, host: Host): KeyctlStart {
  const pair = 'pair' in order ? order.pair : undefined;
  return {
    command: order.kind === 'choose' ? 'rotate' : order.kind,
    dryRun: 'dryRun' in order && order.dryRun,
    profile: pair?.targetProfile,
    authProfile: order.kind === 'list-all-keys' ? order.authProfile : pair?.authProfile,
    credentialsFile,
    startedAt: host.clock.now(),
  };
}

/** Loads what asks when something is asked; the waiting line makes room for the question. */
function pausingAsker(load: () => Promise<Asker>, spinner: () => Spinner | undefined): Asker {
  const asker = (): Promise<Asker> => {
    spinner()?.pause();
    return load();
  };
  return {
    choose: async (request) => (await asker()).choose(request),
    confirm: async (question, fallback) => (await asker()).confirm(question, fallback),
    mfaCode: async (serial) => {
      const code = await (await asker()).mfaCode(serial);
      spinner()?.begin('asking AWS');
      return code;
    },
  };
}

async function loadTerminalAsker(host: Host, signal: AbortSignal): Promise<Asker> {
  const { terminalAsker } = await import('../terminal/terminal-asker.ts');
  return terminalAsker(host, signal);
}
