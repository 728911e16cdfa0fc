// The rotation of one profile's key: look, show, ask where that is needed, rotate.

import { withExam, withRotation } from '../app/keyctl/build-keyctl-report.ts';
import type { ProfileExam, ProfileSession } from '../app/keyctl/types.ts';
import type { AccessKeyId } from '../base/access-key-id.ts';
import { KeyturnError } from '../base/errors.ts';
import { renderPlan } from '../reports/keyctl-text.ts';
import type { Asker } from './asker.ts';
import type { Pair } from './keyctl-options.ts';
import { shellWords } from './keyctl-output.ts';
import { requireProfiles } from './keyctl-profiles.ts';
import { type Run, targetOptions } from './keyctl-run.ts';

/** `confirms` is for profiles that were chosen from a list: one Enter too many rotates nothing. */
export async function rotateProfile(run: Run, pair: Pair, confirms: boolean): Promise<void> {
  await requireProfiles(run, [pair.authProfile, pair.targetProfile]);
  run.wait('asking AWS whose key it is');
  const opened = await run.parts.openProfileSession(targetOptions(run, pair), run.context);
  try {
    run.hush();
    run.report = withExam(run.report, opened.exam);
    if (run.report.dry_run) return;
    showPlan(run);
    const mayRemove = await keyToRemove(run, opened.exam);
    // Whoever agreed to a deletion has agreed to the rotation.
    if (confirms && mayRemove === undefined) await confirmRotation(run, opened.exam);
    await rotate(run, opened, pair, mayRemove);
  } finally {
    opened.close();
  }
}

async function rotate(
  run: Run,
  opened: ProfileSession,
  pair: Pair,
  mayRemove: AccessKeyId | undefined,
): Promise<void> {
  const { allProfiles } = run.options;
  run.wait('rotating');
  const rotation = await opened.rotate({ mayRemove, allProfiles });
  run.report = withRotation(run.report, rotation, {
    undo: laterCommand(run, 'undo', pair),
    finish: laterCommand(run, 'finish', pair),
  });
}

/** On stderr, because stdout carries the result and nothing else. */
function showPlan({ session, options, report }: Run): void {
  if (options.json) return;
  const { host } = session;
  const gap = options.order.kind === 'choose' ? '\n' : '';
  host.stderr.writeNow(
    `${gap}${renderPlan(report, { colour: host.stderr.hasColours(host.env) })}\n\n`,
  );
}

/**
 * Which key may be deleted to make room: asked, or with --yes only one that nothing seems to use.
 * The key that the profile holds and the one that signs are never offered (I7). Throws when there
 * is no room and nobody agrees to make some.
 */
async function keyToRemove(run: Run, exam: ProfileExam): Promise<AccessKeyId | undefined> {
  const { slot, user, openPhase } = exam;
  // What an earlier run began has its place already.
  if (openPhase !== undefined || slot.kind === 'free') return undefined;
  if (slot.kind === 'full') {
    const message = `there is no room for a new key of ${user}: ${slot.because}`;
    throw new KeyturnError('no-free-slot', message, { hint: slot.hint });
  }
  const { key, isQuiet, because } = slot;
  if (run.options.yes && isQuiet) return key.id;
  if (run.ask === undefined) {
    throw new KeyturnError(
      key.status === 'Active' ? 'two-active-keys' : 'no-free-slot',
      `${user} has two keys already, and ${key.id} would have to go: ${because}`,
      {
        hint: isQuiet
          ? '--yes lets keyctl delete it; or run in a terminal to be asked'
          : 'it may be in use, so --yes does not delete it; run in a terminal to be asked, or delete it in IAM',
      },
    );
  }
  const question = `AWS allows two keys. ${key.id}: ${because}.\nDelete it to make room?`;
  if (await confirmed(run, run.ask, question, false)) return key.id;
  throw declined();
}

async function confirmRotation(run: Run, exam: ProfileExam): Promise<void> {
  const { ask, options } = run;
  if (options.yes || ask === undefined) return;
  const question = `Rotate ${exam.currentKeyId} of ${exam.profile}?`;
  if (!(await confirmed(run, ask, question, true))) throw declined();
}

async function confirmed(
  { session }: Run,
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

function laterCommand(run: Run, command: 'undo' | 'finish', pair: Pair): string {
  const { credentialsFile } = run.options;
  const isOwn = pair.authProfile === pair.targetProfile;
  return shellWords([
    'keyctl',
    command,
    ...(isOwn ? [] : ['-a', pair.authProfile]),
    '-t',
    pair.targetProfile,
    ...(credentialsFile === undefined ? [] : ['-c', credentialsFile]),
  ]);
}
