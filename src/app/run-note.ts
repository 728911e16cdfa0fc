// What a part of a run says of itself when it is over, for the sum of the run: counts, and what went wrong. What was
// done to keys is not in it: a part that was killed and done again would tell half of it, and the journal tells all.

import { z } from 'zod';
import type { KeyturnError } from '../base/errors.ts';
import type { RotationReport } from '../reports/rotation-report.ts';

/** `more`: the time was over, and something is left to do. */
export const PART_STATES = ['done', 'more', 'failed'] as const;

export type PartState = (typeof PART_STATES)[number];

const problem = z.object({
  code: z.string(),
  message: z.string(),
  username: z.string().nullable(),
});

const noteSchema = z.object({
  v: z.literal(1),
  state: z.enum(PART_STATES),
  dry_run: z.boolean(),
  users_examined: z.number(),
  keys_examined: z.number(),
  /** In a dry run: how many would be. */
  rotated: z.number(),
  failed: z.number(),
  waiting: z.number(),
  problems: z.array(problem),
  problems_in_all: z.number(),
  next_run_at: z.string().nullable(),
});

export type RunNote = z.infer<typeof noteSchema>;
export type Problem = z.infer<typeof problem>;

/** The items of a table are small, and a person reads a few of them. */
const PROBLEMS_MAX = 20;
const MESSAGE_MAX = 300;

export interface PartEnd {
  readonly report: RotationReport;
  readonly state: PartState;
  /** What kept the part from being done. */
  readonly fatal: KeyturnError | undefined;
}

export function noteOf({ report, state, fatal }: PartEnd): RunNote {
  const { summary } = report;
  const problems = problemsOf(report, fatal);
  return {
    ...{ v: 1, state, dry_run: report.dry_run },
    users_examined: summary.users_examined,
    keys_examined: summary.keys_examined,
    rotated: summary.successful_rotations,
    failed: report.rotated_keys.filter(isProblem).length,
    waiting: summary.old_keys_waiting,
    problems: problems.slice(0, PROBLEMS_MAX),
    problems_in_all: problems.length,
    next_run_at: report.next_run_at,
  };
}

/** What the time left is no problem: it is done by the next who comes. */
function isProblem({ success, error_code }: RotationReport['rotated_keys'][number]): boolean {
  return !success && error_code !== 'time-limit' && error_code !== 'interrupted';
}

function problemsOf(report: RotationReport, fatal: KeyturnError | undefined): readonly Problem[] {
  const ofRun = report.errors.filter(({ code }) => code !== 'time-limit');
  const all = [
    ...ofRun,
    ...report.rotated_keys
      .filter(isProblem)
      .map(({ error_code, error, username }) => ({ code: error_code, message: error, username })),
    ...report.cleanup_results
      .filter(({ success }) => !success)
      .map(({ error_code, error, username }) => ({ code: error_code, message: error, username })),
  ].map(({ code, message, username }) => ({
    ...{ code: code ?? 'internal', username },
    message: (message ?? '').slice(0, MESSAGE_MAX),
  }));
  const isTold = fatal === undefined || fatal.isStop || all.some(({ code }) => code === fatal.code);
  if (isTold) return all;
  return [
    { code: fatal.code, message: fatal.message.slice(0, MESSAGE_MAX), username: null },
    ...all,
  ];
}

/** Undefined for what another version wrote. */
export function readNote(text: string): RunNote | undefined {
  try {
    return noteSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
