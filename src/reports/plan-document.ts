// A plan: what a run would do, key by key, and what that depends on. One zod model is the source of the types, of
// what is checked when a plan is read back, and of the published JSON Schema.

import { z } from 'zod';
import { PLAN_ACTIONS } from '../lifecycle/plan-keys.ts';
import { STEP_WORDS } from '../lifecycle/plan-step.ts';

/** The number before the dot is raised when a plan cannot be read by an earlier version any more. */
export const PLAN_FORMAT = 'keyturn-plan/1.1';

const time = z.iso.datetime();

const step = z.object({
  do: z.enum(STEP_WORDS),
  key_id: z.string().optional().describe('Of create: the key that gets a successor'),
  place: z.string().optional(),
  name: z.string().optional().describe('Of a hook'),
  unused_since: z
    .string()
    .optional()
    .describe(
      'The step holds while nothing has used the key since: ISO 8601 UTC, or "never". Absent where it goes whatever uses it',
    ),
});

const forecast = z.object({
  do: z.enum(['deactivate', 'delete']),
  key_id: z.string(),
  earliest: time.nullable(),
  if: z.string(),
});

const lastUsed = z
  .object({
    at: z.string().describe('ISO 8601 UTC, or "never"'),
    service: z.string().nullable(),
    region: z.string().nullable(),
  })
  .nullable()
  .describe('null where nobody asked, or AWS did not tell');

const plannedKey = z.object({
  key_id: z.string(),
  status: z.string().describe('Active, Inactive, gone or unknown'),
  created_at: time.nullable(),
  action: z
    .enum(PLAN_ACTIONS)
    .describe('rotate, resume, deactivate, delete and discard change something; the others do not'),
  reason: z.string().describe('One word; docs/tasks/plan-and-apply.md lists them'),
  why: z.string().describe('The same in a line'),
  last_used: lastUsed,
  not_before: time.nullable().describe('When something will be decided otherwise'),
  deadline: time.nullable(),
  code: z.string().nullable().describe('Of docs/errors.md, where a person is needed'),
  mend: z.string().nullable().describe('What that person can do'),
  steps: z.array(step).describe('What apply does, in this order'),
  later: z
    .array(forecast)
    .describe('What later plans will say if nothing comes between: a forecast'),
});

const place = z.object({
  at: z.string(),
  holds: z
    .array(z.string())
    .nullable()
    .describe('IDs of the keys that its readers find; null where it cannot be read'),
  version: z
    .string()
    .nullable()
    .describe('Another one once somebody writes there; null where the kind has none'),
  will: z.enum(['write', 'make', 'none']),
  confirm: z.enum(['read-back', 'written', 'unread']),
});

const openRotation = z
  .object({ id: z.string(), phase: z.string(), records: z.int() })
  .nullable()
  .describe('The rotation that is not finished, as the journal has it');

const factValue = z.union([z.string(), z.boolean()]).nullable();

const plannedUser = z.object({
  account: z.string(),
  user: z.string(),
  rule: z.object({ name: z.string(), line: z.int() }).nullable(),
  fingerprint: z
    .string()
    .nullable()
    .describe('sha256 of what the decision depends on; null where nothing was read'),
  facts: z
    .record(z.string(), z.union([factValue, z.record(z.string(), factValue)]))
    .describe('What the configuration asks about the user, and nothing else of them'),
  policy: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())]).nullable()),
  open: openRotation,
  unsettled: z.array(z.string()).describe('Keys with a change of which the journal has no end'),
  records: z
    .boolean()
    .optional()
    .describe(
      'true where apply puts something on record that changes no key: the announcement of a deadline, what a watch saw, an end',
    ),
  keys: z.array(plannedKey),
  places: z.array(place),
});

const planIssue = z.object({
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
  account: z.string().nullable(),
  user: z.string().nullable(),
});

export const planCounts = z.object({
  change: z.int().describe('Keys'),
  wait: z.int(),
  stop: z.int().describe('Keys for which a person is needed'),
  exempt: z.int().describe('Users with a due key'),
  not_due: z.int().describe('Users'),
  unmatched: z.int().describe('Users with a due key of whom no rule speaks'),
});

export const planSchema = z
  .object({
    format: z.string().regex(/^keyturn-plan\/\d+\.\d+$/),
    plan_id: z.string().describe('sha256 of all the rest, as canonical JSON'),
    keyturn: z.string(),
    decisions: z.int().describe('Raised when a later version decides otherwise'),
    created_at: time,
    expires_at: time,
    config: z.object({
      path: z.string(),
      model_sha256: z.string().describe('Of what the file says; comments may change'),
    }),
    state: z.string().describe('Where the journal is'),
    trusted: z.boolean().describe('false with --untrusted: places outside of AWS were not read'),
    scope: z.object({
      user: z.string().nullable(),
      rule: z.string().nullable(),
      accounts: z.array(z.string()).nullable(),
    }),
    applyable: z.boolean(),
    complete: z.boolean().describe('Whether everything was read that the file is about'),
    errored: z.boolean(),
    counts: planCounts,
    accounts: z.array(
      z.object({
        id: z.string(),
        name: z.string().nullable(),
        read: z.string().describe('scan, or the time of the credential report'),
        users: z.int(),
        unreadable: z.string().nullable().describe('Why the account was not read'),
      }),
    ),
    users: z.array(plannedUser),
    come_again_at: time.nullable(),
    warnings: z.array(z.string()),
    errors: z.array(planIssue),
  })
  .describe('What a run would do, key by key, and what that depends on');

export type PlanDocument = z.infer<typeof planSchema>;
export type PlanUser = PlanDocument['users'][number];
export type PlanKey = PlanUser['keys'][number];
export type PlanPlace = PlanUser['places'][number];
export type PlanDocumentStep = PlanKey['steps'][number];
export type PlanIssue = PlanDocument['errors'][number];
