// Every place that a configuration names, for questions about all of it.

import { textsOf } from '../../config/hooks-settings.ts';
import { type ConfiguredPlace, readPlace } from '../../config/place-template.ts';
import type { Config } from '../../config/read-config.ts';
import type { Overrides } from '../../config/settings.ts';

export function placesOf({ model }: Config, { deliver }: Overrides): readonly ConfiguredPlace[] {
  if (deliver !== undefined) return deliver;
  return policiesOf(model).flatMap((policy) => (policy?.deliver ?? []).map(readPlace));
}

/** Every text that hooks are made from. */
export function hookTextsOf({ model }: Config): readonly string[] {
  return policiesOf(model).flatMap(textsOf);
}

function policiesOf(model: Config['model']) {
  const groups = model.accounts?.groups ?? [];
  return [model.defaults, ...groups.map(({ defaults }) => defaults), ...model.rules];
}
