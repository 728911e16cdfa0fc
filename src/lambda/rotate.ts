// Mode rotate: one account, or a part of its users, as `rotate-iam-keys` works on it. It ends before the function is
// ended: from a while before its time-out on nothing new is begun, and what is under way comes to its end.

import { createHash } from 'node:crypto';
import { assertCustodyLasts } from '../app/custody-lasts.ts';
import { type RotateAccountOptions, rotateAccount } from '../app/rotate-account.ts';
import { noteOf, type PartEnd, type RunNote, readNote } from '../app/run-note.ts';
import { readSlice, SLICES_MAX, type UserSlice } from '../app/user-slice.ts';
import { type ErrorCode, isErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import { afterRun } from '../cli/after-run.ts';
import { handoff } from '../destinations/handoff/index.ts';
import { checkRecipients } from '../destinations/handoff/seal.ts';
import type { LambdaRotateResult } from '../reports/lambda-results.ts';
import type { RotationReport } from '../reports/rotation-report.ts';
import type { StateStore } from '../state/state-store.ts';
import { whyVolatile } from '../state/stores.ts';
import { type EventRead, type Fields, numberField, textField, wrong } from './fields.ts';
import {
  type Invocation,
  isWanted,
  neverStopped,
  type Settled,
  settled,
  stateOf,
} from './invocation.ts';

/** A call that is under way, with all its attempts, and the end of a rotation behind it. */
const MARGIN_SECONDS = 60;
/** Of a function that has less time than twice as much half of it is kept. */
const MARGIN_SHARE = 0.5;
const LEFT_MS_MIN = 1_000;
/** Channels may take so long; where there is less, they are given seconds. */
const TELLING_MS = 100_000;

/** Step Functions takes 256 KB of a result, with all that is around it. */
const REPORT_BYTES_MAX = 150_000;

/** The account, or the part of its users, that an event is about. */
interface Part {
  /** Undefined for the one of the function. */
  readonly account: string | undefined;
  readonly slice: UserSlice | undefined;
  readonly users: readonly string[] | undefined;
  /** As notes call it. */
  readonly name: string;
}

/** What came of it. */
interface PartDone {
  readonly account: string | null;
  readonly part: Part;
  readonly run: string;
  readonly note: RunNote;
  readonly report: RotationReport | undefined;
}

/** Throws what kept the account from being worked on. */
export async function rotated(
  read: EventRead,
  invocation: Invocation,
): Promise<LambdaRotateResult> {
  const part = partOf(read.own);
  const marginMs = marginOf(read.own, invocation);
  const args = part.account === undefined ? [] : [`--accounts=${part.account}`];
  const settings = await settled({ ...read, args: [...read.args, ...args] }, invocation);
  refuseWrong(settings, part);
  const { run, options } = settings;
  const state = await stateOf(settings, invocation);
  const before = await doneBefore(settings, part, state);
  if (before !== undefined) {
    const account = part.account ?? null;
    return asResult({ account, part, run, note: before, report: undefined }, true);
  }
  await refuseVolatile(settings, state, invocation);
  const wish = { ...options.rotate, slice: part.slice, ...(part.users && usersOf(part.users)) };
  const { tell, ...end } = await performed(wish, { options, state, marginMs, invocation });
  const note = noteOf(end);
  const { report, fatal } = end;
  const account = part.account ?? report.account_id;
  if (account !== null && (settings.isRunShared || !report.dry_run)) {
    const { notes } = await state.open(account, 'write');
    await notes.leave(part.name, JSON.stringify(note));
  }
  await tell();
  if (end.state === 'failed' && fatal !== undefined) throw fatal;
  const isTold = isWanted(read.own, 'report') && JSON.stringify(report).length <= REPORT_BYTES_MAX;
  return asResult({ account, part, run, note, report: isTold ? report : undefined }, false);
}

interface Performing extends Pick<Settled, 'options'> {
  readonly state: StateStore;
  readonly marginMs: number;
  readonly invocation: Invocation;
}

interface Performed extends PartEnd {
  /** Notifications and metrics of the configuration: last of all, and in the time that is left. */
  readonly tell: () => Promise<void>;
}

async function performed(
  wish: RotateAccountOptions,
  { options, state, marginMs, invocation }: Performing,
): Promise<Performed> {
  const { clock, env, emit, remainingMs } = invocation;
  const timeoutMs = Math.floor(remainingMs() - marginMs);
  if (timeoutMs < LEFT_MS_MIN) throw tooShort(remainingMs(), marginMs);
  let fatal: KeyturnError | undefined;
  const short = new AbortController();
  const log = { emit, hideProgress: () => {} };
  const teller = { host: { clock, env }, voice: { remark: () => {} } };
  const after = await afterRun(options, teller, { log, signal: short.signal });
  const { observer, emit: heard } = after;
  const { report, exitCode } = await rotateAccount(
    { ...wish, timeoutMs },
    {
      ...{ clock, env, emit: heard, state, observer, signal: neverStopped() },
      onAccount: (result) => {
        fatal = result.fatal;
      },
    },
  );
  // Of a caller who was not let in nobody else tells.
  fatal ??= report.summary.accounts_examined === 0 ? firstError(report) : undefined;
  const isOver = fatal?.isStop ?? isTimeOver(report);
  return {
    ...{ report, fatal, state: isOver ? 'more' : fatal === undefined ? 'done' : 'failed' },
    tell: async () => {
      if (remainingMs() < TELLING_MS) short.abort();
      await after.tell({ report, exitCode, state });
    },
  };
}

function isTimeOver({ errors, rotated_keys: keys }: RotationReport): boolean {
  return [...errors.map(({ code }) => code), ...keys.map((key) => key.error_code)].includes(
    'time-limit' satisfies ErrorCode,
  );
}

function firstError({ errors }: RotationReport): KeyturnError | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const code = isErrorCode(first.code) ? first.code : 'internal';
  return new KeyturnError(code, first.message, { hint: first.hint ?? undefined });
}

function asResult(
  { account, part, run, note, report }: PartDone,
  repeated: boolean,
): LambdaRotateResult {
  const { v: _, users_examined, keys_examined, state, ...told } = note;
  return {
    mode: 'rotate',
    run_id: run,
    account_id: account,
    slice: part.slice === undefined ? null : `${part.slice.part}/${part.slice.of}`,
    state: state === 'more' ? 'more' : 'done',
    repeated,
    ...told,
    report: report ?? null,
  };
}

function partOf(own: Fields): Part {
  const account = textField(own, 'account', 'the ID of an account');
  const text = textField(own, 'slice', 'a slice of users, such as 2/8');
  const slice = text === undefined ? undefined : readSlice(text);
  if (text !== undefined && slice === undefined) {
    throw wrong('slice', `a part and how many there are, such as 2/8, up to ${SLICES_MAX}`, text);
  }
  const users = usersIn(own.users);
  if (users !== undefined && slice !== undefined) {
    throw new KeyturnError('conflicting-flags', 'users and slice both say whom it is about', {
      hint: 'keep one of them',
    });
  }
  const name =
    slice !== undefined ? `${slice.part}of${slice.of}` : users ? `users-${digestOf(users)}` : 'all';
  return { account, slice, users, name };
}

function usersIn(given: unknown): readonly string[] | undefined {
  if (given === undefined) return undefined;
  const takes = 'a list of names of IAM users';
  if (!Array.isArray(given) || given.length === 0) throw wrong('users', takes, given);
  const odd = given.find((each) => typeof each !== 'string' || !/^[\w+=,.@-]{1,64}$/.test(each));
  if (odd !== undefined) throw wrong('users', takes, odd);
  return given;
}

function digestOf(users: readonly string[]): string {
  return createHash('sha256').update(users.toSorted().join('\n')).digest('hex').slice(0, 16);
}

function usersOf(users: readonly string[]): Pick<RotateAccountOptions, 'usersOf'> {
  return { usersOf: () => users };
}

function marginOf(own: Fields, { remainingMs }: Invocation): number {
  const given = numberField(own, 'margin_seconds', [1, 600]);
  if (given !== undefined) return given * 1000;
  return Math.min(MARGIN_SECONDS * 1000, remainingMs() * MARGIN_SHARE);
}

function tooShort(remainingMs: number, marginMs: number): KeyturnError {
  const [left, margin] = [remainingMs, marginMs].map((ms) => (ms / 1000).toFixed(1));
  return new KeyturnError(
    'bad-value',
    `the function is ended in ${left} s, and margin_seconds keeps ${margin} s of them: nothing could be begun`,
    { hint: 'raise the time-out of the function, or lower margin_seconds' },
  );
}

function refuseWrong({ values, options }: Settled, part: Part): void {
  const { rotate, recipients } = options;
  if (part.account === undefined && rotate.accounts !== undefined) {
    throw new KeyturnError(
      'bad-value',
      'the configuration speaks of several accounts, and an invocation works on one',
      {
        hint: 'name it with account; mode list tells which there are',
      },
    );
  }
  if (part.users !== undefined && values.user !== undefined) {
    throw new KeyturnError('conflicting-flags', 'user and users both say whom it is about', {
      hint: 'keep one of them',
    });
  }
  if (recipients.length === 0) return;
  checkRecipients(recipients);
  const places = (rotate.governance?.everywhere ?? [rotate.deliver]).flat();
  if (places.some(({ kind }) => kind === handoff.name)) return;
  throw new KeyturnError(
    'conflicting-flags',
    'handoff_recipient has no effect: nothing is delivered to handoff',
  );
}

/** Where the same part of the same run was done before, its note: nothing of it is done twice. */
async function doneBefore(
  { run, isRunShared, options }: Settled,
  { account, name }: Part,
  state: StateStore,
): Promise<RunNote | undefined> {
  if (!isRunShared || account === undefined) return undefined;
  const { notes } = await state.open(account, 'read');
  const found = (await notes.of(run)).find(({ part }) => part === name);
  const note = found && readNote(found.text);
  const isDone = note?.state === 'done' && note.dry_run === options.rotate.dryRun;
  return isDone ? note : undefined;
}

/** Throws `custody-not-lasting`. */
async function refuseVolatile(
  { options }: Settled,
  state: StateStore,
  { env }: Invocation,
): Promise<void> {
  if (options.isVolatileStateAccepted) return;
  const why = await whyVolatile(options.state, env);
  if (why !== undefined) await assertCustodyLasts(options.rotate, { state, why });
}
