// Mode summary: the sum of a run that several invocations shared, as one document for whoever is told.

import type { RunNote } from '../app/run-note.ts';
import { problemsIn, type RunSum, type SummedPart, sumUpRun } from '../app/sum-up-run.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  type LambdaListResult,
  type LambdaSummary,
  lambdaListSchema,
} from '../reports/lambda-results.ts';
import type { EventRead, Fields } from './fields.ts';
import { type Invocation, settled, stateOf } from './invocation.ts';

const TOLD_MAX = 50;

export async function summedUp(read: EventRead, invocation: Invocation): Promise<LambdaSummary> {
  const list = listIn(read.own);
  const settings = await settled(read, invocation);
  if (!settings.isRunShared) {
    throw new KeyturnError('bad-value', 'the run is not named whose sum is wanted', {
      hint: 'hand in the name that the other invocations had as run',
    });
  }
  const parts = new Map<string, string[]>();
  for (const { account, slice } of list.items) {
    parts.set(account, [...(parts.get(account) ?? []), partName(slice)]);
  }
  const { run } = settings;
  const sum = await sumUpRun({ run, parts }, await stateOf(settings, invocation));
  const summary = summaryOf(sum, list, run);
  return { ...summary, text: inWords(summary) };
}

function partName(slice: string | undefined): string {
  return slice === undefined ? 'all' : slice.replace('/', 'of');
}

function listIn({ listed }: Fields): Omit<LambdaListResult, 'mode' | 'run_id'> {
  const { data } = lambdaListSchema.omit({ mode: true, run_id: true }).safeParse(listed);
  if (data !== undefined) return data;
  throw new KeyturnError('bad-value', 'listed is not what mode list answers', {
    hint: 'hand in its result, with items, skipped and problems',
  });
}

type Untold = Omit<LambdaSummary, 'text'>;

function summaryOf(
  { parts, keys }: RunSum,
  { items, skipped, problems: unlisted }: Omit<LambdaListResult, 'mode' | 'run_id'>,
  run: string,
): Untold {
  const of = (wanted: RunNote['state']) => parts.filter(({ note }) => note?.state === wanted);
  const notes = parts.flatMap(({ note }) => note ?? []);
  const total = (count: (note: RunNote) => number) =>
    notes.reduce((sum, one) => sum + count(one), 0);
  const failed = [...of('failed'), ...parts.filter(({ note }) => note === undefined)];
  const isDryRun = notes.some(({ dry_run }) => dry_run);
  const problems = [...unlisted, ...problemsIn(parts)];
  const isWhole = failed.length === 0 && of('more').length === 0 && unlisted.length === 0;
  return {
    mode: 'summary',
    run_id: run,
    state: isWhole ? 'done' : 'failed',
    dry_run: isDryRun,
    accounts: {
      listed: new Set(items.map(({ account }) => account)).size,
      done: accountsWhere(parts, (all) => all.every(({ note }) => note?.state === 'done')),
      left: accountsWhere(parts, (all) => all.some(({ note }) => note?.state === 'more')),
      failed: accountsWhere(parts, (all) => all.some(isFailed)) + unlisted.length,
      skipped: skipped.length,
    },
    users_examined: total(({ users_examined }) => users_examined),
    keys_examined: total(({ keys_examined }) => keys_examined),
    would_rotate: isDryRun ? total(({ rotated }) => rotated) : null,
    keys,
    waiting: total(({ waiting }) => waiting),
    failed_users: total(({ failed: users }) => users),
    failed_accounts: [
      ...unlisted.map(({ account_id, code, message }) => ({
        account_id,
        slice: null,
        code,
        message,
      })),
      ...failed.map(failedPart),
    ].slice(0, TOLD_MAX),
    problems: problems.slice(0, TOLD_MAX),
    problems_in_all: unlisted.length + total(({ problems_in_all }) => problems_in_all),
    next_run_at: notes.flatMap(({ next_run_at }) => next_run_at ?? []).toSorted()[0] ?? null,
  };
}

function isFailed({ note }: SummedPart): boolean {
  return note === undefined || note.state === 'failed';
}

function accountsWhere(
  parts: readonly SummedPart[],
  is: (partsOfAccount: readonly SummedPart[]) => boolean,
): number {
  const byAccount = new Map<string, SummedPart[]>();
  for (const part of parts) {
    byAccount.set(part.account, [...(byAccount.get(part.account) ?? []), part]);
  }
  return [...byAccount.values()].filter(is).length;
}

function failedPart({ account, part, note }: SummedPart) {
  const slice = part === 'all' ? null : part.replace('of', '/');
  const [first] = note?.problems ?? [];
  const lost = {
    code: 'part-unfinished',
    message: 'nobody came to the end of it; what is open there is finished by the next run',
  };
  const { code, message } = first ?? lost;
  return { account_id: account, slice, code, message };
}

function inWords({ run_id, dry_run, accounts, keys, ...sum }: Untold): string {
  const what = dry_run
    ? [`${sum.would_rotate} keys would be rotated`]
    : [
        `${keys.delivered} rotated`,
        `${keys.deactivated} old keys made Inactive`,
        `${keys.deleted} deleted`,
      ];
  return [
    `keyturn ${dry_run ? 'dry run' : 'run'} ${run_id}: ${accounts.done} of ${accounts.listed} accounts done`,
    ...(accounts.failed > 0 ? [`${accounts.failed} failed`] : []),
    ...(accounts.left > 0 ? [`${accounts.left} not to the end`] : []),
    ...what,
    `${sum.waiting} old keys wait`,
    `${sum.failed_users} users not rotated`,
  ].join(', ');
}
