// Why the settings of a user hold, as far as a plan depends on it.

import { createHash } from 'node:crypto';
import type { AskedFacts } from '../../config/asked-facts.ts';
import type { NamedRule } from '../../config/evaluate.ts';
import type { Settings } from '../../config/settings.ts';
import { formLabel } from '../../destinations/forms/forms.ts';
import type { Deliveries } from '../account-work.ts';
import type { GovernedBy } from '../run-settings.ts';

export interface Governing {
  readonly rule: NamedRule;
  readonly settings: Settings;
  readonly deliver: Deliveries;
  readonly facts: AskedFacts;
}

export function governedBy({ rule, settings, deliver, facts }: Governing): GovernedBy {
  const { name, line } = rule;
  const thresholdDays = settings.daysThreshold.value;
  return { rule: { name, line }, facts, policy: policyOf(settings, deliver), thresholdDays };
}

/** From which age on a key is due now. */
export function dueFrom({ daysThreshold, lookAheadDays }: Settings): number {
  return daysThreshold.value - lookAheadDays.value;
}

/** The values that decide what is done, for a plan. */
function policyOf(settings: Settings, deliver: Deliveries): GovernedBy['policy'] {
  return {
    due_from_days: dueFrom(settings),
    retire: settings.retire.value,
    quiet_days: settings.quietDays.value ?? null,
    retire_deadline_days: settings.deadlineDays.value ?? null,
    hold_days: settings.holdDays.value ?? null,
    deliver: deliver.map(({ kind: name, form, template, region }) => {
      const kind = form === undefined ? name : `${name}:${formMark(form)}`;
      const word = template === '' ? kind : `${kind}=${template}`;
      return region === undefined ? word : `${word} in ${region}`;
    }),
  };
}

/** A form in few letters: of one that was read from a file a digest of the text stands in its place. */
function formMark(form: string): string {
  const label = formLabel(form);
  if (label === form) return label;
  return `${label}@${createHash('sha256').update(form).digest('hex').slice(0, 12)}`;
}
