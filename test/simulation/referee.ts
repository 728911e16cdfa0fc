// Judges the world, never the code's own report. What must hold at the moment of a request is checked
// when it is sent; what must hold at the moment of a change, when AWS carries it out.

import type { EngineEvent } from '../../src/base/events.ts';
import type { AccessKey } from '../../src/lifecycle/keys.ts';
import type { JournalRecord } from '../../src/lifecycle/record.ts';
import { AtRisk } from './at-risk.ts';
import { Copies } from './copies.ts';
import { Deletions } from './deletions.ts';
import { Governs } from './governs.ts';
import { Hooked, isAnswer } from './hooked.ts';
import type { JournalView } from './journal-view.ts';
import { Knowledge } from './knowledge.ts';
import { Leases } from './leases.ts';
import { LeftOut } from './left-out.ts';
import type { SimProcess } from './machine.ts';
import { NeverSent } from './never-sent.ts';
import { isAbandoned, isReplaced } from './over.ts';
import { Plans } from './plans.ts';
import { Quiet } from './quiet.ts';
import { ACCEPTANCES_MIN, Readers } from './readers.ts';
import { SeveralPlaces } from './several-places.ts';
import { CLOCK_TOLERANCE_MS, DAY_MS } from './stage.ts';
import { TakenBack } from './taken-back.ts';
import { Told } from './told.ts';
import { faultsOfTrail } from './trail-told.ts';
import type { Basis, RefereeParts, View, Violation } from './view.ts';
import { SECRET_MARK, type SimKey, type SimUser } from './world.ts';

export type { Basis, RefereeParts, View, Violation } from './view.ts';

export class Referee {
  readonly violations: Violation[] = [];
  readonly #parts: RefereeParts;
  /** What a power cut would leave of it. */
  readonly #journal: JournalView;
  /** What every process sees. */
  readonly #seenJournal: JournalView;
  readonly knowledge = new Knowledge();
  readonly #recordsAtEntry = new Map<string, number>();
  readonly #sections = new Map<string, SimProcess>();
  readonly #atRisk = new AtRisk();
  readonly readers: Readers;
  readonly severalPlaces: SeveralPlaces;
  readonly deletions: Deletions;
  readonly leases: Leases;
  readonly leftOut: LeftOut;
  readonly governs: Governs;
  readonly copies: Copies;
  readonly takenBack: TakenBack;
  readonly quiet: Quiet;
  readonly plans: Plans;
  readonly hooked: Hooked;
  readonly changes = new Told();
  /** By rotation. */
  readonly #creates = new Map<string, number>();
  readonly #neverSent = new NeverSent(this.#creates);
  readonly #acceptances = new Map<string, number>();
  readonly #working = new Map<string, boolean>();

  constructor(parts: RefereeParts) {
    this.#parts = parts;
    const { medium, schedule } = parts;
    this.#journal = medium.durable;
    this.#seenJournal = medium.seen;
    this.leases = new Leases({ schedule, fail: (invariant, what) => this.fail(invariant, what) });
    const view: View = {
      ...{ parts, journal: this.#journal, seenJournal: this.#seenJournal },
      ...{ knowledge: this.knowledge, neverSent: this.#neverSent },
      fail: (invariant, what) => this.fail(invariant, what),
    };
    this.readers = new Readers(view, this.#acceptances);
    this.severalPlaces = new SeveralPlaces(view);
    this.copies = new Copies(view);
    this.quiet = new Quiet(view);
    this.hooked = new Hooked(view, parts.hooks);
    this.takenBack = new TakenBack(view, this.quiet);
    this.deletions = new Deletions(view, this.copies, this.quiet);
    this.leftOut = new LeftOut(view);
    this.plans = new Plans(view);
    this.governs = new Governs(view);
  }

  fail(invariant: string, what: string): void {
    this.violations.push({ invariant, what });
    this.#parts.world.note('REFEREE', `${invariant} IS BROKEN: ${what}`);
  }

  listed(process: SimProcess, user: string, viewMs: number, keys: readonly AccessKey[]): void {
    const memory = this.knowledge.of(process);
    memory.viewMs.set(user, viewMs);
    this.deletions.listed(keys);
    this.#atRisk.leaves(process, user);
    if (this.#sections.get(user) !== process) return;
    this.#decidesNothingBlindly(process, user);
    memory.listed.add(user);
  }

  signed(process: SimProcess, keyId: string, isAccepted: boolean): void {
    const memory = this.knowledge.of(process);
    const inARow = isAccepted ? (memory.inARow.get(keyId) ?? 0) + 1 : 0;
    memory.inARow.set(keyId, inARow);
    if (inARow >= ACCEPTANCES_MIN) memory.signedMs.set(keyId, this.#nowMs);
    this.#acceptances.set(keyId, Math.max(inARow, this.#acceptances.get(keyId) ?? 0));
  }

  /** AWS tells it when the key was used last. */
  looked(process: SimProcess, keyId: string): void {
    this.knowledge.of(process).lookedMs.set(keyId, this.#nowMs);
  }

  unread(process: SimProcess, keyId: string): void {
    this.knowledge.of(process).unreadMs.set(keyId, this.#nowMs);
  }

  countDenied(process: SimProcess): void {
    this.knowledge.of(process).isCountDenied = true;
  }

  leavesOut(process: SimProcess, user: SimUser): void {
    this.knowledge.of(process).leftOut.add(user);
  }

  /** What a place has is held against AWS once, after the key was proved: that is no proof of its own. */
  held(process: SimProcess, keyId: string, kind: string): void {
    const { heldMs, heldAtMs, inARow } = this.knowledge.of(process);
    heldMs.set(keyId, this.#nowMs);
    heldAtMs.set(`${kind} ${keyId}`, this.#nowMs);
    inARow.set(keyId, 0);
  }

  placeRead(process: SimProcess, user: string): void {
    this.knowledge.of(process).placeReadMs.set(user, this.#nowMs);
  }

  told(process: SimProcess, event: EngineEvent): void {
    this.saw(JSON.stringify(event));
    this.changes.told(process, event);
  }

  /** I16. */
  ends(process: SimProcess): void {
    for (const what of this.changes.kept(process)) {
      this.fail('I16', `${process.name} does not tell that ${what}`);
    }
  }

  /** I16, when all has come to rest; `questions` are the users whom a person is asked about. */
  comesToRest(questions: ReadonlySet<string>): void {
    for (const what of this.changes.leftUntold(this.#parts.world, questions))
      this.fail('I16', what);
  }

  basisOf(process: SimProcess, user: string): Basis {
    const viewMs = this.knowledge.of(process).viewMs.get(user) ?? 0;
    const claim = this.leases.claimOf(process, user);
    return { process, claim, viewMs, sentMs: this.#nowMs };
  }

  /**
   * What keyturn knows of a user it knows by name, so the simulation renames only those of whom it knows
   * nothing yet but what it has seen, and reads their keys in no place; and nobody whose session signs.
   */
  mayBeRenamed({ name }: SimUser): boolean {
    const { sessionOf } = this.#parts.settings;
    const isAtWork = this.#sections.get(name)?.isAlive === true;
    const isKnown = this.#seenJournal.recordsOf(name).length > 0;
    return !this.readers.readSecrets && name !== sessionOf && !isAtWork && !isKnown;
  }

  renamed(before: string, after: string): void {
    this.#working.set(after, this.#working.get(before) ?? true);
    this.#working.delete(before);
  }

  /** I9. */
  enters(process: SimProcess, user: string): void {
    // It slept right after its claim: whatever it does now is refused.
    if (this.leases.isTakenOver(process, user)) return;
    const other = this.#sections.get(user);
    const isExcused = process.machine.mayClaimsHaveExpired;
    if (other?.isAlive && !isExcused && !this.leases.isTakenOver(other, user))
      this.fail('I9', `${process.name} and ${other.name} both rotate ${user}`);
    this.#sections.set(user, process);
    this.knowledge.of(process).listed.delete(user);
    this.quiet.enters(process, user);
    this.plans.enters(process, user);
    this.#recordsAtEntry.set(user, this.#seenJournal.recordsOf(user).length);
  }

  leaves(process: SimProcess, user: string): void {
    this.#atRisk.leaves(process, user);
    if (this.#sections.get(user) !== process) return;
    this.#decidesNothingBlindly(process, user);
    this.#neverSent.recorded(this.#recordsSinceEntry(user));
    this.#sections.delete(user);
  }

  // Requests, at the moment when they are sent.

  createIsSent(process: SimProcess, user: SimUser): void {
    this.#isInformed(process, user.name, 'CreateAccessKey');
    this.governs.creates(process, user);
    const latest = this.#journal.recordsOf(user.name).at(-1);
    if (latest?.step.type !== 'intended' || latest.rotation === null) {
      const found = latest?.step.type ?? 'nothing';
      this.fail('I1', `${process.name} creates a key of ${user.name}; on disk stands ${found}`);
      return;
    }
    this.plans.sends(process, user.name, { do: 'create', keyId: latest.step.oldKeyId });
    this.readers.isMadeFor(user, latest.step.target.kind);
    const creates = (this.#creates.get(latest.rotation) ?? 0) + 1;
    this.#creates.set(latest.rotation, creates);
    if (creates > 1) this.fail('I2', `CreateAccessKey for ${user.name} is sent again`);
    const { rotation } = latest;
    const recordsOf = (name: string) => this.#seenJournal.recordsOf(name);
    const others = this.#atRisk.sends(process, { user: user.name, rotation }, recordsOf);
    if (others.length > 0) {
      this.fail('I17', `${process.name} has ${others.length + 1} new secrets on their way at once`);
    }
  }

  statusIsSent(process: SimProcess, key: SimKey, status: SimKey['status']): void {
    this.#isInformed(process, key.user, 'UpdateAccessKey');
    this.#isOurs(process, key, `made ${status}`);
    this.plans.makes(process, key, status);
    if (status === 'Active') return;
    this.governs.deactivates(process, key);
    const last = this.#journal.recordsOf(key.user).at(-1);
    if (last?.step.type === 'retiring' && last.step.keyId === key.id) {
      this.takenBack.isSent(process, key);
      return;
    }
    const intent = this.#journal.intentOf(last);
    if (last?.step.type !== 'deactivating' || intent?.oldKeyId !== key.id) {
      this.fail('I6', `${key.id} is made Inactive without a rotation that says so on disk`);
      return;
    }
    this.hooked.cutIsSent(process, key, last);
    const { dueDays } = this.#parts.settings;
    const ageMs = this.#nowMs - key.createdAtMs;
    if (ageMs < dueDays * DAY_MS - CLOCK_TOLERANCE_MS) {
      this.fail('I6', `${key.id} is made Inactive at ${Math.floor(ageMs / DAY_MS)} days`);
    }
    const newKeyId = this.#journal.newKeyOf(last.rotation);
    const memory = this.knowledge.of(process);
    const heldMs = memory.heldMs.get(newKeyId) ?? -1;
    if (heldMs < (memory.signedMs.get(newKeyId) ?? 0)) {
      this.fail('I13', `${process.name} did not read the destination again before ${key.id} went`);
    }
    this.severalPlaces.losesOldKey({ process, key, newKeyId, intent });
    if (intent.target.kind === 'secrets-manager') {
      this.readers.losesOldKey(process, this.#parts.world.key(newKeyId));
    }
  }

  deleteIsSent(process: SimProcess, key: SimKey): void {
    this.#isInformed(process, key.user, 'DeleteAccessKey');
    this.#isOurs(process, key, 'deleted');
    this.plans.deletes(process, key);
    this.governs.deletes(process, key);
    this.deletions.isSent(process, key);
  }

  // Changes, at the moment when AWS carries them out.

  /** A process's request was carried out; `key` is the one that it changed. */
  changed(user: SimUser, basis: Basis, key: SimKey): void {
    this.leases.carriedOut(basis.process, user.name, basis.claim);
    if (key.status === 'Inactive' && !key.isDeleted) {
      this.#mayDeactivate(user, basis, key);
      this.quiet.isCut(key, basis);
    }
    this.readers.keyChanged(user, key, basis);
    const wasWorking = this.#working.get(user.name) ?? true;
    if (!this.look(user) && wasWorking && !this.#isExcused(user, basis)) {
      this.fail('I10', `${user.name} is left without a working key by ${basis.process.name}`);
    }
  }

  /** Whether somebody can sign as the user with a key whose secret is safe. */
  look(user: SimUser): boolean {
    const isWorking = this.#parts.world
      .present(user)
      .some((key) => key.status === 'Active' && this.isSafe(key));
    this.#working.set(user.name, isWorking);
    return isWorking;
  }

  /** Power came back, or another machine came: what was delivered must still be there. */
  afterLoss(how: string): void {
    this.#parts.medium.forget();
    this.quiet.afterLoss();
    for (const user of this.#parts.world.users.values()) {
      const wasWorking = this.#working.get(user.name) ?? true;
      if (wasWorking && !this.look(user)) {
        this.fail('I3', `${how} took the only working key of ${user.name}`);
      }
    }
  }

  /** The secret is in custody for good, in the vault, or with a person. */
  isSafe(key: SimKey): boolean {
    if (key.madeBy !== 'us' || key.isTaken) return true;
    const { medium, vault } = this.#parts;
    return medium.keeps(key) || vault.has(key.id);
  }

  isReplaced(key: SimKey): boolean {
    return isReplaced(key, this.#journal);
  }

  isAbandoned(key: SimKey): boolean {
    return isAbandoned(key, this.#journal);
  }

  /** I8: no secret in events, and none in state but where it is kept. */
  saw(text: string): void {
    if (text.includes(SECRET_MARK)) this.fail('I8', `a secret is told: ${text.slice(0, 60)}`);
  }

  scanState(): void {
    for (const [place, text] of this.#parts.medium.texts()) {
      if (text.includes(SECRET_MARK)) this.fail('I8', `${place} holds a secret`);
    }
  }

  /** I9. */
  readsTrail(): void {
    for (const what of faultsOfTrail(this.#parts.medium.trail(), this.#seenJournal))
      this.fail('I9', `the audit trail: ${what}`);
  }

  recordsOf(user: string): readonly JournalRecord[] {
    return this.#journal.recordsOf(user);
  }

  get #nowMs(): number {
    return this.#parts.schedule.nowMs;
  }

  /** I11: whoever writes has read the user's keys. */
  #isInformed(process: SimProcess, user: string, operation: string): void {
    if (!this.knowledge.of(process).listed.has(user)) {
      this.fail('I11', `${process.name} sends ${operation} and never read the keys of ${user}`);
    }
  }

  /** I11: no decision is journaled before the user's keys were read. */
  #decidesNothingBlindly(process: SimProcess, user: string): void {
    if (this.knowledge.of(process).listed.has(user)) return;
    for (const { step } of this.#recordsSinceEntry(user)) {
      if (isAnswer(step)) continue;
      this.fail('I11', `${process.name} writes "${step.type}" about ${user} and knows no keys`);
    }
  }

  #recordsSinceEntry(user: string): readonly JournalRecord[] {
    return this.#seenJournal.recordsOf(user).slice(this.#recordsAtEntry.get(user) ?? 0);
  }

  /** I6, I7. */
  #isOurs(process: SimProcess, key: SimKey, what: string): void {
    const { callerKeyId, sessionOf } = this.#parts.settings;
    if (key.id === callerKeyId) this.fail('I7', `${key.id}, which signs the calls, is ${what}`);
    if (key.user === sessionOf) {
      this.fail('I7', `${key.id} of ${key.user}, whose session signs the calls, is ${what}`);
    }
    if (process.scope !== undefined && process.scope !== key.user) {
      this.fail('I6', `${key.id} of ${key.user} is ${what}; the scope is ${process.scope}`);
    }
  }

  /** I3, I4. */
  #mayDeactivate(user: SimUser, basis: Basis, key: SimKey): void {
    const last = this.#journal.latest(user.name, 'deactivating');
    const newKey = last && this.#parts.world.key(this.#journal.newKeyOf(last.rotation));
    if (newKey === undefined || this.#journal.intentOf(last)?.oldKeyId !== key.id) return;
    const lostMs = this.#parts.vault.lostAtMs.get(newKey.id) ?? 0;
    const heldMs = this.knowledge.of(basis.process).heldMs.get(newKey.id) ?? 0;
    const isLostSince = lostMs >= heldMs && lostMs > 0;
    if (!this.isSafe(newKey) && !isLostSince && !this.#isExcused(user, basis)) {
      this.fail('I3', `${key.id} is Inactive and the secret of ${newKey.id} is not safe`);
    }
    if ((this.#acceptances.get(newKey.id) ?? 0) < 3) {
      this.fail('I4', `${key.id} is Inactive and AWS has not accepted ${newKey.id} in a row`);
    }
  }

  /** A person changed something after the process had looked, so it could not know. */
  #isExcused(user: SimUser, { viewMs }: Basis): boolean {
    return user.keys.some(({ operatorTouchedMs }) => (operatorTouchedMs ?? -1) >= viewMs);
  }
}
