// Every place that a configuration names, for questions about all of it.

import { type ConfiguredPlace, readPlace } from '../../config/place-template.ts';
import type { Config } from '../../config/read-config.ts';
import type { Overrides } from '../../config/settings.ts';

export function placesOf({ model }: Config, { deliver }: Overrides): readonly ConfiguredPlace[] {
  if (deliver !== undefined) return deliver;
  const groups = model.accounts?.groups ?? [];
  const policies = [model.defaults, ...groups.map(({ defaults }) => defaults), ...model.rules];
  return policies.flatMap((policy) => (policy?.deliver ?? []).map(readPlace));
}
