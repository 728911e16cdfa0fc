// What one order of keyctl comes to. After each step that learned something the whole of what is known
// is yielded: the report is made from the last of it, also when a later step fails.

import type { KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import type { UndoPlan } from '../../app/keyctl/types.ts';
import { assert } from '../../base/errors.ts';
import { renderUndoPlan } from '../../reports/keyctl-later-text.ts';
import { styleOf } from '../terminal/style.ts';
import { listBackups } from './backups.ts';
import { chooseProfiles } from './choose.ts';
import type { KeyctlOrder, Pair } from './options.ts';
import { requireProfiles } from './profiles.ts';
import { rotateProfile } from './rotate.ts';
import { laterCommands, type StepContext, sessionOptions, targetOptions } from './step-context.ts';
import { withMfa } from './with-mfa.ts';

type OrderOf<Kind extends KeyctlOrder['kind']> = KeyctlOrder & { readonly kind: Kind };

/** An order about one profile, or about none: several are taken apart before, and files need no run. */
export async function* performOrder(run: StepContext): AsyncGenerator<KeyctlProgress> {
  const { order } = run.options;
  switch (order.kind) {
    case 'choose': {
      const pair = await chooseProfiles(run, order);
      yield { pair };
      return yield* rotateProfile(run, pair);
    }
    case 'rotate':
      return yield* rotateProfile(run, order.pair);
    case 'undo':
      yield await undo(run, order);
      return;
    case 'finish':
      yield await finish(run, order);
      return;
    case 'list-all-keys':
      yield await listAllKeys(run, order);
      return;
    case 'list-keys':
      yield await listKeys(run, order.pair);
      return;
    case 'backups':
      yield await listBackups(run, order);
      return;
    case 'list':
    case 'list-files':
    case 'several':
      assert(false, `${order.kind} is performed elsewhere`);
  }
}

async function undo(run: StepContext, { pair, dryRun }: OrderOf<'undo'>): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  let isTold = dryRun || run.options.json;
  const tell = (plan: UndoPlan) => {
    if (!isTold) showUndoPlan(run, plan);
    isTold = true;
  };
  const undone = await withMfa(run, pair, (by) => {
    by.showWaiting(`putting the previous key of ${pair.targetProfile} back`);
    return by.parts.undoProfile(targetOptions(by, pair), by.context, { dryRun, tell });
  });
  return { result: { kind: 'undo', undo: undone, commands: laterCommands(run, pair) } };
}

/** Which key comes and which goes is on stderr before anything is changed. */
function showUndoPlan({ session: { host }, ...run }: StepContext, plan: UndoPlan): void {
  run.hideWaiting();
  host.stderr.writeNow(`${renderUndoPlan(plan, styleOf(host.stderr, host))}\n\n`);
  run.showWaiting(`putting ${plan.toKeyId} back`);
}

async function finish(
  run: StepContext,
  { pair, request, dryRun }: OrderOf<'finish'>,
): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  const finished = await withMfa(run, pair, (by) => {
    by.showWaiting(`retiring the previous key of ${pair.targetProfile}`);
    return by.parts.finishProfile(targetOptions(by, pair), { ...request, dryRun }, by.context);
  });
  const { deleteNow } = request;
  const commands = laterCommands(run, pair);
  return { result: { kind: 'finish', finish: finished, deleteNow, commands } };
}

async function listAllKeys(
  run: StepContext,
  { authProfile, accounts }: OrderOf<'list-all-keys'>,
): Promise<KeyctlProgress> {
  await requireProfiles(run, [authProfile]);
  const all = await withMfa(run, { authProfile }, (by) => {
    by.showWaiting('reading users and keys');
    return by.parts.listAllKeys({ ...sessionOptions(by, authProfile), accounts }, by.context);
  });
  return { result: { kind: 'all-keys', all } };
}

async function listKeys(run: StepContext, pair: Pair): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  const exam = await withMfa(run, pair, async (by) => {
    by.showWaiting('asking AWS for the keys');
    const asked = { ...targetOptions(by, pair), onlyLooks: true };
    const opened = await by.parts.openProfileSession(asked, by.context);
    opened.close();
    return opened.exam;
  });
  return { exam };
}
