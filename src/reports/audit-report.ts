// What `keyturn audit` prints with --json, and the lines of the trail themselves. The schemas are published; fields
// are only ever added.

import { z } from 'zod';

/** A line of the audit trail, as it is kept and as `keyturn audit export` writes it. */
export const auditLineSchema = z
  .object({
    v: z.literal(1).describe('Format of the line'),
    seq: z.int().min(0).describe('Its number in the trail, from 0'),
    prev: z
      .string()
      .describe('hash of the line before it; of the first one a hash of account and trail'),
    hash: z
      .string()
      .describe(
        'SHA-256, in hexadecimal, of "keyturn-audit-line/1", a newline and the line without this field, as RFC 8785 writes it',
      ),
    time: z.string().describe('ISO 8601 UTC, by the clock of the machine that did it'),
    account: z.string(),
    run: z.string().describe('Which run of a command did it: a random ID of the process'),
    who: z.string().nullable().describe('The ARN of whoever signed the calls'),
    user: z.string().nullable().describe('The IAM user whose keys it is about'),
    keys: z.array(z.string()).describe('The access key IDs that it is about, the old one first'),
    rotation: z.string().nullable().describe('ID of the rotation that it belongs to'),
    plan: z.string().nullable().describe('ID of the plan that was applied'),
    step: z.string().describe('What was decided or done; docs/tasks/audit.md lists the steps'),
    reason: z.string().nullable(),
    request: z
      .string()
      .nullable()
      .describe('The ID that AWS gave the request; CloudTrail has it as requestID'),
    detail: z.looseObject({}).describe('What else is known of the step'),
    record: z
      .string()
      .nullable()
      .describe('SHA-256 of the record of the journal that it was made from, in hexadecimal'),
  })
  .describe('One line of the audit trail of an account');

const fault = z.object({
  kind: z.string().describe('As docs/tasks/audit.md lists them, such as altered or removed'),
  line: z.int().nullable().describe('Counted from 1, as an editor does'),
  text: z.string(),
});

const verdict = z.object({
  account_id: z.string(),
  trail: z.string().nullable().describe('ID of the trail; null where there is none'),
  whole: z.boolean().describe('Whether nothing is wrong with it'),
  lines: z.int(),
  first_at: z.string().nullable(),
  last_at: z.string().nullable(),
  root: z.string().nullable().describe('Merkle root over the lines (RFC 6962), in base64'),
  head: z.string().nullable().describe('hash of the last line'),
  torn: z.int().describe('Lines that a dying process left without their end, which is no fault'),
  unended: z.boolean().describe('Whether the last one has no end yet; the next run closes it'),
  seen_by: z.array(z.string()).describe('Checkpoints and anchors that it was held against'),
  faults: z.array(fault),
});

export const auditVerifyReportSchema = z
  .object({
    state_dir: z.string(),
    whole: z.boolean(),
    accounts: z.array(verdict),
  })
  .describe('Whether the audit trails are what their writers wrote');

export type AuditVerifyReport = z.infer<typeof auditVerifyReportSchema>;

export const auditShowReportSchema = z
  .object({ state_dir: z.string(), lines: z.array(auditLineSchema).describe('The oldest first') })
  .describe('Lines of the audit trails');

/** Where a trail stands, to be kept elsewhere. */
export const auditAnchorSchema = z
  .object({
    account_id: z.string(),
    trail: z.string(),
    size: z.int(),
    root: z.string().describe('Merkle root over the lines (RFC 6962), in base64'),
    head: z.string().describe('hash of the last line'),
  })
  .describe('What keyturn audit checkpoint --anchor prints of an account');

export type AuditAnchor = z.infer<typeof auditAnchorSchema>;
