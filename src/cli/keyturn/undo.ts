// `keyturn undo USER...` and `keyturn undo --run ID`: takes rotations back, or tells what that would do.

import { ChangeLog } from '../../app/change-log.ts';
import { openState } from '../../app/open-state.ts';
import type { RunContext } from '../../app/run-context.ts';
import type { UndoPlace } from '../../app/undo-account.ts';
import { ERROR_CODES } from '../../base/error-codes.ts';
import { command } from '../../base/hint.ts';
import { printableJson } from '../../base/printable.ts';
import { namedWords, shellWords } from '../../base/shell-words.ts';
import type { StateStore } from '../../state/state-store.ts';
import { DEFAULT_ROLE_NAME } from '../flags/account-flags.ts';
import { isAskedFor } from '../flags/argv.ts';
import { custodyOf } from '../flags/custody-flags.ts';
import { limitsOf } from '../flags/environment-limits.ts';
import { helpWidth } from '../flags/help.ts';
import {
  entranceWords,
  flagWords,
  undoRunCommand,
  whereaboutWords,
} from '../flags/later-command.ts';
import { sameReach } from '../flags/same-reach.ts';
import { regionOf, stateDirectory } from '../flags/surroundings.ts';
import { resolveLog } from '../rotate/options.ts';
import type { Session } from '../run.ts';
import { inRunShell, type RunShell, type ShellOptions } from '../run-shell.ts';
import { progressBar } from '../terminal/load-progress.ts';
import { styleOf } from '../terminal/style.ts';
import { documentOfOne, documentOfSeveral, iso, told, type UndoFacts } from './undo-documents.ts';
import { readUndo, UNDO_FLAGS, type UndoRequest, type UndoValues, undoHelp } from './undo-flags.ts';

/** One `keyturn undo`, settled. */
interface Order {
  readonly session: Session;
  readonly values: UndoValues;
  readonly place: UndoPlace;
  readonly facts: UndoFacts;
}

export async function runUndo(session: Session, args: readonly string[]): Promise<number> {
  const { host } = session;
  if (isAskedFor(UNDO_FLAGS, args, 'help')) {
    await host.stdout.write(undoHelp(helpWidth(host.stdout)));
    return 0;
  }
  const { values, request } = readUndo(args);
  const dryRun = isDryRun(session, values, request);
  const changes = new ChangeLog(host.clock);
  const reach = sameReach(values, values.account);
  const facts = { dryRun, changes, again: sameWords(request, values), reach };
  const order = { session, values, facts, place: placeOf(session, values, dryRun) };
  const shell = shellOf(order, request);
  return await inRunShell(session, shell, async (run) => {
    const state = await openState(stateDirectory(values.stateDir, host), {
      ...order.place,
      custody: custodyOf(values),
      clock: host.clock,
      env: host.env,
      emit: run.log.emit,
      signal: run.signal,
    });
    const { emit } = run.log;
    const { clock, env } = host;
    const context = { clock, emit, signal: run.signal, env, state, changes };
    if (request.kind === 'one') return await undoOne(order, request, { run, context });
    const whole = await withWholeId(request, values, state);
    const again = sameWords(whole, values);
    const named = { ...order, facts: { ...facts, again } };
    return await undoSome(named, whole, { run, context });
  });
}

/** A run may be named by the beginning of its ID, as keyturn history shows it. */
async function withWholeId(
  request: Exclude<UndoRequest, { readonly kind: 'one' }>,
  values: UndoValues,
  state: StateStore,
): Promise<typeof request> {
  if (request.kind !== 'run') return request;
  const { findRun } = await import('../../app/find-run.ts');
  const commandFor = (run: string) => ({ command: undoRunCommand(run, values.account, values) });
  return { ...request, run: await findRun(request.run, state, commandFor) };
}

/** Throws `bad-value` where the operator's limits want a user, and none is named. */
function isDryRun({ host }: Session, values: UndoValues, request: UndoRequest): boolean {
  const user = request.kind === 'run' ? undefined : 'named';
  const wayToName = ['name the users:', command('keyturn', 'undo', 'USER')];
  return limitsOf(host.env, user, wayToName).isDryRunForced || (values.dryRun ?? false);
}

function placeOf({ host }: Session, values: UndoValues, dryRun: boolean): UndoPlace {
  return {
    dryRun,
    profile: values.profile,
    region: values.region ?? regionOf(host.env),
    account: values.account,
    roleName: values.roleName ?? DEFAULT_ROLE_NAME,
    externalId: values.externalId,
    wordCommand: wordCommand(values),
    reach: sameReach(values, values.account),
  };
}

function shellOf({ session, values, facts }: Order, { kind }: UndoRequest): ShellOptions {
  const { changes, dryRun } = facts;
  const isOne = kind === 'one';
  return {
    log: resolveLog(values, session.host),
    stillFinished: isOne || dryRun ? 'the step under way' : 'the undos under way',
    leftOpen: isOne && !dryRun ? 'finishes the undo' : 'finishes what is open',
    loadProgress: progressBar(dryRun),
    changes: () => changes.all,
    failureDocument: ({ code, message, hint = null, notBefore }) =>
      values.json
        ? json({ error: { code, message, hint }, ...told(changes), next_run_at: iso(notBefore) })
        : undefined,
  };
}

interface AtWork {
  readonly run: RunShell;
  readonly context: RunContext;
}

async function undoOne(
  { session, values, place, facts }: Order,
  { user, rotation }: UndoRequest & { readonly kind: 'one' },
  { run, context }: AtWork,
): Promise<number> {
  const { host } = session;
  const { undoInAccount } = await import('../../app/undo-account.ts');
  const undone = await undoInAccount({ ...place, user, rotation }, context);
  const report = documentOfOne(undone, facts);
  const { renderUndo } = await import('../../reports/undo-text.ts');
  await run.print(values.json ? json(report) : renderUndo(report, styleOf(host.stdout, host)));
  return 0;
}

async function undoSome(
  { session, values, place, facts }: Order,
  what: Exclude<UndoRequest, { readonly kind: 'one' }>,
  { run, context }: AtWork,
): Promise<number> {
  const { host } = session;
  const undoneRun = what.kind === 'run' ? what.run : undefined;
  const commandIn = (account: string) => undoRunCommand(undoneRun ?? '', account, values);
  const { undoSeveral } = await import('../../app/undo-several.ts');
  const result = await undoSeveral({ ...place, what, commandIn }, context);
  const report = documentOfSeveral(result, { ...facts, run: undoneRun, commandIn });
  const { renderUndoSeveral } = await import('../../reports/undo-several-text.ts');
  const sameCommand = shellWords(facts.again);
  const style = { ...styleOf(host.stdout, host), sameCommand };
  await run.print(values.json ? json(report) : renderUndoSeveral(report, style));
  if (result.notUndone.some(({ error }) => error.isStop)) return ERROR_CODES.interrupted.exit;
  return result.notUndone.length > 0 ? 1 : 0;
}

function json(document: unknown): string {
  return `${printableJson(document, 2)}\n`;
}

/** The same command without what only this run was to do: to tell, and to print and log in some way. */
function sameWords(request: UndoRequest, values: UndoValues): readonly string[] {
  const { account, rotation } = values;
  const entered =
    account === undefined ? [] : [...flagWords('account', account), ...entranceWords(values)];
  const there = [...entered, ...whereaboutWords(values)];
  switch (request.kind) {
    case 'run':
      return ['keyturn', 'undo', ...flagWords('run', request.run), ...there];
    case 'one': {
      const flags = [...flagWords('rotation', rotation), ...there];
      return ['keyturn', 'undo', ...namedWords([request.user], flags)];
    }
    case 'users':
      return ['keyturn', 'undo', ...namedWords(request.users, there)];
  }
}

/** The command with which a person answers what an open rotation asks, about the same account. */
function wordCommand(values: UndoValues): string {
  return shellWords([
    ...['keyturn', 'recover'],
    ...flagWords('accounts', values.account),
    ...entranceWords(values),
    ...whereaboutWords(values),
  ]);
}
