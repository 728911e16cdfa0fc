// A saved plan, read back and checked before anybody is asked: what is refused here was never sent to AWS.

import { minuteOf } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command, type Hint } from '../../base/hint.ts';
import type { Config } from '../../config/read-config.ts';
import { DECISIONS } from '../../lifecycle/decide-user.ts';
import { PLAN_FORMAT, type PlanDocument, planSchema } from '../../reports/plan-document.ts';
import { modelDigest, planIdOf } from './plan-id.ts';

/** Far above what 5,000 users need. */
export const PLAN_BYTES_MAX = 64 * 1024 * 1024;

export interface PlanFile {
  /** As the person named it. */
  readonly shown: string;
  readonly text: string;
}

/** Throws `plan-refused`. */
export function readPlan({ shown, text }: PlanFile): PlanDocument {
  const refuse = (why: string, hint?: Hint) => refused(shown, why, hint);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse(
      'it is no JSON',
      isPage(text) ? 'it is a page; the plan is what -o writes' : undefined,
    );
  }
  const format = (json as { format?: unknown } | null)?.format;
  if (typeof format !== 'string' || !format.startsWith('keyturn-plan/')) {
    throw refuse('it is no plan of keyturn');
  }
  const [major, known] = [format, PLAN_FORMAT].map((each) => each.split('/')[1]?.split('.')[0]);
  if (major !== known) {
    throw refuse(
      `it has the format ${JSON.stringify(format)}, and this version reads ${PLAN_FORMAT}`,
      'use the version of keyturn that wrote it, or make it anew',
    );
  }
  const parsed = planSchema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw refuse(
      `it was edited, or cut off: ${issue?.path.join('.') ?? 'plan'} is not as it must be`,
    );
  }
  // What a later minor version added counts too.
  if (planIdOf(json as PlanDocument) !== parsed.data.plan_id) {
    throw refuse('it was edited: its content is not that of its plan_id');
  }
  return parsed.data;
}

export interface Around {
  readonly shown: string;
  readonly config: Config;
  /** Undefined where it is not known yet. */
  readonly state: string | undefined;
  readonly now: Date;
}

/** Whether the plan may be applied here and now, by what needs no question to AWS. Throws `plan-refused`. */
export function assertApplicable(plan: PlanDocument, { shown, config, state, now }: Around): void {
  const refuse = (why: string, hint?: Hint) => refused(shown, why, hint);
  const expiresAt = new Date(plan.expires_at);
  if (now >= expiresAt) throw refuse(`it has expired, at ${minuteOf(expiresAt)}`);
  if (!plan.trusted) {
    throw refuse('it was made with --untrusted, so nobody looked at all of its places');
  }
  if (modelDigest(config) !== plan.config.model_sha256) {
    throw refuse(`${config.file} says something else than when it was made`);
  }
  if (plan.decisions !== DECISIONS) {
    throw refuse(`keyturn ${plan.keyturn} made it, and this version decides otherwise`);
  }
  if (state !== undefined && plan.state !== state) {
    throw refuse(`it was made by the state at ${plan.state}, and this run has the one at ${state}`);
  }
}

function refused(shown: string, why: string, hint?: Hint): KeyturnError {
  return new KeyturnError('plan-refused', `${shown} is not applied: ${why}`, {
    hint: hint ?? ['make a new one:', command('keyturn', 'plan', '-o', shown)],
  });
}

function isPage(text: string): boolean {
  return /^(?:Plan |###? )/.test(text);
}
