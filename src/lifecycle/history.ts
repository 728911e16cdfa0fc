// What the journal knows about one user: the one reading of that user's records. Each record is read
// once and every question is answered from what was kept, so the cost grows with the number of
// records and not with its square.

import type { AccessKeyId } from '../base/access-key-id.ts';
import { assert } from '../base/errors.ts';
import { pendingWatch } from './hooks.ts';
import { type KeyPast, newPast, note, threatenedUntil } from './key-past.ts';
import type { AccessKey, KeyStatus } from './keys.ts';
import {
  fitsRequest,
  type LateKey,
  REQUEST_LANDS_WITHIN_MS,
  REQUEST_WINDOW_AFTER_MS,
} from './late-key.ts';
import type { JournalRecord, KeyRecord, RotationRecord, RotationStep } from './record.ts';
import {
  applyRecord,
  hasNewKey,
  isGraced,
  isOpen,
  type Rotation,
  type WithNewKey,
} from './rotation.ts';
import { type UnsettledStep, UnsettledSteps } from './unsettled-steps.ts';

interface RotationPast {
  /** The run that wrote its first record. */
  readonly begunBy: string;
  /** How many records of the user came before its first one. */
  readonly beganAfter: number;
  lastRecordAt: Date;
  /** Whether it was ever closed because no key was to be seen. */
  wasGivenUp: boolean;
}

/** A key that is to be Active, and that a request of ours from before may make Inactive after all (I13). */
export interface ThreatenedKey {
  readonly keyId: AccessKeyId;
  /** Until when the request may land. */
  readonly until: Date;
}

export class UserHistory {
  readonly #records: JournalRecord[] = [];
  /** So many of the records have been read. */
  #read = 0;
  readonly #rotations = new Map<string, Rotation>();
  readonly #pasts = new Map<string, RotationPast>();
  readonly #keys = new Map<AccessKeyId, KeyPast>();
  readonly #open = new Set<string>();
  /** Keys that a rotation made, with the number of the record that says so. */
  readonly #madeBy = new Map<AccessKeyId, number>();
  /** Every key that a rotation knew or made. */
  readonly #known = new Set<AccessKeyId>();
  readonly #deleted = new Map<AccessKeyId, Date>();
  readonly #unsettled = new UnsettledSteps();

  /** Oldest record first. Nothing is judged before the first question. */
  constructor(records: Iterable<JournalRecord> = []) {
    for (const record of records) this.add(record);
  }

  add(record: JournalRecord): void {
    this.#records.push(record);
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }

  /** All rotations, in the order in which they began. Throws `journal-damaged`, as all questions do. */
  get rotations(): Iterable<Rotation> {
    this.#catchUp();
    return this.#rotations.values();
  }

  /** The rotation that is not finished; undefined when there is none. */
  get open(): Rotation | undefined {
    this.#catchUp();
    let first: string | undefined;
    for (const id of this.#open) {
      const isEarlier =
        first === undefined || this.#past(id).beganAfter < this.#past(first).beganAfter;
      if (isEarlier) first = id;
    }
    return first === undefined ? undefined : this.rotation(first);
  }

  find(id: string): Rotation | undefined {
    this.#catchUp();
    return this.#rotations.get(id);
  }

  /** The state of a rotation that is known to be in the journal. */
  rotation(id: string): Rotation {
    const rotation = this.find(id);
    assert(rotation !== undefined, `rotation ${id} is not in the journal`);
    return rotation;
  }

  /** The latest rotation for which this holds. */
  latest(is: (rotation: Rotation) => boolean): Rotation | undefined {
    this.#catchUp();
    return [...this.#rotations.values()].findLast(is);
  }

  /** The latest rotation whose old key is Inactive, and whose time after that was not watched to its end. */
  get watched(): WithNewKey | undefined {
    const found = this.latest((each) => pendingWatch(each) !== undefined);
    return found !== undefined && hasNewKey(found) ? found : undefined;
  }

  /** The runs that began a rotation, each once. */
  get runs(): ReadonlySet<string> {
    this.#catchUp();
    return new Set([...this.#pasts.values()].map(({ begunBy }) => begunBy));
  }

  /** The rotations that this run began, in their order; not those that it finished for another. */
  begunBy(run: string): readonly Rotation[] {
    this.#catchUp();
    return [...this.#rotations.values()].filter(({ id }) => this.#past(id).begunBy === run);
  }

  /** The rotation that made the key, or found it as another's replacement. */
  rotationThatMade(keyId: AccessKeyId): WithNewKey | undefined {
    this.#catchUp();
    const ids = [...(this.#keys.get(keyId)?.rotations ?? [])];
    const made = ids.map((id) => this.rotation(id)).filter(hasNewKey);
    return made.findLast(({ newKeyId }) => newKeyId === keyId);
  }

  /** Whether we have deleted the key. AWS's lists may show it a moment longer, and it never comes back. */
  hasDeleted(keyId: AccessKeyId): boolean {
    this.#catchUp();
    return this.#deleted.has(keyId);
  }

  /** When we deleted the key; undefined when we did not. */
  deletedAt(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    return this.#deleted.get(keyId);
  }

  /** The records of one rotation, the oldest first. */
  recordsOf(id: string): readonly JournalRecord[] {
    return this.records.filter(({ rotation }) => rotation === id);
  }

  /** When the rotation's latest record was written. */
  lastRecordAt(id: string): Date {
    this.#catchUp();
    return this.#past(id).lastRecordAt;
  }

  /** I6, I11: whether the key appeared after the rotation was intended, as far as lists and journal tell. */
  isNewcomer({ id, knownKeyIds }: Rotation, keyId: AccessKeyId): boolean {
    this.#catchUp();
    if (knownKeyIds.includes(keyId)) return false;
    // The list may have been older than the last rotation; the key that one made is no newcomer.
    const made = this.#madeBy.get(keyId);
    return made === undefined || made > this.#past(id).beganAfter;
  }

  /** Whether the journal has ever named the key as one of this user's. */
  hasNamed(keyId: AccessKeyId): boolean {
    this.#catchUp();
    return this.#known.has(keyId) || this.#keys.has(keyId);
  }

  /**
   * When the journal says that we made the key Inactive (I5); undefined when we never did, or when it
   * was Active again since.
   */
  deactivatedAt(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    return dateOf(this.#keys.get(keyId)?.deactivatedAtMs);
  }

  /** What AWS has answered to our last change of the key's status, and when (I11). */
  statusAnswered(
    keyId: AccessKeyId,
  ): { readonly status: KeyStatus; readonly at: Date } | undefined {
    this.#catchUp();
    const answered = this.#keys.get(keyId)?.answered;
    return answered && { status: answered.status, at: new Date(answered.atMs) };
  }

  /**
   * When the journal last tells of the key as Active, or about to be (I5). The answer to the call that
   * made it Inactive can be lost, and its record with it; the intent before that call remains.
   */
  lastActiveAt(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    return dateOf(this.#keys.get(keyId)?.activeAtMs);
  }

  /**
   * When the journal says that the key was last taken back into use (I15), by a person or an undo; undefined
   * when it was not. Nobody could use it before, or nobody was to.
   */
  takenBackAt(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    return dateOf(this.#keys.get(keyId)?.takenBackMs);
  }

  /**
   * Until when a request of ours to make the key Inactive may land, once more or for the first time; undefined
   * when there was none (I13).
   */
  mayTurnInactiveUntil(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    const askedMs = this.#keys.get(keyId)?.inactiveAskedMs;
    return dateOf(askedMs === undefined ? undefined : askedMs + REQUEST_WINDOW_AFTER_MS);
  }

  /**
   * I10, I13: keys that were made Active again, or were to stay so, while a request of ours to make them Inactive
   * might still land; until a run has seen what came of it.
   */
  get threatened(): readonly ThreatenedKey[] {
    this.#catchUp();
    return [...this.#keys].flatMap(([keyId, past]) => {
      const until = threatenedUntil(past);
      return until === undefined || this.#deleted.has(keyId) ? [] : [{ keyId, until }];
    });
  }

  /** When the journal says that another key took the place of this one; undefined when it is silent. */
  cutOverAt(keyId: AccessKeyId): Date | undefined {
    this.#catchUp();
    const ids = [...(this.#keys.get(keyId)?.rotations ?? [])];
    const times = ids.flatMap((id) => cutOverOf(this.rotation(id), keyId)).map(Number);
    return times.length === 0 ? undefined : new Date(Math.max(...times));
  }

  /**
   * Whether something may be left to finish: an open rotation, a key or a change that may land late (I10, I13),
   * or a change that nobody has told of (I16).
   */
  get mayBeUnfinished(): boolean {
    const isOpen = this.open !== undefined || this.watched !== undefined;
    return isOpen || this.mayHaveLateKey || this.hasChangesToSettle;
  }

  /** Whether the next run has to look what became of changes of keys, besides an open rotation. */
  get hasChangesToSettle(): boolean {
    return this.unsettled.length > 0 || this.threatened.length > 0;
  }

  /**
   * I16: changes of existing keys that were begun and whose end is not on record: the run died, or the
   * answer of AWS was lost. The latest of each key, and its deletion. A new key has a life of its own: see recover.ts.
   */
  get unsettled(): readonly UnsettledStep[] {
    this.#catchUp();
    return this.#unsettled.all();
  }

  /** Whether a rotation was given up whose request may still land, or may have landed since (I13). */
  get mayHaveLateKey(): boolean {
    this.#catchUp();
    for (const { wasGivenUp } of this.#pasts.values()) if (wasGivenUp) return true;
    return false;
  }

  /**
   * I10, I13: keys that no rotation knows, and that fit a request of ours whose answer never came and which was taken
   * for lost: at most one of those that fit the same request is from it. They stand in the way of every further
   * rotation of the user.
   */
  lateKeys(keys: readonly AccessKey[]): readonly LateKey[] {
    if (!this.mayHaveLateKey) return [];
    const isGivenUp = (each: Rotation) =>
      each.phase === 'closed' &&
      each.reason === 'no-key-was-made' &&
      this.#past(each.id).wasGivenUp;
    return keys.flatMap((key) => {
      if (this.#known.has(key.id) || this.#deleted.has(key.id) || key.status !== 'Active')
        return [];
      const rotation = this.latest((each) => isGivenUp(each) && fitsRequest(key, each));
      return rotation === undefined ? [] : [{ rotation, keyId: key.id }];
    });
  }

  /**
   * I13: whether a request of ours that was taken for lost may have landed just now: an answer was
   * lost a short time ago, or a run died in the middle of its request and the key was not to be seen.
   */
  mayHaveLandedAt(now: Date): boolean {
    this.#catchUp();
    const sinceMs = now.getTime() - REQUEST_LANDS_WITHIN_MS;
    return this.#records.some(({ at, step, rotation }) => {
      if (at.getTime() <= sinceMs || rotation === null) return false;
      if (step.type === 'create-unknown') return true;
      return step.type === 'intended' && this.#past(rotation).wasGivenUp;
    });
  }

  #catchUp(): void {
    while (this.#read < this.#records.length) {
      const record = this.#records[this.#read] as JournalRecord;
      if (record.rotation === null) this.#readKeyRecord(record);
      else this.#readRotationRecord(record);
      this.#read += 1;
    }
  }

  #readRotationRecord(record: RotationRecord): void {
    const { rotation: id, step, at } = record;
    const rotation = applyRecord(this.#rotations.get(id), record);
    this.#rotations.set(id, rotation);
    const past = this.#pasts.get(id) ?? this.#begin(rotation, record);
    past.lastRecordAt = at;
    if (step.type === 'closed' && step.reason === 'no-key-was-made') past.wasGivenUp = true;
    if (isOpen(rotation)) this.#open.add(id);
    else this.#open.delete(id);
    if (step.type === 'created' || step.type === 'found' || step.type === 'adopted') {
      if (!this.#madeBy.has(step.newKeyId)) this.#madeBy.set(step.newKeyId, this.#read);
      this.#known.add(step.newKeyId);
      this.#key(step.newKeyId).rotations.add(id);
    }
    if (step.type === 'discarded') this.#deleted.set(step.keyId, at);
    if (step.type === 'deactivating') this.#asksToRetire(rotation, at, step.reason);
    if (step.type === 'deactivated')
      this.#unsettled.end({ type: 'retired', keyId: rotation.oldKeyId });
    // An undo tells of the key that it goes back to, every other step of the key that is replaced.
    note(this.#key(keyOf(rotation, step)), record);
  }

  #asksToRetire(rotation: Rotation, at: Date, told: string | undefined): void {
    const { oldKeyId: keyId } = rotation;
    const replaced = hasNewKey(rotation) ? `replaced by ${rotation.newKeyId}` : 'replaced';
    const reason = told ?? replaced;
    this.#unsettled.ask({ intent: { type: 'retiring', keyId, reason }, at });
  }

  #readKeyRecord({ step, at, ...about }: KeyRecord): void {
    const { type, keyId } = step;
    note(this.#key(keyId), { step, at, ...about });
    if (type === 'deleted') this.#deleted.set(keyId, at);
    if ('reason' in step) this.#unsettled.ask({ intent: step, at });
    else this.#unsettled.end(step);
  }

  #begin({ id, oldKeyId, knownKeyIds }: Rotation, { run, at }: RotationRecord): RotationPast {
    const past = { begunBy: run, beganAfter: this.#read, lastRecordAt: at, wasGivenUp: false };
    this.#pasts.set(id, past);
    for (const keyId of knownKeyIds) this.#known.add(keyId);
    this.#key(oldKeyId).rotations.add(id);
    return past;
  }

  #past(id: string): RotationPast {
    const past = this.#pasts.get(id);
    assert(past !== undefined, `rotation ${id} is not in the journal`);
    return past;
  }

  #key(keyId: AccessKeyId): KeyPast {
    let past = this.#keys.get(keyId);
    if (past === undefined) {
      past = newPast();
      this.#keys.set(keyId, past);
    }
    return past;
  }
}

/** Which key a record of a rotation is about: an undo's about the one that it goes back to. */
function keyOf(rotation: Rotation, { type }: RotationStep): AccessKeyId {
  const isUndo = type === 'undoing' || type === 'undone';
  return isUndo && 'undo' in rotation ? rotation.undo.toKeyId : rotation.oldKeyId;
}

function cutOverOf(rotation: Rotation, keyId: AccessKeyId): Date[] {
  if (rotation.phase === 'undone') {
    return rotation.undo.fromKeyId === keyId ? [rotation.undoneAt] : [];
  }
  if (isGraced(rotation)) return rotation.oldKeyId === keyId ? [rotation.since] : [];
  const isReplaced = rotation.phase === 'completed' && rotation.oldKeyId === keyId;
  return isReplaced && rotation.completedAt !== undefined ? [rotation.completedAt] : [];
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}
