// What one order of keyctl comes to. After each step that learned something the whole of what is known
// is yielded: the report is made from the last of it, also when a later step fails.

import type { KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import { chooseProfiles } from './choose.ts';
import type { KeyctlOrder, Pair } from './options.ts';
import { requireProfiles } from './profiles.ts';
import { rotateProfile } from './rotate.ts';
import { type StepContext, sessionOptions, targetOptions } from './step-context.ts';

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
  const undone = await run.parts.undoProfile(targetOptions(run, pair), run.context);
  return { result: { kind: 'undo', undo: undone } };
}

async function finish(
  run: StepContext,
  { pair, request }: OrderOf<'finish'>,
): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting(`retiring the previous key of ${pair.targetProfile}`);
  const finished = await run.parts.finishProfile(targetOptions(run, pair), request, run.context);
  return { result: { kind: 'finish', finish: finished } };
}

async function listAllKeys(
  run: StepContext,
  { authProfile, accounts }: OrderOf<'list-all-keys'>,
): Promise<KeyctlProgress> {
  await requireProfiles(run, [authProfile]);
  run.showWaiting('reading users and keys');
  const asked = { ...sessionOptions(run, authProfile), accounts };
  return { result: { kind: 'all-keys', all: await run.parts.listAllKeys(asked, run.context) } };
}

async function listKeys(run: StepContext, pair: Pair): Promise<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting('asking AWS for the keys');
  const opened = await run.parts.openProfileSession(targetOptions(run, pair), run.context);
  opened.close();
  return { exam: opened.exam };
}
