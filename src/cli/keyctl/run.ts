// One run of keyctl that asks AWS: its questions, its steps (order-work.ts, several.ts), and the result on
// stdout. Loaded only when the flags were right.

import { ChangeLog } from '../../app/change-log.ts';
import { openState } from '../../app/open-state.ts';
import type { OpenedSessions } from '../../aws/gateway-options.ts';
import { canAsk, type Host } from '../host.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import type { Asker } from '../terminal/asker.ts';
import { isPlainTerminal, isUnicodeTerminal } from '../terminal/locale.ts';
import { createSpinner, createSteps, type Spinner } from '../terminal/spinner.ts';
import type { KeyctlOptions } from './options.ts';
import { type OrderWork, startOf, WorkOnOne } from './order-work.ts';
import { reportJson } from './output.ts';
import type { KeyctlParts } from './parts.ts';
import { WorkOnSeveral } from './several.ts';
import type { StepContext } from './step-context.ts';

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
  const { host } = session;
  const { clock, env, home } = host;
  let spinner: Spinner | undefined;
  let runId: string | undefined;
  const { order } = options;
  const start = startOf(options, host);
  const work: OrderWork =
    order.kind === 'several'
      ? new WorkOnSeveral(start, order.orders)
      : new WorkOnOne(start, new ChangeLog(clock));
  const shell: ShellOptions = {
    log: options.log,
    stillFinished: 'the step under way',
    leftOpen: 'resumes what is open',
    loadProgress: async (stream, _tally, canRedraw) => {
      const isUnicode = isUnicodeTerminal(env);
      spinner = canRedraw ? createSpinner({ stream, clock, isUnicode }) : createSteps({ stream });
      return spinner;
    },
    changes: () => work.untold(),
    failureDocument: (error) => (options.json ? reportJson(work.failed(error, runId)) : undefined),
  };
  return await inRunShell(session, shell, async ({ log, signal, print }) => {
    const state = await openState(options.state(), { clock, env, emit: log.emit, signal });
    runId = state.run;
    const loadQuestions = () => loadAsker(host, signal);
    const sessions: OpenedSessions = new Map();
    const run: StepContext = {
      session,
      options,
      parts,
      start,
      context: { clock, env, home, emit: log.emit, signal, state, sessions },
      ask: canAsk(host) ? pausingAsker(loadQuestions, () => spinner) : undefined,
      isMfaWanted: false,
      showWaiting: (text) => spinner?.begin(text),
      hideWaiting: () => spinner?.pause(),
    };
    return await work.perform(run, print);
  });
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
  if (isPlainTerminal(host.env)) {
    const { plainAsker } = await import('../terminal/plain-asker.ts');
    return plainAsker(host, signal);
  }
  const { terminalAsker } = await import('../terminal/terminal-asker.ts');
  return terminalAsker(host, signal);
}
