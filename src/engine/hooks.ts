// The hooks of a user, as the engine sees them: somebody of whom something is wanted at a moment of a rotation, and
// who answers. Who that is, and how they are asked, is for src/app/hooks/.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { type HookMoment, isUntold, type NamedHook } from '../lifecycle/hooks.ts';
import type { Rotation, WithNewKey } from '../lifecycle/rotation.ts';
import type { UserAtHand, UserWork } from './user-work.ts';

/** How often one that is safe to repeat is tried in a run, and the pause before the second time. */
export const TRIES_MAX = 3;
export const PAUSE_MS = 2_000;

/** What a hook is told: never a secret (I8). */
export interface HookOrder {
  readonly on: HookMoment;
  readonly account: string;
  readonly user: string;
  readonly oldKeyId: AccessKeyId;
  readonly newKeyId: AccessKeyId;
  readonly places: readonly { readonly kind: string; readonly place: string }[];
  readonly rotation: string;
  /** How often it has been asked now. */
  readonly attempt: number;
}

export type HookAnswer =
  /** It was done; or nothing stands against the end of the old key; or all is well. */
  | { readonly kind: 'yes' }
  /** The old key must stay; or something went wrong. */
  | { readonly kind: 'no'; readonly reason: string; readonly askAgainAt?: Date | undefined }
  /** `isKnown`: it was certainly not done. Else it may have been, or may be yet. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isKnown: boolean };

export interface Hook extends NamedHook {
  /** Resolves whatever comes of it; rejects with the reason of the signal alone. */
  run(order: HookOrder, signal: AbortSignal | undefined): Promise<HookAnswer>;
}

/** A hook that looks, again and again. */
export interface Watch extends Hook {
  readonly minutes: number;
  readonly everyMs: number;
}

export interface UserHooks {
  readonly 'after-deliver': readonly Hook[];
  readonly 'before-retire': readonly Hook[];
  readonly 'after-retire': readonly Watch[];
  /** Something went wrong once an old key was Inactive: the run makes no other one Inactive. */
  readonly endWave: (because: string) => void;
}

/** What became of a hook in a run. */
export interface HookResult {
  readonly on: HookMoment;
  readonly label: string;
  /** `planned`: in a dry run, it would be run. */
  readonly outcome: 'done' | 'failed' | 'unknown' | 'vetoed' | 'green' | 'red' | 'planned';
  readonly reason?: string | undefined;
}

export function orderOf(
  on: HookMoment,
  { id, oldKeyId, newKeyId, targets }: WithNewKey,
  { user, account }: Pick<UserWork, 'user' | 'account'>,
): Omit<HookOrder, 'attempt'> {
  const places = targets.map(({ kind, place }) => ({ kind, place }));
  const { account: accountId } = account.gateway.caller;
  return { on, account: accountId, user, oldKeyId, newKeyId, places, rotation: id };
}

/** Says on the log what became of it, and keeps it for the result. */
export function tellHook(result: HookResult, work: UserWork): void {
  const { on, label: hook, outcome, reason = null } = result;
  work.hookResults.push(result);
  work.account.emit({
    code: outcome === 'done' || outcome === 'green' ? 'hook-done' : 'hook-not-done',
    ...{ user: work.user, on, hook, outcome, reason },
  });
}

/** In a dry run: the hooks that the run would come to, with the rotation on its way or one that begins. */
export function plannedHooks(
  rotation: Rotation | undefined,
  isCut: boolean,
  { account }: UserAtHand,
): readonly HookResult[] {
  const { hooks } = account.policy;
  if (hooks === undefined) return [];
  const isDelivered = rotation !== undefined && 'receipts' in rotation;
  const tells = !isDelivered || isUntold(rotation, hooks);
  const runs = rotation?.hooks?.runs ?? {};
  const toTell = hooks['after-deliver'].filter(({ mark }) => runs[mark]?.end !== 'done');
  return [
    ...planned('after-deliver', tells ? toTell : []),
    ...planned('before-retire', isCut ? hooks['before-retire'] : []),
    ...planned('after-retire', isCut ? hooks['after-retire'] : []),
  ];
}

function planned(on: HookMoment, hooks: readonly Hook[]): readonly HookResult[] {
  return hooks.map(({ label }) => ({ on, label, outcome: 'planned' }));
}
