// What a plan says of each key of a user: the decision about the user as a value, key by key. A dry run tells the
// same decision, and a run performs it.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { MS_PER_DAY } from '../base/clock.ts';
import type { KeyturnError } from '../base/errors.ts';
import { closesAtItsEnd, type Recovery } from './decide-open.ts';
import type { CleanUp, Next, UserDecision, Wanted } from './decide-user.ts';
import type { AccessKey, KeyStatus, LastUse } from './keys.ts';
import type { PlanStep } from './plan-step.ts';
import { WHY_RESUMED } from './plan-words.ts';
import {
  isOnItsWay,
  newKeyOf,
  stepsOfRecovery,
  stepsOfRotation,
  type TakenUp,
  unusedSince,
} from './planned-steps.ts';
import type { GateVerdict, Waiting } from './quiet-gate.ts';
import type { OldKeyFate } from './record.ts';
import { isGraced } from './rotation.ts';

export const PLAN_ACTIONS = [
  'rotate',
  'resume',
  'deactivate',
  'delete',
  'discard',
  'wait',
  'none',
  'blocked',
  'ask',
] as const;

/** Those of them that change something. */
export type PlanAction = (typeof PLAN_ACTIONS)[number];

export function isChange(action: PlanAction): boolean {
  return action !== 'wait' && action !== 'none' && action !== 'blocked' && action !== 'ask';
}

export interface PlannedKey {
  readonly keyId: AccessKeyId;
  /** `gone` for one that AWS does not list any more, `unknown` where nobody looked. */
  readonly status: KeyStatus | 'gone' | 'unknown';
  readonly createdAt: Date | undefined;
  readonly action: PlanAction;
  /** One word of those that docs/tasks/plan-and-apply.md lists. */
  readonly reason: string;
  /** The same in a line. */
  readonly why: string;
  /** Undefined where nobody asked. */
  readonly lastUse: LastUse | 'unreadable' | undefined;
  readonly notBefore: Date | undefined;
  readonly deadline: Date | undefined;
  /** Why nothing is done, where a person is needed. */
  readonly error: KeyturnError | undefined;
  readonly steps: readonly PlanStep[];
  /** What comes later, by other plans: a forecast, and no permission. */
  readonly later: readonly Forecast[];
}

export interface Forecast {
  readonly do: 'deactivate' | 'delete';
  readonly keyId: AccessKeyId;
  /** Undefined where time alone does not lead there. */
  readonly earliest: Date | undefined;
  readonly if: string;
}

/** What is known beside the decision. */
export interface PlanFacts extends TakenUp {
  readonly now: Date;
  readonly oldKeyFate: OldKeyFate;
  readonly cleanUpDays: number | undefined;
  /** The age at which a key is due without a look-ahead; that of `wanted` when left out. */
  readonly thresholdDays?: number | undefined;
  /** Of what is refused: why, for people. */
  readonly refusal: KeyturnError | undefined;
  /** Keys that are made Active again, because a request landed that was taken back. */
  readonly landed: ReadonlySet<AccessKeyId>;
  /** The steps of an undo that is taken up. */
  readonly wayBack: readonly PlanStep[];
  /** Why the cut-over of a rotation that is taken up would not come, although it could go on. */
  readonly holder: KeyturnError | undefined;
}

type About = Partial<PlannedKey> & Pick<PlannedKey, 'action' | 'reason' | 'why'>;

/** Every key of the user that anything is to be said of, in the order of their creation. */
export function plannedKeys(
  all: readonly AccessKey[],
  decision: UserDecision,
  facts: PlanFacts,
): readonly PlannedKey[] {
  const found = new Map<AccessKeyId, About>();
  const say = (keyId: AccessKeyId | undefined, about: About): void => {
    if (keyId !== undefined && !found.has(keyId)) found.set(keyId, about);
  };
  for (const each of [decision.recover, decision.late]) {
    if (each !== undefined) sayRecovery(each, { decision, facts, say });
  }
  sayCleanUp(decision.cleanUp, { decision, facts, say });
  sayGrace(decision, { decision, facts, say });
  sayNext(decision, facts, say);
  const { unexplained } = decision;
  if (unexplained !== undefined) {
    const { reason: why } = unexplained;
    say(unexplained.keyId, { action: 'ask', reason: 'unexplained', why });
  }
  for (const keyId of facts.landed) found.set(keyId, reactivatedFirst(keyId, found.get(keyId)));
  const listed = all.map((key) => filled(key, found.get(key.id) ?? notDue(key, decision), facts));
  const known = new Set(all.map(({ id }) => id));
  const gone = [...found].filter(([id]) => !known.has(id));
  return [
    ...listed.toSorted((a, b) => Number(a.createdAt) - Number(b.createdAt)),
    ...gone.map(([id, about]) =>
      filled({ id, status: 'gone', createdAt: undefined }, about, facts),
    ),
  ];
}

interface Saying {
  readonly decision: UserDecision;
  readonly facts: PlanFacts;
  readonly say: (keyId: AccessKeyId | undefined, about: About) => void;
}

function filled(
  { id: keyId, status, createdAt }: Pick<PlannedKey, 'status' | 'createdAt'> & { id: AccessKeyId },
  about: About,
  { uses }: Pick<PlanFacts, 'uses'>,
): PlannedKey {
  const nothing = { notBefore: undefined, deadline: undefined, error: undefined };
  return {
    ...nothing,
    lastUse: uses.get(keyId),
    steps: [],
    later: [],
    ...about,
    keyId,
    status,
    createdAt,
  };
}

/** A key that is made Active again before anything else: what is decided about it takes it to be Active. */
function reactivatedFirst(keyId: AccessKeyId, decided: About | undefined): About {
  const { steps = [], ...about } = decided ?? {};
  // An undo that is taken up finds it Active then.
  const later = steps.filter((step) => step.do !== 'reactivate' || step.keyId !== keyId);
  const all = [{ do: 'reactivate', keyId } as const, ...later];
  const why = WHY_RESUMED.landed;
  if (!('action' in about) || !isChange(about.action)) {
    return { ...about, action: 'resume', reason: 'taken-back', why, steps: all };
  }
  return { ...about, why: `${about.why}; first it is made Active again: ${why}`, steps: all };
}

function notDue(key: AccessKey, { recover, grace }: UserDecision): About {
  const made = recover?.rotation ?? grace?.rotation;
  const isNew = made !== undefined && newKeyOf(made) === key.id;
  if (isNew) return { action: 'none', reason: 'new-key', why: `it replaces ${made.oldKeyId}` };
  const isInactive = key.status !== 'Active';
  if (isInactive) return { action: 'none', reason: 'kept', why: 'Inactive keys are not deleted' };
  return { action: 'none', reason: 'not-due', why: 'not due' };
}

/** A rotation that an earlier run left open, or a key that landed after one was closed. */
function sayRecovery(recover: Recovery, { decision, facts, say }: Saying): void {
  const about = { decision, facts, say };
  const { oldKeyId } = recover.rotation;
  if (recover.leadsTo === 'nothing') say(oldKeyId, stopped(recover, about));
  if (recover.leadsTo === 'new-key') say(oldKeyId, goingOn(recover, about));
  if (recover.leadsTo === 'way-back') {
    const { wayBack: steps } = facts;
    say(oldKeyId, { action: 'resume', reason: 'undo', why: WHY_RESUMED.undo, steps });
  }
  if (recover.leadsTo !== 'closed') return;
  if (closesAtItsEnd(recover)) {
    const steps = stepsOfRecovery(recover, decision, facts);
    say(oldKeyId, { action: 'resume', reason: 'open', why: WHY_RESUMED.ends, steps });
  }
  if (recover.deletes === undefined) return;
  const { keyId, why } = recover.deletes;
  const steps = [{ do: 'discard', keyId } as const];
  say(keyId, { action: 'discard', reason: 'nobody-holds-it', why, steps });
}

function stopped(
  recover: Extract<Recovery, { readonly leadsTo: 'nothing' }>,
  { decision, facts }: Saying,
): About {
  const { error } = recover;
  const steps = stepsOfRecovery(recover, decision, facts);
  const about = {
    reason: error.code,
    why: error.message,
    error,
    notBefore: error.notBefore,
    steps,
  };
  // Its other places are given the new key all the same.
  if (steps.some((step) => step.do === 'deliver')) return { ...about, action: 'resume' };
  if (error.code === 'needs-operator') return { ...about, action: 'ask' };
  return { ...about, action: error.notBefore === undefined ? 'blocked' : 'wait' };
}

function goingOn(
  recover: Extract<Recovery, { readonly leadsTo: 'new-key' }>,
  { decision, facts }: Saying,
): About {
  const { rotation } = recover;
  const { gate } = decision;
  const own = { ...facts, oldKeyFate: rotation.oldKeyFate };
  const steps = stepsOfRecovery(recover, decision, facts);
  const error = facts.holder;
  if (error !== undefined) {
    const delivers = steps.filter((step) => step.do !== 'deactivate');
    return { action: 'resume', reason: 'open', why: error.message, error, steps: delivers };
  }
  if (isOnItsWay(rotation)) {
    const why = `its rotation is ${rotation.phase}, by an earlier run`;
    return {
      action: 'resume',
      reason: 'open',
      why,
      steps,
      ...laterOf(rotation.oldKeyId, gate, own),
    };
  }
  if (gate?.kind === 'wait') {
    const waiting = waits(rotation.oldKeyId, gate, own);
    if (steps.length === 0) return waiting;
    // Its old key waits, and its readers have yet to be told.
    return { ...waiting, action: 'resume', reason: 'open', steps };
  }
  const reason =
    gate?.kind === 'deadline' ? 'deadline-reached' : isGraced(rotation) ? 'quiet' : 'open';
  const why = gate?.why ?? 'its successor is in every place';
  const action = steps.length === 0 ? 'resume' : 'deactivate';
  return { action, reason, why, steps, later: deletion(rotation.oldKeyId, facts.now, facts) };
}

function waits(keyId: AccessKeyId, gate: Waiting, facts: PlanFacts): About {
  const { notBefore, deadline, lastUse } = gate;
  const reason = gate.why === 'held-back' ? (gate.heldReason ?? 'held-back') : WAITING[gate.why];
  const isDeadline = deadline !== undefined && notBefore !== undefined && deadline <= notBefore;
  return {
    action: 'wait',
    reason: isDeadline && gate.why === 'in-use' ? 'deadline-ahead' : reason,
    why: whyWaiting(gate),
    ...{ notBefore, deadline, lastUse },
    later: laterOf(keyId, gate, facts).later ?? [],
  };
}

const WAITING = {
  'in-use': 'waiting-for-quiet',
  'use-unknown': 'use-unknown',
  'signs-calls': 'own-key',
  settling: 'settling',
  'hooks-unknown': 'hooks-unknown',
  vetoed: 'vetoed',
} as const;

function whyWaiting({ why, heldBecause, quiet }: Waiting): string {
  switch (why) {
    case 'held-back':
      return heldBecause ?? 'it is held back';
    case 'in-use':
      return `${quiet.sinceUseDays} days without a use are waited for: ${quiet.because}`;
    case 'use-unknown':
      return 'AWS does not tell when it was used';
    case 'signs-calls':
      return 'the calls of the run depend on it';
    case 'settling':
      return 'its readers do not have the new key yet';
    case 'vetoed':
      return heldBecause ?? 'a hook says that it has to stay';
    case 'hooks-unknown':
      return 'its rotation began with hooks of a configuration that this run does not have';
  }
}

function sayGrace({ grace }: UserDecision, { facts, say }: Saying): void {
  if (grace === undefined) return;
  const { waiting, oldKey, rotation } = grace;
  say(oldKey.id, waits(oldKey.id, waiting, { ...facts, oldKeyFate: rotation.oldKeyFate }));
}

function sayCleanUp(cleanUp: CleanUp | undefined, { facts, say }: Saying): void {
  for (const { key, reason: why } of cleanUp?.deletes ?? []) {
    const step = { do: 'delete', keyId: key.id, ...unusedSince(key.id, facts.uses) } as const;
    say(key.id, { action: 'delete', reason: 'hold-over', why, steps: [step] });
  }
  for (const { key, reason: why, failed, notBefore, holder } of cleanUp?.keeps ?? []) {
    say(key.id, { why, ...keptBecause({ failed, notBefore, holder }) });
  }
}

function keptBecause({
  failed,
  notBefore,
  holder: error,
}: Pick<CleanUp['keeps'][number], 'failed' | 'notBefore' | 'holder'>): Omit<About, 'why'> {
  if (error !== undefined) return { action: 'blocked', reason: error.code, error };
  if (failed) return { action: 'blocked', reason: 'use-unknown' };
  if (notBefore !== undefined) return { action: 'wait', reason: 'held', notBefore };
  return { action: 'none', reason: 'kept' };
}

function sayNext({ next, wanted }: UserDecision, facts: PlanFacts, say: Saying['say']): void {
  if (next.kind === 'nothing' || next.kind === 'not-theirs') return;
  const { oldKey } = next;
  const about = next.kind === 'rotate' ? begun(next, wanted, facts) : refused(next.kind, facts);
  say(oldKey.id, about);
}

function begun(
  next: Extract<Next, { readonly kind: 'rotate' }>,
  wanted: Wanted,
  facts: PlanFacts,
): About {
  const { oldKey, gate } = next;
  const steps = stepsOfRotation(next, facts);
  const because = dueBecause(oldKey, wanted, facts);
  return { action: 'rotate', ...because, steps, ...laterOf(oldKey.id, gate, facts) };
}

function refused(kind: Next['kind'], { refusal: error }: PlanFacts): About {
  const reason = error?.code ?? kind;
  const action = kind === 'in-grace' ? 'wait' : 'blocked';
  return { action, reason, why: error?.message ?? reason, error, notBefore: error?.notBefore };
}

function dueBecause(
  { createdAt }: AccessKey,
  wanted: Wanted,
  { now, thresholdDays }: PlanFacts,
): Pick<PlannedKey, 'reason' | 'why'> {
  if (wanted.kind !== 'due-key') return { reason: 'asked-for', why: 'asked for by name' };
  const threshold = thresholdDays ?? wanted.daysThreshold;
  if (now.getTime() - createdAt.getTime() < threshold * MS_PER_DAY) {
    return {
      reason: 'before-next-run',
      why: `would pass ${daysOf(threshold)} before the next run`,
    };
  }
  return { reason: 'over-threshold', why: `over ${daysOf(threshold)}` };
}

/** When the old key goes, and when it is deleted: what later plans will say if nothing comes between. */
function laterOf(
  keyId: AccessKeyId,
  gate: GateVerdict | undefined,
  facts: PlanFacts,
): Partial<Pick<PlannedKey, 'later' | 'deadline'>> {
  if (facts.oldKeyFate === 'keep') return { later: [] };
  if (gate?.kind !== 'wait') return { later: deletion(keyId, facts.now, facts) };
  const { notBefore: earliest, deadline, quiet } = gate;
  const condition = gate.why === 'in-use' ? `quiet for ${daysOf(quiet.days)}` : whyWaiting(gate);
  const cut: Forecast = { do: 'deactivate', keyId, earliest, if: condition };
  return { deadline, later: [cut, ...deletion(keyId, earliest, facts)] };
}

function deletion(
  keyId: AccessKeyId,
  from: Date | undefined,
  { cleanUpDays: days }: PlanFacts,
): readonly Forecast[] {
  if (days === undefined) return [];
  const earliest = from && new Date(from.getTime() + days * MS_PER_DAY);
  return [{ do: 'delete', keyId, earliest, if: `Inactive for ${daysOf(days)}` }];
}

function daysOf(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
