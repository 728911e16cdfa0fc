// Where a list of keys comes from: the credential report, which tells of all users in a few calls and names no
// IDs; the users' own lists, where it cannot be used; or the list of the one user who is asked about.

import pMap from 'p-map';
import type { AccountGateway } from '../../aws/gateway.ts';
import { takeInventory, type UnreadableUser } from '../../aws/inventory.ts';
import { type ReportSources, readReport } from '../../aws/report-inventory.ts';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { isSameUser } from '../../base/user-name.ts';
import { keyDetails } from '../../engine/key-details.ts';
import type { KeyDetails } from '../../lifecycle/keys.ts';
import type { InventoryMode } from '../account-inventory.ts';
import { type ListedUser, reportedUser } from './listed-user.ts';

export interface KeySource {
  readonly kind: 'credential-report' | 'scan' | 'user';
  /** Why the report was not used, where it was meant to be. */
  readonly fallbackReason?: string;
  /** As of when AWS told it. */
  readonly asOf: Date;
}

export interface SourcedUsers {
  readonly source: KeySource;
  readonly users: readonly ListedUser[];
  readonly unreadable: readonly UnreadableUser[];
  /** Requests that it took, of lists of users and keys apart: those are as many as there are users. */
  readonly reportCalls: number;
}

export interface SourceContext {
  readonly gateway: AccountGateway;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly signal: AbortSignal;
}

export interface SourceOptions {
  readonly user: string | undefined;
  readonly inventory: InventoryMode;
  readonly maxParallel: number;
}

/** Throws what the calls throw; `report-unusable` only when nothing else may be used. */
export async function listUsers(
  context: SourceContext,
  options: SourceOptions,
): Promise<SourcedUsers> {
  if (options.user !== undefined) return await byUser(options.user, context);
  if (options.inventory === 'scan') return await byScan(context, options);
  try {
    return await byReport(context);
  } catch (thrown) {
    const error = toKeyturnError(thrown);
    if (error.stops === 'run') throw error;
    if (options.inventory === 'report') throw unusable(error);
    const { code: errorCode, message: reason } = error;
    context.emit({ code: 'report-unusable', errorCode, reason });
    const scanned = await byScan(context, options);
    return { ...scanned, source: { ...scanned.source, fallbackReason: reason } };
  }
}

function unusable({ code, message, hint }: KeyturnError): KeyturnError {
  const how = 'with --inventory scan, all users are read one by one instead';
  const what =
    code === 'report-unusable' ? message : `the credential report cannot be read: ${message}`;
  return new KeyturnError('report-unusable', what, {
    hint: hint === undefined ? how : `${hint}; ${how}`,
  });
}

async function byReport(context: SourceContext): Promise<SourcedUsers> {
  const { sources, callsMade } = counted(context.gateway);
  const { account } = context.gateway.caller;
  const report = await readReport(sources, { ...context, account });
  return {
    source: { kind: 'credential-report', asOf: report.generatedAt },
    users: report.users.map(reportedUser),
    unreadable: [],
    reportCalls: callsMade(),
  };
}

function counted({ reports, overview }: ReportSources) {
  let calls = 0;
  const count = <T>(call: () => Promise<T>) => {
    calls += 1;
    return call();
  };
  const sources: ReportSources = {
    reports: {
      request: () => count(() => reports.request()),
      fetch: () => count(() => reports.fetch()),
    },
    overview: { countUsers: () => count(() => overview.countUsers()) },
  };
  return { sources, callsMade: () => calls };
}

async function byUser(
  user: string,
  { gateway: { reader }, clock }: SourceContext,
): Promise<SourcedUsers> {
  const keys = await keyDetails(reader, await reader.listAccessKeys(user));
  return {
    source: { kind: 'user', asOf: clock.now() },
    users: [{ user: spelledByAws(user, keys), keys, isRead: true }],
    unreadable: [],
    reportCalls: 0,
  };
}

/** IAM takes a name in any letter case; of a key AWS tells whose it is in its own spelling. */
function spelledByAws(typed: string, keys: readonly KeyDetails[]): string {
  const owners = keys.flatMap(({ lastUse }) => (lastUse === 'unreadable' ? [] : [lastUse.owner]));
  return owners.find((owner) => owner !== undefined && isSameUser(owner, typed)) ?? typed;
}

async function byScan(
  { gateway: { reader }, clock, emit, signal }: SourceContext,
  { maxParallel: parallel }: SourceOptions,
): Promise<SourcedUsers> {
  const { users, unreadable } = await takeInventory(reader, { parallel, emit, signal });
  const withUses = await pMap(
    users,
    async ({ userName: user, keys }) => {
      return { user, keys: await keyDetails(reader, keys), isRead: true };
    },
    { concurrency: parallel, signal },
  );
  const source = { kind: 'scan', asOf: clock.now() } as const;
  return { source, users: withUses, unreadable, reportCalls: 0 };
}
