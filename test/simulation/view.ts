// What the referee's rules look at, and what a process knew when it sent a request.

import type { JournalView } from './journal-view.ts';
import type { Knowledge } from './knowledge.ts';
import type { SimProcess } from './machine.ts';
import type { Medium } from './medium.ts';
import type { NeverSent } from './never-sent.ts';
import type { Schedule } from './schedule.ts';
import type { RunSettings } from './settings.ts';
import type { SimHooks } from './sim-hooks.ts';
import type { Vault } from './vault.ts';
import type { World } from './world.ts';

export interface Violation {
  readonly invariant: string;
  readonly what: string;
}

/** What a process knew when it sent a request. */
export interface Basis {
  readonly process: SimProcess;
  /** The claim on the user under which it is sent, where claims are in tables. */
  readonly claim: string | undefined;
  /** The age of its knowledge of the user's keys. */
  readonly viewMs: number;
  readonly sentMs: number;
}

export interface RefereeParts {
  readonly world: World;
  readonly medium: Medium;
  readonly vault: Vault;
  readonly schedule: Schedule;
  readonly settings: RunSettings;
  readonly hooks?: SimHooks | undefined;
}

/** What the referee's rules look at. */
export interface View {
  readonly parts: RefereeParts;
  /** What a power cut would leave of the journal. */
  readonly journal: JournalView;
  /** What every process sees of it. */
  readonly seenJournal: JournalView;
  readonly knowledge: Knowledge;
  readonly neverSent: NeverSent;
  readonly fail: (invariant: string, what: string) => void;
}
