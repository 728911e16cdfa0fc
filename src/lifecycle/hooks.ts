// Hooks of a rotation: what the operator wants done, asked or watched around it. Here is what the journal says of
// them, folded from its records, and what follows from that. A hook is known by its mark, a digest of what it does,
// so that one which was changed in the configuration is another hook.

import type { RotationStep } from './record.ts';
import type { Rotation, RotationPhase } from './rotation.ts';

/** `after-deliver` tells readers, `before-retire` may say no, `after-retire` watches. */
export type HookMoment = 'after-deliver' | 'before-retire' | 'after-retire';

/** The key of the configuration that a moment has. */
export const HOOK_WORDS = {
  'after-deliver': 'after_deliver',
  'before-retire': 'before_retire',
  'after-retire': 'after_retire',
} as const satisfies Record<HookMoment, string>;

/** How a hook ended. Nobody knows what came of one that is `unknown`. */
export type HookEnd = 'done' | 'failed' | 'unknown';

/** What the journal says of one hook since the places have the new key. */
export interface HookRun {
  readonly label: string;
  /** Undefined where the run that began it did not live to say it. */
  readonly end: HookEnd | undefined;
}

/** A watch of the time after the old key was made Inactive. */
export interface PendingWatch {
  readonly until: Date;
  /** Why the old key is to be Active again, where that was decided and has not begun. */
  readonly red: string | undefined;
}

/** What is known of the hooks of a rotation. */
export interface HookState {
  /** The moments for which there were hooks when it began. */
  readonly promised: readonly HookMoment[];
  /** When its readers had been told of the new key; undefined until then, or once a place was written again. */
  readonly toldAt?: Date | undefined;
  /** The hooks that were begun since the places have the new key, by their marks. */
  readonly runs: Readonly<Record<string, HookRun>>;
  /** The last answer of `before-retire`, where it was no. */
  readonly veto?: string | undefined;
  /** For how long the time after is watched, once the old key is Inactive. */
  readonly watchMinutes?: number | undefined;
  readonly watch?: PendingWatch | undefined;
}

const NONE: HookState = { promised: [], runs: {} };

/** The state after the record; undefined for as long as there is nothing to say. */
export function hooksAfter(
  rotation: Rotation,
  step: RotationStep,
  at: Date,
): HookState | undefined {
  const { hooks } = rotation;
  const known = hooks ?? NONE;
  switch (step.type) {
    case 'hook-begun': {
      const run = { label: step.label, end: undefined };
      return { ...known, runs: { ...known.runs, [step.mark]: run } };
    }
    case 'hook-ended': {
      const label = known.runs[step.mark]?.label ?? step.mark;
      return { ...known, runs: { ...known.runs, [step.mark]: { label, end: step.end } } };
    }
    case 'told':
      return { ...known, toldAt: at };
    case 'vetoed':
      return { ...known, veto: step.reason };
    case 'delivered':
    case 'placed':
      // Whoever was told before has not read what is written now.
      return hooks && { ...hooks, toldAt: undefined, runs: {} };
    case 'deactivating':
      return step.watchMinutes === undefined && hooks === undefined
        ? undefined
        : { ...known, veto: undefined, watchMinutes: step.watchMinutes };
    case 'deactivated': {
      const minutes = hooks?.watchMinutes;
      if (minutes === undefined) return hooks;
      const until = new Date(at.getTime() + minutes * 60_000);
      return { ...known, watchMinutes: undefined, watch: { until, red: undefined } };
    }
    case 'in-grace':
      return hooks && { ...hooks, watchMinutes: undefined };
    case 'watched': {
      if (step.saw !== 'red') return { ...known, watch: undefined };
      return known.watch && { ...known, watch: { ...known.watch, red: step.reason ?? '' } };
    }
    case 'undoing':
      return hooks && { ...hooks, watch: undefined };
    default:
      return hooks;
  }
}

/** A hook of the configuration. */
export interface NamedHook {
  /** A digest of what it does. */
  readonly mark: string;
  /** What it does, for people. */
  readonly label: string;
  /** Whether it may be done twice. */
  readonly isRepeatable: boolean;
}

/** What a run knows of the hooks of a user: undefined where no configuration says it. */
export type KnownHooks = Readonly<Record<HookMoment, readonly NamedHook[]>> | undefined;

/**
 * Whether the readers of the new key have yet to be told. A rotation that began without hooks is told of by the
 * configuration of the run that delivers it; one that is in grace for long stays as it was promised.
 */
export function isUntold(rotation: Rotation, known: KnownHooks): boolean {
  const { hooks = NONE, phase } = rotation;
  if (!hasReadersToTell(rotation) || hooks.toldAt !== undefined) return false;
  if (hooks.promised.includes('after-deliver')) return true;
  return phase === 'delivered' && known !== undefined && known['after-deliver'].length > 0;
}

/** Whatever ended it: nothing is told any more once it is over, or taken back. */
function hasReadersToTell({ phase }: Rotation): boolean {
  return phase === 'delivered' || phase === 'in-grace' || phase === 'deactivating';
}

/**
 * Whether its old key must stay because this run knows nothing of the hooks with which the rotation began: of who
 * may say no, of who watches, or of who is to be told once more.
 */
export function waitsForHooks(rotation: Rotation, known: KnownHooks): boolean {
  const { promised } = rotation.hooks ?? NONE;
  if (known !== undefined) return false;
  return isUntold(rotation, known) || promised.some((on) => on !== 'after-deliver');
}

/** Whether a run without the configuration leaves it, so that only one with it takes the rotation further. */
export function needsConfiguration(rotation: Rotation): boolean {
  return hasReadersToTell(rotation) && waitsForHooks(rotation, undefined);
}

/** A rotation whose old key is Inactive, and whose time after that has not been watched to its end. */
export function pendingWatch(rotation: Rotation): PendingWatch | undefined {
  return rotation.phase === 'deactivated' ? rotation.hooks?.watch : undefined;
}

/** Whether whatever a watch sees comes too late: the old key is gone, so nothing makes it Active again. */
export function isBeyondWatch(
  { oldKeyId }: Rotation,
  keys: readonly { readonly id: string }[],
): boolean {
  return keys.every(({ id }) => id !== oldKeyId);
}

/** What is to be done with a hook that tells readers, as far as the journal knows of it. */
export type HookVerdict =
  | 'run'
  /** It was done since the places have the new key. */
  | 'done'
  /** It may have been done, and may not be done twice: a person says which. */
  | 'ask';

export function judgeHook(run: HookRun | undefined, isRepeatable: boolean): HookVerdict {
  if (run === undefined || run.end === 'failed') return 'run';
  if (run.end === 'done') return 'done';
  return isRepeatable ? 'run' : 'ask';
}

/**
 * Marks of hooks that were begun, and of which nobody knows whether they were done; none where that matters to
 * nobody any more.
 */
export function hooksInDoubt(rotation: Rotation): readonly (HookRun & Pick<NamedHook, 'mark'>)[] {
  if (!hasReadersToTell(rotation)) return [];
  const { hooks = NONE } = rotation;
  return Object.entries(hooks.runs)
    .map(([mark, run]) => ({ mark, ...run }))
    .filter(({ end }) => end === undefined || end === 'unknown');
}

/** Which moments of a rotation that begins now have hooks; undefined where none has. */
export function promisedBy(known: KnownHooks): readonly HookMoment[] | undefined {
  if (known === undefined) return undefined;
  const moments = (Object.keys(HOOK_WORDS) as HookMoment[]).filter((on) => known[on].length > 0);
  return moments.length === 0 ? undefined : moments;
}

/** A record about hooks changes nothing of how far the rotation is, but for the time from which silence counts. */
export function phaseAfterHook(
  rotation: Rotation,
  { type }: RotationStep,
  at: Date,
): RotationPhase {
  const isGraced = rotation.phase === 'in-grace' || rotation.phase === 'deactivating';
  if (type !== 'told' || !isGraced || rotation.since === undefined) return rotation;
  return { ...rotation, since: at };
}
