// A saved plan, read back and checked before anybody is asked: what is refused here was never sent to AWS.

import { minuteOf } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import type { Command, Hint } from '../../base/hint.ts';
import { comparableUserName } from '../../base/user-name.ts';
import type { Config } from '../../config/read-config.ts';
import { DECISIONS } from '../../lifecycle/decide-user.ts';
import { isPlannable } from '../../lifecycle/whole-plan.ts';
import { PLAN_FORMAT, type PlanDocument, planSchema } from '../../reports/plan-document.ts';
import { shortKey } from '../../reports/plan-words.ts';
import { modelDigest, planIdOf } from './plan-id.ts';
import { stepOf } from './planned-user.ts';

/** Far above what 5,000 users need. */
export const PLAN_BYTES_MAX = 64 * 1024 * 1024;

export interface PlanFile {
  /** As the person named it. */
  readonly shown: string;
  readonly text: string;
  /** The command that makes a new plan there, for hints. */
  readonly again: Command;
}

/** Throws `plan-refused`. */
export function readPlan({ shown, text, again }: PlanFile): PlanDocument {
  const refuse = (why: string, hint: Hint = makeAnew(again)) => refused(shown, why, hint);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw refuse(
      'it is no JSON',
      isPage(text) ? ['it is a page; the plan is what -o writes:', again] : undefined,
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
      ['use the version of keyturn that wrote it, or make it anew:', again],
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
  const odd = oddKeys(parsed.data);
  if (odd !== undefined) throw refuse(`it was edited: ${odd}`);
  return parsed.data;
}

/** Steps of a key that no run of keyturn has (I18). */
function oddKeys({ users }: PlanDocument): string | undefined {
  const seen = new Set<string>();
  for (const { account, user, keys } of users) {
    const name = `${account} ${comparableUserName(user)}`;
    if (seen.has(name)) return `it has ${user} of account ${account} twice`;
    seen.add(name);
    const ids = keys.map(({ key_id: id }) => id);
    if (new Set(ids).size < ids.length) return `it has a key of ${user} twice`;
    const odd = keys.find(({ key_id, steps }) => {
      const read = steps.flatMap(stepOf);
      return read.length !== steps.length || !isPlannable(key_id, read);
    });
    if (odd === undefined) continue;
    return `its steps of key ${shortKey(odd.key_id)} of ${user} are none that keyturn plans`;
  }
  return undefined;
}

export interface Around {
  readonly shown: string;
  readonly config: Config;
  /** Undefined where it is not known yet. */
  readonly state: string | undefined;
  readonly now: Date;
  readonly again: Command;
}

/** Whether the plan may be applied here and now, by what needs no question to AWS. Throws `plan-refused`. */
export function assertApplicable(plan: PlanDocument, around: Around): void {
  const { shown, config, state, now, again } = around;
  const refuse = (why: string) => refused(shown, why, makeAnew(again));
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

function makeAnew(again: Command): Hint {
  return ['make a new one:', again];
}

function refused(shown: string, why: string, hint: Hint): KeyturnError {
  return new KeyturnError('plan-refused', `${shown} is not applied: ${why}`, { hint });
}

function isPage(text: string): boolean {
  return /^(?:Plan |###? )/.test(text);
}
