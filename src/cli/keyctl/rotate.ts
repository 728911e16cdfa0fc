// The rotation of one profile's key: look, show, ask where that is needed, rotate.

import { buildKeyctlReport, type KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import type { ProfileExam, ProfileSession } from '../../app/keyctl/types.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { HintPart } from '../../base/hint.ts';
import { deleteNow, keyCommand, type SameReach } from '../../base/key-command.ts';
import { printable } from '../../base/printable.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';
import { useWords } from '../../lifecycle/use-words.ts';
import { renderPlan } from '../../reports/keyctl-text.ts';
import type { Asker } from '../terminal/asker.ts';
import { styleOf } from '../terminal/style.ts';
import type { Pair } from './options.ts';
import { requireProfiles } from './profiles.ts';
import { keysReach, laterCommands, type StepContext, targetOptions } from './step-context.ts';

/** Yields the exam, and then the rotation with it. */
export async function* rotateProfile(run: StepContext, pair: Pair): AsyncGenerator<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.showWaiting('asking AWS whose key it is');
  const opened = await run.parts.openProfileSession(targetOptions(run, pair), run.context);
  try {
    const { exam } = opened;
    run.hideWaiting();
    const examined: KeyctlProgress = { pair, exam };
    yield examined;
    if (run.start.dryRun) return;
    showPlan(run, examined);
    const mayRemove = await keyToRemove(run, exam, pair);
    // A person who agreed to delete a key to make room has agreed to the rotation too.
    if (mayRemove === undefined) await confirmChoice(run, exam);
    yield { ...examined, result: await rotate(run, pair, { opened, mayRemove }) };
  } finally {
    opened.close();
  }
}

interface Agreed {
  readonly opened: ProfileSession;
  readonly mayRemove: AccessKeyId | undefined;
}

async function rotate(
  run: StepContext,
  pair: Pair,
  { opened, mayRemove }: Agreed,
): Promise<KeyctlProgress['result']> {
  const { allProfiles } = run.options;
  run.showWaiting('rotating');
  const rotation = await opened.rotate({ mayRemove, allProfiles });
  return { kind: 'rotation', rotation, commands: laterCommands(run, pair) };
}

/** Shows on stderr what the rotation meets: stdout carries the result and nothing else. */
function showPlan({ session, options, start }: StepContext, known: KeyctlProgress): void {
  if (options.json) return;
  const { host } = session;
  const report = buildKeyctlReport(start, known);
  const gap = options.order.kind === 'choose' ? '\n' : '';
  host.stderr.writeNow(`${gap}${renderPlan(report, styleOf(host.stderr, host))}\n\n`);
}

/**
 * Which key may be deleted to make room: asked, or with --yes only one that nothing seems to use.
 * The key that the profile holds and the one that signs are never offered (I7). Throws when there
 * is no room and nobody agrees to make some.
 */
async function keyToRemove(
  run: StepContext,
  exam: ProfileExam,
  pair: Pair,
): Promise<AccessKeyId | undefined> {
  const { slot, user, openPhase } = exam;
  // A rotation that an earlier run began has its new key already, so no room is needed.
  if (openPhase !== undefined || slot.kind === 'free') return undefined;
  if (slot.kind === 'full') {
    const message = `there is no room for a new key of ${user}: ${slot.because}`;
    throw new KeyturnError('no-free-slot', message, { hint: slot.hint });
  }
  const { key, isIdle, because } = slot;
  if (run.options.yes && isIdle) return key.id;
  if (run.ask === undefined) {
    throw new KeyturnError(
      key.status === 'Active' ? 'two-active-keys' : 'no-free-slot',
      `${user} has two keys already, and ${key.id} would have to go: ${because}`,
      {
        hint: isIdle
          ? '--yes lets keyctl delete it; or run in a terminal to be asked'
          : [
              'it may be in use, so --yes does not delete it; run in a terminal to be asked',
              ...wayByHand(exam, key, {
                now: run.session.host.clock.now(),
                reach: keysReach(run, pair.authProfile),
              }),
            ],
      },
    );
  }
  const why = printable(because);
  const question = `AWS allows two keys. ${key.id}: ${why}.\nDelete it to make room?`;
  if (await confirmed(run, run.ask, question, false)) return key.id;
  throw declined();
}

/** Which of the two keys is in use, and the command that begins to make room. */
function wayByHand(
  { keys }: ProfileExam,
  other: AccessKey,
  { now, reach }: { readonly now: Date; readonly reach: SameReach },
): readonly HintPart[] {
  if (other.status !== 'Active') {
    return ['or, if nothing needs it, delete it:', deleteNow(other.id, reach)];
  }
  const uses = keys.map(({ id, lastUse }) => `${id} (${useWords(lastUse, now)})`).join(', ');
  return [
    `the keys are ${uses}; or make the other one Inactive when nothing uses it:`,
    keyCommand('deactivate', other.id, reach),
  ];
}

/**
 * Asks once more when the profiles were chosen from a list, so that pressing Enter once too often
 * rotates nothing. Throws `cancelled`.
 */
async function confirmChoice(run: StepContext, exam: ProfileExam): Promise<void> {
  const { ask, options } = run;
  if (options.order.kind !== 'choose' || options.yes || ask === undefined) return;
  const question = `Rotate ${exam.currentKeyId} of ${exam.profile}?`;
  if (!(await confirmed(run, ask, question, true))) throw declined();
}

async function confirmed(
  { session }: StepContext,
  ask: Asker,
  question: string,
  fallback: boolean,
): Promise<boolean> {
  const answer = await ask.confirm(question, fallback);
  session.host.stderr.writeNow('\n');
  return answer;
}

function declined(): KeyturnError {
  return new KeyturnError('cancelled', 'nothing was changed');
}
