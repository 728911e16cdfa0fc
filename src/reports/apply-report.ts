// What `keyturn apply` prints with --output-format json: what came of each user of the plan, and the document of
// the run that did it.

import { z } from 'zod';
import { rotationReportSchema } from './rotation-report.ts';

const appliedUser = z.object({
  username: z.string(),
  account_id: z.string(),
  state: z
    .enum([
      'done',
      'already-applied',
      'left',
      'drifted',
      'busy',
      'failed',
      'not-begun',
      'would-apply',
    ])
    .describe(
      'done: what the plan names was done. already-applied: an earlier run did it. left: something keeps it from being done now, such as a window that closed or a veto. ' +
        'drifted: the user is not as the plan saw them, and nothing was done. busy: another process worked on the user at that moment. failed: it did not come to its end, or goes on by a new plan alone. not-begun: the run ended before. would-apply: in a dry run',
    ),
  because: z.array(z.string()).describe('Why, in lines; in a dry run: the steps'),
});

export const applyReportSchema = z
  .object({
    plan_id: z.string(),
    dry_run: z.boolean(),
    partial: z.boolean(),
    users: z.array(appliedUser),
    errors: z.array(
      z.object({
        code: z.string(),
        message: z.string(),
        hint: z.string().nullable(),
      }),
    ),
    run: rotationReportSchema
      .nullable()
      .describe('As rotate-iam-keys prints it; null where nothing was begun'),
  })
  .describe('What came of a plan that was applied');

export type ApplyReport = z.infer<typeof applyReportSchema>;
export type AppliedUserLine = ApplyReport['users'][number];
