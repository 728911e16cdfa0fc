// I15: a run makes an old key Inactive that goes when it is quiet only where AWS has told it, in that run, of
// no use for long enough, and where nobody has used it by the world's own count, or a run has seen that somebody
// has; or where its deadline was told in time.

import type { UserOutcome } from '../../src/engine/outcome.ts';
import { UserHistory } from '../../src/lifecycle/history.ts';
import { DEADLINE_NOTICE_DAYS, QUIET_DAYS } from '../../src/lifecycle/retire-policy.ts';
import type { Rotation } from '../../src/lifecycle/rotation.ts';
import type { Seen } from '../../src/state/state-store.ts';
import type { SimProcess } from './machine.ts';
import type { Basis, View } from './referee.ts';
import { CLOCK_TOLERANCE_MS, DAY_MS, HOUR_MS, MINUTE_MS, USE_IS_SHOWN_MS } from './stage.ts';
import { VAULT_SETTLE_MINUTES } from './vault.ts';
import type { SimKey } from './world.ts';

/** The gate takes no use for unseen that is older. */
const UNSEEN_MS = 6 * HOUR_MS;
/** Longer than a rotation may stay in grace whose old key nobody uses, and whose uses no long gap parted. */
const SILENCE_DAYS_MAX = 400;
/** So often as long as the longest gap between two uses a silence is waited for. */
const GAPS_WAITED = 2;
/** By then runs look so seldom. */
const PAUSE_MS = 40 * DAY_MS;
/** Silence of so long is no steady work, and a look that shows it tells the gap; see use-history.ts. */
const SHOWN_GAP_MS = 6 * DAY_MS;
/** A look after a shorter silence may be taken for one that shows a gap, to be on the safe side. */
const MAY_SHOW_MS = 3 * DAY_MS;
/** A gap of more is waited for, however seldom it was seen. */
const LONG_GAP_DAYS = 34;

/** A use that a look showed, and that is remembered. */
interface Remembered {
  readonly atMs: number;
  readonly usedMs: number;
}

/** What a run told of the deadline of a key; undefined for none. */
interface Told {
  readonly atMs: number;
  readonly deadlineMs: number | undefined;
}

export class Quiet {
  readonly #view: View;
  readonly #remembered = new Map<SimKey, Remembered[]>();
  readonly #told = new Map<string, Told[]>();

  constructor(view: View) {
    this.#view = view;
  }

  enters(process: SimProcess, user: string): void {
    const { knowledge, parts } = this.#view;
    knowledge.of(process).enteredMs.set(user, parts.schedule.nowMs);
  }

  /** What was seen of uses is on the disk. */
  remembers(seen: readonly Seen[]): void {
    const { world, schedule } = this.#view.parts;
    for (const each of seen) {
      if (!('used' in each)) continue;
      for (const { user, createdAt, lastUse } of each.used) {
        const ofDate = (world.users.get(user)?.keys ?? []).filter(
          ({ createdAtMs }) => createdAtMs === createdAt.getTime(),
        );
        const [key, second] = ofDate;
        if (key === undefined || second !== undefined || lastUse.used === 'never') continue;
        const known = this.#remembered.get(key) ?? [];
        known.push({ atMs: schedule.nowMs, usedMs: lastUse.at.getTime() });
        this.#remembered.set(key, known);
      }
    }
  }

  /** What was not on the disk yet, or was lost with the machine, nobody remembers. */
  afterLoss(): void {
    if (!this.#view.parts.medium.hasSightings) this.#remembered.clear();
  }

  /** What a run tells in the end it has known since it came to the user: another may have announced more since. */
  tells(process: SimProcess, { user, retirement }: UserOutcome): void {
    const { oldKey, waiting } = retirement ?? {};
    if (oldKey === undefined || waiting === undefined) return;
    const { knowledge, parts } = this.#view;
    const told = this.#told.get(oldKey.id) ?? [];
    told.push({
      atMs: knowledge.of(process).enteredMs.get(user) ?? parts.schedule.nowMs,
      deadlineMs: waiting.deadline?.getTime(),
    });
    this.#told.set(oldKey.id, told);
  }

  /** AWS has made the old key of a rotation Inactive, as a run asked. */
  isCut(key: SimKey, { process, sentMs }: Basis): void {
    const { journal, knowledge, fail } = this.#view;
    const last = journal.recordsOf(key.user).at(-1);
    const intent = journal.intentOf(journal.latest(key.user, 'deactivating'));
    if (last?.step.type === 'undoing' || last?.step.type === 'retiring') return;
    if (intent?.oldKeyId !== key.id) return;
    if (this.#isTooEarly(key, sentMs)) {
      const what = 'its readers cannot have the new key yet';
      fail('I15', `${key.id} is made Inactive by ${process.name}, and ${what}`);
    }
    if (intent.oldKeyFate !== 'when-quiet') return;
    if (this.#isDeadline(key, sentMs)) return;
    const { enteredMs, lookedMs, unreadMs } = knowledge.of(process);
    const askedMs = lookedMs.get(key.id) ?? -1;
    const failedMs = unreadMs.get(key.id) ?? -1;
    const isUnread = failedMs > askedMs && failedMs <= sentMs;
    if (isUnread || askedMs < (enteredMs.get(key.user) ?? 0)) {
      fail('I15', `${key.id} is made Inactive by ${process.name}, which cannot tell its last use`);
    }
    const what = `${key.id} is made Inactive by ${process.name}, and`;
    const { isForgotten, usesMs } = this.knownUses(key, process);
    const lookMs = Math.min(askedMs, sentMs);
    const untilMs = isForgotten ? sentMs : Math.min(sentMs - UNSEEN_MS, lookMs - USE_IS_SHOWN_MS);
    const fromMs = lookMs - UNSEEN_MS - this.#days * DAY_MS;
    const isUsed = usesMs.some((atMs) => atMs > fromMs && atMs <= untilMs);
    if (isUsed) fail('I15', `${what} it is in use${isForgotten ? ', as a run has seen' : ''}`);
    if (this.#isJustTakenBack(key, sentMs)) fail('I15', `${what} it was taken back into use`);
    const gapDays = this.#longestGap(key, process) / DAY_MS;
    const shownMs = usesMs.filter((atMs) => atMs <= untilMs);
    const silentDays = (sentMs - Math.max(...shownMs, 0)) / DAY_MS;
    if (gapDays > LONG_GAP_DAYS && silentDays < gapDays) {
      fail('I15', `${what} its uses were ${Math.round(gapDays)} days apart`);
    }
  }

  /** Whoever says that it goes: its readers keep a copy of what was there before. */
  #isTooEarly({ user }: SimKey, sentMs: number): boolean {
    const { journal } = this.#view;
    const delivered = journal.latest(user, 'delivered');
    const intent = journal.intentOf(delivered);
    if (delivered === undefined || intent?.target.kind !== 'sim-vault') return false;
    const settledMs = delivered.at.getTime() + VAULT_SETTLE_MINUTES * MINUTE_MS;
    return sentMs < settledMs - CLOCK_TOLERANCE_MS;
  }

  get #days(): number {
    return this.#view.parts.settings.retire.quietDays ?? QUIET_DAYS;
  }

  /**
   * Where AWS has forgotten them, those that were remembered before the process began: by days, of which
   * that of our own check may be known for nothing else.
   */
  knownUses(key: SimKey, process: SimProcess) {
    const { forgotten, openedMs } = this.#view.knowledge.of(process);
    const isForgotten = forgotten.has(key.id);
    const usesMs = isForgotten
      ? this.#rememberedBy(key, openedMs)
          .map(({ usedMs }) => usedMs)
          .filter((usedMs) => dayOf(usedMs) !== this.#checkDay(key))
      : key.usesMs;
    return { isForgotten, usesMs };
  }

  #checkDay({ id, user }: SimKey): number | undefined {
    const history = new UserHistory(this.#view.seenJournal.recordsOf(user));
    const made = history.rotationThatMade(id);
    const records = made === undefined ? [] : history.recordsOf(made.id);
    const check = records.findLast(
      ({ step }) => step.type === 'proved' || step.type === 'verified',
    );
    return check && dayOf(check.at.getTime());
  }

  #rememberedBy(key: SimKey, openedMs: number): readonly Remembered[] {
    return (this.#remembered.get(key) ?? []).filter(({ atMs }) => atMs < openedMs);
  }

  /** The longest silence between two uses that a look in it has shown. */
  #longestGap(key: SimKey, process: SimProcess): number {
    return longestGapIn(this.#rememberedBy(key, this.#view.knowledge.of(process).openedMs));
  }

  /** Silence before proves nothing where somebody could know that the key was Inactive. */
  #isJustTakenBack({ id, user, reactivated, deactivated }: SimKey, sentMs: number): boolean {
    if (reactivated === undefined || sentMs < reactivated.atMs) return false;
    const isByHand = reactivated.by === 'operator';
    const { journal } = this.#view;
    const isRecorded = journal
      .recordsOf(user)
      .some(({ step, rotation }) =>
        step.type === 'retired'
          ? step.keyId === id
          : step.type === 'deactivated' &&
            rotation !== null &&
            journal.intentOf(journal.recordsOf(user).find((each) => each.rotation === rotation))
              ?.oldKeyId === id,
      );
    if (isByHand && (deactivated?.by === 'operator' || !isRecorded)) return false;
    return sentMs - reactivated.atMs < this.#days * DAY_MS - CLOCK_TOLERANCE_MS;
  }

  /** A deadline that is over, announced in time, and not taken back by what was told since. */
  #isDeadline({ id, user }: SimKey, sentMs: number): boolean {
    const { journal } = this.#view;
    const announced = journal.latest(user, 'deadline-announced');
    if (announced?.step.type !== 'deadline-announced' || announced.step.deadline === undefined) {
      return false;
    }
    if (journal.intentOf(announced)?.oldKeyId !== id) return false;
    const atMs = announced.at.getTime();
    const deadlineMs = Date.parse(announced.step.deadline);
    const isInTime = sentMs - atMs >= DEADLINE_NOTICE_DAYS * DAY_MS - CLOCK_TOLERANCE_MS;
    const isOver = sentMs >= deadlineMs - CLOCK_TOLERANCE_MS;
    const isWithdrawn = (this.#told.get(id) ?? []).some(
      (told) =>
        told.atMs > atMs + CLOCK_TOLERANCE_MS &&
        (told.deadlineMs === undefined || told.deadlineMs > deadlineMs),
    );
    return isInTime && isOver && !isWithdrawn;
  }

  /** Uses of a key of the same date may be taken for its own under a former name, and make a gap where there was none. */
  #longestSinceTwin(key: SimKey): number {
    const twins = [...this.#remembered].filter(
      ([other]) => other !== key && Math.abs(other.createdAtMs - key.createdAtMs) <= SAME_DATE_MS,
    );
    const usesMs = twins.flatMap(([, known]) => known.map(({ usedMs }) => usedMs));
    return Math.max(0, Math.max(...key.usesMs) - Math.min(...usesMs));
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
    const gapMs = Math.max(
      longestGapIn(this.#remembered.get(oldKey) ?? [], MAY_SHOW_MS),
      this.#longestSinceTwin(oldKey),
    );
    return (
      silenceMs < Math.max(SILENCE_DAYS_MAX * DAY_MS, GAPS_WAITED * gapMs + SHOWN_GAP_MS) + PAUSE_MS
    );
  }
}

/** Dates so close, in milliseconds, are the date of one key; see known-sightings.ts. */
const SAME_DATE_MS = 2_000;

function longestGapIn(known: readonly Remembered[], shownMs = SHOWN_GAP_MS): number {
  let longestMs = 0;
  for (const [index, { atMs, usedMs }] of known.entries()) {
    const next = known.slice(index + 1).find((later) => later.usedMs > usedMs);
    if (next === undefined || atMs - usedMs < shownMs || atMs > next.usedMs) continue;
    longestMs = Math.max(longestMs, next.usedMs - usedMs - DAY_MS);
  }
  return longestMs;
}

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}
