// What one run of the program is: by which process, of what kind, and what is wrong with it.

import type { AccountGateway } from '../../src/aws/gateway.ts';
import type { AccessKeyId } from '../../src/base/access-key-id.ts';
import type { AwsTables } from '../../src/base/aws-tables.ts';
import type { FileSystem } from '../../src/base/files/file-system.ts';
import type { Config } from '../../src/config/read-config.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { AccountWork } from '../../src/engine/account-work.ts';
import type { UserOutcome } from '../../src/engine/outcome.ts';
import type { System } from '../../src/state/files/lasting.ts';
import type { ProcessTable } from '../../src/state/files/process-table.ts';
import type { AccountState } from '../../src/state/state-store.ts';
import type { Rules } from './governed.ts';
import type { SimProcess } from './machine.ts';
import type { SimPlan } from './plans.ts';
import type { RunSettings } from './settings.ts';
import type { Stage } from './stage.ts';

export interface SimRun {
  readonly stage: Stage;
  readonly process: SimProcess;
  readonly settings: RunSettings;
  readonly signal: AbortSignal;
  readonly sabotage: Sabotage;
  readonly task: Task;
  /** The configuration that the run is called with; flags when left out. */
  readonly governed?: Governed | undefined;
}

/** A configuration, and what it says in the referee's words. */
export interface Governed {
  readonly config: Config;
  readonly rules: Rules;
}

/** What a process is called for. */
export type Task =
  | { readonly kind: 'rotate' }
  | { readonly kind: 'dry-run' }
  /** What a dry run said, and nothing else. */
  | { readonly kind: 'apply'; readonly plan: SimPlan }
  /** With the word of a person that nobody made these keys by hand. */
  | { readonly kind: 'recover'; readonly orphans: ReadonlySet<AccessKeyId> }
  | { readonly kind: 'undo'; readonly user: string }
  /** A person says of hooks whether they were done. */
  | { readonly kind: 'answer' };

/** Puts a part with one guard off in the place of a working one: for negative controls. */
export interface Sabotage {
  readonly fileSystem?: (fs: FileSystem) => FileSystem;
  readonly processes?: (processes: ProcessTable) => ProcessTable;
  readonly tables?: (tables: AwsTables) => AwsTables;
  /** What the state directory is on. */
  readonly system?: (system: System) => System;
  readonly state?: (state: AccountState) => AccountState;
  readonly gateway?: (gateway: AccountGateway) => AccountGateway;
  readonly destination?: (destination: Destination) => Destination;
  readonly account?: (account: AccountWork) => AccountWork;
  /** What a dry run says of a user. */
  readonly foretold?: (outcome: UserOutcome) => UserOutcome;
}

/** The part as a sabotage leaves it. */
export function changed<T>(part: T, change: ((part: T) => T) | undefined): T {
  return change === undefined ? part : change(part);
}
