// The rotation of one profile's key: look, show, ask where that is needed, rotate.

import { buildKeyctlReport, type KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import type { ProfileExam, ProfileSession } from '../../app/keyctl/types.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError } from '../../base/errors.ts';
import { keyCommand } from '../../base/key-command.ts';
import { printable } from '../../base/printable.ts';
import { renderPlan } from '../../reports/keyctl-text.ts';
import { styleOf } from '../terminal/style.ts';
import { confirmed, declined } from './confirm.ts';
import type { Pair } from './options.ts';
import { requireProfiles } from './profiles.ts';
import { keysReach, laterCommands, type StepContext, targetOptions } from './step-context.ts';
import { withMfa } from './with-mfa.ts';

/** Yields the exam, and then the rotation with it. */
export async function* rotateProfile(run: StepContext, pair: Pair): AsyncGenerator<KeyctlProgress> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  const opened = await withMfa(run, pair, (by) => open(by, pair));
  try {
    const { exam } = opened.session;
    run.hideWaiting();
    const examined: KeyctlProgress = { pair, exam };
    yield examined;
    if (run.start.dryRun) return;
    showPlan(run, examined);
    const mayRemove = await keyToRemove(run, exam, pair);
    // A person who agreed to delete a key to make room has agreed to the rotation too.
    if (mayRemove === undefined) await confirmChoice(run, exam);
    yield { ...examined, result: await rotate(opened, pair, mayRemove) };
  } finally {
    opened.session.close();
  }
}

/** The session, and the run in which it was opened: with a code of an MFA device or without. */
interface Opened {
  readonly session: ProfileSession;
  readonly by: StepContext;
}

async function open(by: StepContext, pair: Pair): Promise<Opened> {
  by.showWaiting('asking AWS whose key it is');
  return { by, session: await by.parts.openProfileSession(targetOptions(by, pair), by.context) };
}

async function rotate(
  opened: Opened,
  pair: Pair,
  mayRemove: AccessKeyId | undefined,
): Promise<KeyctlProgress['result']> {
  const { by: run } = opened;
  const { allProfiles } = run.options;
  const rotation = await withMfa(run, pair, async (by) => {
    // Reading may be allowed without MFA, and changing not: then another session is opened.
    const isSame = by === run;
    const { session } = isSame ? opened : await open(by, pair);
    try {
      by.showWaiting('rotating');
      // The other key may have made room before the rest was denied.
      const isFull = session.exam.slot.kind !== 'free';
      return await session.rotate({ mayRemove: isFull ? mayRemove : undefined, allProfiles });
    } finally {
      if (!isSame) session.close();
    }
  });
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
 * Which Inactive key may be deleted to make room: asked, or with --yes only one whose hold is over. The key that the profile holds and the one that signs are never offered (I7). Throws when there
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
    throw new KeyturnError(slot.code ?? 'no-free-slot', message, { hint: slot.hint });
  }
  const { key, isIdle, because } = slot;
  if (run.options.yes && isIdle) return key.id;
  if (run.ask === undefined) {
    throw new KeyturnError(
      'no-free-slot',
      `${user} has two keys already, and ${key.id} would have to go: ${because}`,
      {
        hint: isIdle
          ? '--yes lets keyctl delete it; or run in a terminal to be asked'
          : [
              'its hold is not over, so --yes does not delete it; run in a terminal to be asked, or delete it once its hold is over:',
              keyCommand('delete', key.id, keysReach(run, pair.authProfile)),
            ],
      },
    );
  }
  const why = printable(because);
  const question = `AWS allows two keys. ${key.id}: ${why}.\nDelete it to make room?`;
  if (await confirmed(run, run.ask, question, false)) return key.id;
  throw declined();
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
