// I15: a run makes an old key Inactive that goes when it is quiet only where AWS has told it, in that run, of
// no use for long enough, and where nobody has used it by the world's own count.

import { QUIET_DAYS } from '../../src/lifecycle/retire-policy.ts';
import type { Rotation } from '../../src/lifecycle/rotation.ts';
import type { SimProcess } from './machine.ts';
import type { Basis, View } from './referee.ts';
import { DAY_MS, HOUR_MS, USE_IS_SHOWN_MS } from './stage.ts';
import type { SimKey } from './world.ts';

/** The gate takes no use for unseen that is older. */
const UNSEEN_MS = 6 * HOUR_MS;
/** Longer than a rotation may stay in grace whose old key nobody uses: runs look once in 40 days by then. */
const SILENCE_DAYS_MAX = 400;

export class Quiet {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  enters(process: SimProcess, user: string): void {
    const { knowledge, parts } = this.#view;
    knowledge.of(process).enteredMs.set(user, parts.schedule.nowMs);
  }

  /** AWS has made the old key of a rotation Inactive, as a run asked. */
  isCut(key: SimKey, { process, sentMs }: Basis): void {
    const { parts, journal, knowledge, fail } = this.#view;
    const last = journal.recordsOf(key.user).at(-1);
    const intent = journal.intentOf(journal.latest(key.user, 'deactivating'));
    if (last?.step.type === 'undoing' || last?.step.type === 'retiring') return;
    if (intent?.oldKeyId !== key.id || intent.oldKeyFate !== 'when-quiet') return;
    const { enteredMs, lookedMs, unreadMs } = knowledge.of(process);
    const askedMs = lookedMs.get(key.id) ?? -1;
    const failedMs = unreadMs.get(key.id) ?? -1;
    const isUnread = failedMs > askedMs && failedMs <= sentMs;
    if (isUnread || askedMs < (enteredMs.get(key.user) ?? 0)) {
      fail('I15', `${key.id} is made Inactive by ${process.name}, which cannot tell its last use`);
    }
    const lookMs = Math.min(askedMs, sentMs);
    const untilMs = Math.min(sentMs - UNSEEN_MS, lookMs - USE_IS_SHOWN_MS);
    const days = parts.settings.retire.quietDays ?? QUIET_DAYS;
    const fromMs = lookMs - UNSEEN_MS - days * DAY_MS;
    const isUsed = key.usesMs.some((atMs) => atMs > fromMs && atMs <= untilMs);
    if (isUsed) fail('I15', `${key.id} is made Inactive by ${process.name}, and it is in use`);
  }

  /** A rotation that is left at rest with its old key Active, because that may be in use. */
  mayWait(open: Rotation): boolean {
    const { world, schedule, vault } = this.#view.parts;
    // Its readers are elsewhere than in the places of the rotation: every run tells a person so.
    const { text = '' } = vault.secrets.current(open.user) ?? {};
    if ('receipts' in open && text.includes(open.oldKeyId)) return true;
    if (open.phase !== 'in-grace') return false;
    const [oldKey, newKey] = [world.key(open.oldKeyId), world.key(open.newKeyId)];
    const isWorking = (key: SimKey | undefined) => key?.status === 'Active' && !key.isDeleted;
    if (oldKey === undefined || !isWorking(oldKey) || !isWorking(newKey)) return false;
    const silenceMs = schedule.nowMs - Math.max(open.since.getTime(), ...oldKey.usesMs);
    return silenceMs < SILENCE_DAYS_MAX * DAY_MS;
  }
}
