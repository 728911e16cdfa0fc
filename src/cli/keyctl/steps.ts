// What one order of keyctl comes to. After each step that learned something the whole of what is known
// is yielded: the report is made from the last of it, also when a later step fails.

import type { KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import type { UndoPlan } from '../../app/keyctl/types.ts';
import { renderUndoPlan } from '../../reports/keyctl-later-text.ts';
import { styleOf } from '../terminal/style.ts';
import { chooseProfiles } from './choose.ts';
import type { KeyctlOrder, Pair } from './options.ts';
import { requireProfiles } from './profiles.ts';
import { rotateProfile } from './rotate.ts';
import { laterCommands, type StepContext, sessionOptions, targetOptions } from './step-context.ts';

type OrderOf<Kind extends KeyctlOrder['kind']> = KeyctlOrder & { readonly kind: Kind };

export async function* performOrder(run: StepContext): AsyncGenerator<KeyctlProgress> {
  const { order } = run.options;
  switch (order.kind) {
    case 'choose': {
      const pair = await chooseProfiles(run);
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
      if (order.pair !== undefined) yield await listKeys(run, order.pair);
      return;
    case 'list':
      return;
  }
}

async function undo(run: StepContext, { pair }: OrderOf<'undo'>): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting(`putting the previous key of ${pair.targetProfile} back`);
  const tell = (plan: UndoPlan) => showUndoPlan(run, plan);
  const undone = await run.parts.undoProfile(targetOptions(run, pair), run.context, tell);
  return { result: { kind: 'undo', undo: undone, commands: laterCommands(run, pair) } };
}

/** Which key comes and which goes is on stderr before anything is changed. */
function showUndoPlan(run: StepContext, plan: UndoPlan): void {
  const { session, options } = run;
  if (options.json) return;
  const { host } = session;
  run.hideWaiting();
  host.stderr.writeNow(`${renderUndoPlan(plan, styleOf(host.stderr, host))}\n\n`);
  run.showWaiting(`putting ${plan.toKeyId} back`);
}

async function finish(
  run: StepContext,
  { pair, request }: OrderOf<'finish'>,
): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting(`retiring the previous key of ${pair.targetProfile}`);
  const finished = await run.parts.finishProfile(targetOptions(run, pair), request, run.context);
  const { deleteNow } = request;
  const commands = laterCommands(run, pair);
  return { result: { kind: 'finish', finish: finished, deleteNow, commands } };
}

async function listAllKeys(
  run: StepContext,
  { authProfile, accounts }: OrderOf<'list-all-keys'>,
): Promise<KeyctlProgress> {
  if (authProfile !== undefined) await requireProfiles(run, [authProfile]);
  run.showWaiting('reading users and keys');
  const asked = { ...sessionOptions(run, authProfile), accounts };
  return { result: { kind: 'all-keys', all: await run.parts.listAllKeys(asked, run.context) } };
}

async function listKeys(run: StepContext, pair: Pair): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting('asking AWS for the keys');
  const asked = { ...targetOptions(run, pair), onlyLooks: true };
  const opened = await run.parts.openProfileSession(asked, run.context);
  opened.close();
  return { exam: opened.exam };
}
