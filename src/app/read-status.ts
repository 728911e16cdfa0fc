// Use case of `keyturn status`: what is open, and which secrets wait in custody. No AWS call.

import { wholeDaysBetween } from '../base/clock.ts';
import { looksAgainAt } from '../lifecycle/decide-recovery.ts';
import { handedOffState } from '../lifecycle/handed-off.ts';
import type { UserHistory } from '../lifecycle/history.ts';
import { needsConfiguration } from '../lifecycle/hooks.ts';
import { type LeftByUndo, leftByUndo } from '../lifecycle/left-by-undo.ts';
import { outlookOf } from '../lifecycle/open-outlook.ts';
import { earliestQuietAt } from '../lifecycle/quiet-gate.ts';
import { hasNewKey, type Rotation } from '../lifecycle/rotation.ts';
import { type WrongPlace, wrongPlaces } from '../lifecycle/served-places.ts';
import type { StatusReport } from '../reports/status-report.ts';
import type { HeldKey, ReadableState, StateStore } from '../state/state-store.ts';
import { StatePast } from './state-past.ts';

type OpenRotation = StatusReport['open_rotations'][number];
type LeftKey = StatusReport['left_by_undo'][number];
type WrongPlaceLine = StatusReport['wrong_places'][number];
type KeptSecret = StatusReport['handoff_files'][number];

/** What an account has open, as the document has it. */
export interface AccountStatus {
  readonly open: readonly OpenRotation[];
  readonly left: readonly LeftKey[];
  readonly wrong: readonly WrongPlaceLine[];
  readonly kept: readonly KeptSecret[];
}

export interface StatusReading {
  readonly now: Date;
  /** Is shown every history that is read, so that nobody reads it again for another question. */
  readonly visit?: (user: string, history: UserHistory) => void;
}

export interface StatusOptions {
  readonly now: Date;
  /** From this age on a key counts as overdue, in days. */
  readonly daysThreshold: number;
}

/** Throws `state-dir`, `journal-damaged`, `journal-newer`. */
export async function readStatus(
  store: StateStore,
  { now, daysThreshold }: StatusOptions,
): Promise<StatusReport> {
  const all: AccountStatus[] = [];
  const past = new StatePast({ now, daysThreshold });
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'read');
    const about = past.of(account, state);
    const visit = (user: string, history: UserHistory) => about.visit(user, history);
    all.push(await statusOf(account, state, { now, visit }));
    about.end();
  }
  const open = all.flatMap((each) => each.open);
  const left = all.flatMap((each) => each.left);
  const kept = all.flatMap((each) => each.kept);
  const wrong = all.flatMap((each) => each.wrong);
  return {
    state_dir: store.where,
    checked_at: now.toISOString(),
    next_run_at: nextRunOf(open, now),
    open_rotations: open,
    left_by_undo: left,
    wrong_places: wrong,
    handoff_files: kept,
    ...past.told({ open, left, kept, wrong }),
  };
}

/** What is open in one account. Throws as readStatus does. */
export async function statusOf(
  account: string,
  state: ReadableState,
  { now, visit }: StatusReading,
): Promise<AccountStatus> {
  const open: OpenRotation[] = [];
  const left: LeftKey[] = [];
  const wrong: WrongPlaceLine[] = [];
  for (const user of await state.users()) {
    const history = await state.history(user);
    visit?.(user, history);
    if (history.open !== undefined) open.push(describe(account, history.open, { history, now }));
    wrong.push(...wrongPlaces(history).map((each) => describeWrong(account, user, each)));
    const undone = leftByUndo(history);
    // A run may have seen since that somebody made it Inactive.
    const isOver = undone && state.sightings.inactiveSince(undone.keyId) !== undefined;
    if (undone !== undefined && !isOver) left.push(describeLeft(account, undone));
  }
  return { open, left, wrong, kept: await keptSecrets(account, state, now) };
}

function describeWrong(
  account: string,
  user: string,
  { served: { target, keyId }, state, foundAt }: WrongPlace,
): WrongPlaceLine {
  return {
    account_id: account,
    username: user,
    ...{ kind: target.kind, place: target.place, access_key_id: keyId, state },
    found: foundAt.toISOString(),
  };
}

function describeLeft(account: string, left: LeftByUndo): LeftKey {
  return {
    account_id: account,
    username: left.user,
    rotation: left.rotation,
    access_key_id: left.keyId,
    back_to_key_id: left.backTo,
    undone: left.undoneAt.toISOString(),
  };
}

/** Of a key that no journal knows nobody can tell. */
function stateOf(keyId: HeldKey['keyId'], history: UserHistory | undefined): KeptSecret['state'] {
  return history === undefined ? 'waits' : handedOffState(keyId, history);
}

/** The earliest of all; now where something need not wait. */
function nextRunOf(open: readonly OpenRotation[], now: Date): string | null {
  const times = open.map(({ next_run_at: at }) => at ?? now.toISOString());
  return times.toSorted()[0] ?? null;
}

/** Plain files and encrypted ones; of a key that has both, the plain one, which a run still needs. */
async function keptSecrets(
  account: string,
  { custody, history }: ReadableState,
  now: Date,
): Promise<KeptSecret[]> {
  const plain = await custody.list();
  const isPlain = new Set(plain.map(({ keyId }) => keyId));
  const sealed = (await custody.sealed.list()).filter(({ keyId }) => !isPlain.has(keyId));
  const files = [
    ...plain.map((held) => ({ ...held, path: custody.describe(held.keyId), isEncrypted: false })),
    ...sealed.map((held) => ({
      ...held,
      path: custody.sealed.describe(held.keyId),
      isEncrypted: true,
    })),
  ];
  const found: KeptSecret[] = [];
  for (const { keyId, user, path, isEncrypted } of files) {
    const known = user === undefined ? undefined : await history(user);
    const created = known?.rotationThatMade(keyId)?.intendedAt;
    found.push({
      account_id: account,
      username: user ?? null,
      access_key_id: keyId,
      path,
      is_encrypted: isEncrypted,
      created: created?.toISOString() ?? null,
      age_days: created === undefined ? null : wholeDaysBetween(created, now),
      state: stateOf(keyId, known),
    });
  }
  return found.toSorted((one, other) => (one.username ?? '').localeCompare(other.username ?? ''));
}

interface AtThatTime {
  readonly history: UserHistory;
  readonly now: Date;
}

function describe(account: string, rotation: Rotation, { history, now }: AtThatTime): OpenRotation {
  const orphan = orphanOf(rotation, history);
  const from = waitsUntil(rotation, { history, now }) ?? orphan.deletable_from;
  const { waitsFor, next } = outlookOf(rotation, from === null ? undefined : new Date(from));
  return {
    account_id: account,
    username: rotation.user,
    rotation: rotation.id,
    phase: rotation.phase,
    old_key_id: rotation.oldKeyId,
    new_key_id: hasNewKey(rotation) ? rotation.newKeyId : null,
    ...orphan,
    begun: rotation.intendedAt.toISOString(),
    age_days: wholeDaysBetween(rotation.intendedAt, now),
    next_run_at: from,
    vetoed: (rotation.phase === 'in-grace' && rotation.hooks?.veto) || null,
    waits_for: waitsFor,
    next_step: next,
    needs_configuration: needsConfiguration(rotation),
    destination: rotation.targets.map(({ kind, place }) => `${kind} ${place}`.trim()).join(', '),
    old_key_fate: rotation.oldKeyFate,
  };
}

/** As it was told when its grace began: without AWS nobody can tell whether the old key was used since. */
function waitsUntil(rotation: Rotation, { history, now }: AtThatTime): string | undefined {
  if (rotation.phase !== 'in-grace') return undefined;
  const begun = history
    .recordsOf(rotation.id)
    .flatMap(({ step }) => (step.type === 'in-grace' ? [step.notBefore] : []))
    .find((time) => time !== undefined);
  const from = begun ?? earliestQuietAt(rotation.since).toISOString();
  return from > now.toISOString() ? from : undefined;
}

/** The key was made before it was found, so the time counts from then on at the latest. */
function orphanOf(
  rotation: Rotation,
  history: UserHistory,
): Pick<OpenRotation, 'orphan_key_id' | 'deletable_from'> {
  if (rotation.phase === 'discarding') {
    return { orphan_key_id: rotation.unwantedKeyId, deletable_from: null };
  }
  if (rotation.phase !== 'orphan-found') return { orphan_key_id: null, deletable_from: null };
  const records = history.recordsOf(rotation.id);
  const foundAt = records.findLast(({ step }) => step.type === 'orphan-found')?.at;
  const from = looksAgainAt({ createdAt: foundAt ?? rotation.intendedAt });
  return { orphan_key_id: rotation.orphanKeyId, deletable_from: from.toISOString() };
}
