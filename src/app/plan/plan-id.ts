// The ID of a plan: a digest of all the rest, so that an edited plan is another one.

import { digestOf } from '../../base/canonical-json.ts';
import type { Config } from '../../config/read-config.ts';
import type { PlanDocument } from '../../reports/plan-document.ts';

export function planIdOf(rest: Omit<PlanDocument, 'plan_id'>): string {
  const { plan_id: _, ...all } = rest as PlanDocument;
  return digestOf(all);
}

/** Of what a configuration says: comments, order of keys and the file of exemptions may change their form. */
export function modelDigest({ model, exemptions }: Config): string {
  const { $schema: _, exemptions: _own, exemptions_file: _file, ...rest } = model;
  return digestOf({
    ...rest,
    exemptions: exemptions.map(({ match, owner, reason, until }) => ({
      match,
      owner,
      reason,
      until,
    })),
  });
}
