// `keyturn plan`: what a configuration would do now, as a page, as Markdown, or as the plan that apply takes.

import { openState } from '../../app/open-state.ts';
import type { PlanOutput } from '../../app/plan/plan-file.ts';
import { KeyturnError } from '../../base/errors.ts';
import { printableJson } from '../../base/printable.ts';
import type { PlanDocument } from '../../reports/plan-document.ts';
import { afterRun } from '../after-run.ts';
import { isAskedFor, parseFlags } from '../flags/argv.ts';
import { helpWidth } from '../flags/help.ts';
import { absolute } from '../flags/surroundings.ts';
import { printRunIssues } from '../rotate/output.ts';
import type { Session } from '../run.ts';
import { inRunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { styleOf } from '../terminal/style.ts';
import { planFailure, planFailureCode } from './plan-failures.ts';
import { PLAN_FLAGS, type PlanValues, planHelp, refusePolicyFlags } from './plan-flags.ts';
import { planSettler } from './plan-run.ts';
import { applyCommand, planCommand } from './plan-words.ts';

/** Of --detailed-exitcode. */
const SOMETHING = 2;

export async function runPlan(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(PLAN_FLAGS, args, 'help')) {
    await host.stdout.write(planHelp(helpWidth(host.stdout)));
    return 0;
  }
  refusePolicyFlags('keyturn plan', args);
  const values = parseFlags(PLAN_FLAGS, args);
  refuseTwoFormats(values);
  const { settle, log } = planSettler(session, { ...values, outputFormat: 'json' });
  const { options, run } = await settle();
  if (values.output !== undefined) {
    const { assertPlanFits } = await import('../../app/plan/plan-file.ts');
    await assertPlanFits(outputOf(values.output, values, session));
  }
  const shell: ShellOptions = {
    ...{ log, stillFinished: 'the reads under way', leftOpen: 'reads anew' },
    loadProgress: progressBar(true),
    failureDocument: (error) => planFailure(args, error),
  };
  let isMade = false;
  const code = await inRunShell(session, shell, async (runShell) => {
    const { clock, env } = host;
    const { emit } = runShell.log;
    const { rotate, custody } = options;
    const reach = { ...rotate, custody, clock, env, emit, signal: runShell.signal };
    const state = await openState(options.state, reach);
    const { makePlan } = await import('../../app/plan/make-plan.ts');
    const after = await afterRun(options, session, runShell);
    const { observer } = after;
    const context = { clock, emit: after.emit, signal: runShell.signal, env, state, observer };
    const { plan, report, exitCode } = await makePlan(run, context);
    printRunIssues(session, runShell, report);
    // Nothing could be begun, or somebody ended it: there is no plan.
    if (exitCode === 3 || exitCode === 130) return exitCode;
    if (values.output !== undefined) await savePlan(outputOf(values.output, values, session), plan);
    await runShell.print(await pageOf(plan, values, session));
    isMade = true;
    await after.tell({ report, exitCode, state });
    if (plan.errored) return 1;
    return values.detailedExitcode === true && plan.counts.change > 0 ? SOMETHING : 0;
  });
  return isMade ? code : planFailureCode(args, code);
}

function outputOf(path: string, values: PlanValues, { host }: Session): PlanOutput {
  return { path: absolute(path, host), print: planCommand(undefined, values, ['--json']) };
}

function isJson({ json, format }: PlanValues): boolean {
  return json === true || format === 'json';
}

function refuseTwoFormats({ json, format }: PlanValues): void {
  if (json !== true || format === undefined || format === 'json') return;
  throw new KeyturnError(
    'conflicting-flags',
    `--json and --format ${format} contradict each other`,
    {
      hint: 'keep one of them; with -o the plan is in its file, and the page can be either',
    },
  );
}

/** It names keys, users and places: readable by its owner alone. */
async function savePlan(output: PlanOutput, plan: PlanDocument): Promise<void> {
  const { writePlan } = await import('../../app/plan/plan-file.ts');
  await writePlan(output, `${JSON.stringify(plan, null, 2)}\n`);
}

async function pageOf(plan: PlanDocument, values: PlanValues, { host }: Session): Promise<string> {
  if (isJson(values)) return `${printableJson(plan, 2)}\n`;
  const { output } = values;
  if (values.format === 'md') {
    const { renderPlanMarkdown } = await import('../../reports/plan-markdown.ts');
    return renderPlanMarkdown(plan, { file: output });
  }
  const { renderPlan } = await import('../../reports/plan-text.ts');
  // Nobody may apply a plan of somebody who is not trusted.
  const apply = values.untrusted === true ? undefined : applyCommand(output, values).command;
  return renderPlan(plan, { ...styleOf(host.stdout, host), applyCommand: apply });
}
