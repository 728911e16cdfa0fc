// The steps of a rotation in their order, those of one that begins and of one that is taken up again: the one list
// from which plans are made.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { Recovery } from './decide-open.ts';
import type { Next, UserDecision } from './decide-user.ts';
import { HOOK_WORDS, type HookMoment, isUntold, type KnownHooks, type NamedHook } from './hooks.ts';
import type { LastUse } from './keys.ts';
import { type PlanStep, placeWord } from './plan-step.ts';
import type { GateVerdict } from './quiet-gate.ts';
import type { JournaledTarget, OldKeyFate } from './record.ts';
import { hasNewKey, type Rotation } from './rotation.ts';

export type LastUses = ReadonlyMap<AccessKeyId, LastUse | 'unreadable'>;

type Rotate = Extract<Next, { readonly kind: 'rotate' }>;

/** What holds for a rotation that begins. */
export interface Promised {
  readonly oldKeyFate: OldKeyFate;
  readonly uses: LastUses;
  /** What the configuration wants done, asked and watched around it. */
  readonly hooks?: KnownHooks;
}

/** Of a rotation that begins: the order of lifecycle/next-step.ts. */
export function stepsOfRotation(
  { oldKey, targets, missing, makesRoom, gate }: Rotate,
  { oldKeyFate: fate, uses, hooks }: Promised,
): readonly PlanStep[] {
  const made = missing.map(({ kind, place }) => placeWord({ kind, place }));
  return [
    ...made.map((place): PlanStep => ({ do: 'make-place', place })),
    ...(makesRoom === undefined ? [] : [{ do: 'delete', keyId: makesRoom.key.id } as const]),
    { do: 'create', keyId: oldKey.id },
    { do: 'prove' },
    ...deliveries(targets),
    ...hookSteps('after-deliver', hooks),
    ...endOf(
      { keyId: oldKey.id, isActive: oldKey.status === 'Active' },
      { fate, gate, hooks },
      uses,
    ),
  ];
}

/** What is known of a rotation that is taken up, beside the decision about it. */
export interface TakenUp {
  /** Its places that do not have the new key yet. */
  readonly toWrite: readonly JournaledTarget[];
  readonly uses: LastUses;
  readonly hooks?: KnownHooks;
}

/** Of a rotation that an earlier run left open, and that goes on to its end. */
export function stepsOfRecovery(
  recover: Extract<Recovery, { readonly leadsTo: 'new-key' | 'nothing' | 'closed' }>,
  { keys, gate }: Pick<UserDecision, 'keys' | 'gate'>,
  { toWrite, uses, hooks }: TakenUp,
): readonly PlanStep[] {
  const { rotation, steps, leadsTo } = recover;
  const { oldKeyId: keyId, oldKeyFate: fate } = rotation;
  const isEnding = steps.at(-1)?.kind === 'finish';
  if (isEnding || (leadsTo === 'nothing' && recover.refused === undefined)) return [];
  const refused = leadsTo === 'nothing' ? (recover.refused ?? []) : [];
  const isRefused = (target: JournaledTarget) =>
    refused.some((each) => placeWord(each.target) === placeWord(target));
  const isActive = keys.some(({ id, status }) => id === keyId && status === 'Active');
  const goes = leadsTo === 'new-key' && !recover.stopsAtOwnKey;
  return [
    ...(isToProve(rotation) ? [{ do: 'prove' } as const] : []),
    ...deliveries(toWrite.filter((target) => !isRefused(target))),
    ...(leadsTo === 'nothing' ? [] : toTell(rotation, hooks)),
    ...(goes ? endOf({ keyId, isActive }, { fate, gate, hooks }, uses) : []),
  ];
}

/** The hooks that its readers have yet to be told by. */
function toTell(rotation: Rotation, hooks: KnownHooks): readonly PlanStep[] {
  if (!isOnItsWay(rotation) && !isUntold(rotation, hooks)) return [];
  const runs = rotation.hooks?.runs ?? {};
  return hookSteps('after-deliver', hooks, ({ mark }) => runs[mark]?.end !== 'done');
}

function hookSteps(
  on: HookMoment,
  hooks: KnownHooks,
  isMeant: (hook: NamedHook) => boolean = () => true,
): readonly PlanStep[] {
  return (hooks?.[on] ?? []).filter(isMeant).map((hook) => hookStep(on, hook));
}

/** A hook as a plan names it. */
export function hookStep(on: HookMoment, { label }: Pick<NamedHook, 'label'>): PlanStep {
  return { do: 'hook', name: `${HOOK_WORDS[on]} ${label}` };
}

/** Whether the rotation is still on its way to its places. */
export function isOnItsWay(rotation: Rotation): boolean {
  return !('receipts' in rotation) || rotation.phase === 'delivered-unproved';
}

function isToProve({ phase }: Rotation): boolean {
  return (
    phase !== 'proved' && phase !== 'delivered' && phase !== 'in-grace' && phase !== 'deactivating'
  );
}

function deliveries(targets: readonly JournaledTarget[]): readonly PlanStep[] {
  return targets.map((target) => ({ do: 'deliver', place: placeWord(target) }));
}

interface OldKeyAtEnd {
  readonly keyId: AccessKeyId;
  readonly isActive: boolean;
}

interface Ending {
  readonly fate: OldKeyFate;
  readonly gate: GateVerdict | undefined;
  readonly hooks: KnownHooks;
}

/** What becomes of the old key in this run: nothing while it waits, or where it is left to a person. */
function endOf(
  { keyId, isActive }: OldKeyAtEnd,
  { fate, gate, hooks }: Ending,
  uses: LastUses,
): readonly PlanStep[] {
  if (fate === 'keep' || gate?.kind === 'wait' || !isActive) return [];
  const isOfUse = gate?.kind === 'quiet' && fate === 'when-quiet';
  return endingSteps({ keyId, ...(isOfUse && unusedSince(keyId, uses)) }, hooks);
}

/** With who is asked before, and who watches after. */
export function endingSteps(
  key: { readonly keyId: AccessKeyId } & Pick<PlanStep, 'unusedSince'>,
  hooks: KnownHooks,
): readonly PlanStep[] {
  return [
    ...hookSteps('before-retire', hooks),
    { do: 'deactivate', ...key },
    ...hookSteps('after-retire', hooks),
  ];
}

/** The last use that a step depends on. */
export function unusedSince(keyId: AccessKeyId, uses: LastUses): Pick<PlanStep, 'unusedSince'> {
  const use = uses.get(keyId);
  if (use === undefined || use === 'unreadable') return {};
  return { unusedSince: useWord(use) };
}

/** ISO 8601, or `never`. */
export function useWord(use: LastUse): string {
  return use.used === 'never' ? 'never' : use.at.toISOString();
}

/** The new key of the rotation, where it has one. */
export function newKeyOf(rotation: Rotation): AccessKeyId | undefined {
  return hasNewKey(rotation) ? rotation.newKeyId : undefined;
}
