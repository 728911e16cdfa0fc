// Every place that a configuration names, for questions about all of it.

import { textsOf } from '../../config/hooks-settings.ts';
import { type ConfiguredPlace, readPlace } from '../../config/place-item.ts';
import { placesIn, policiesIn } from '../../config/places-in.ts';
import type { Config } from '../../config/read-config.ts';
import type { Overrides } from '../../config/settings.ts';

export function placesOf({ model }: Config, { deliver }: Overrides): readonly ConfiguredPlace[] {
  return deliver ?? placesIn(model).map(({ item }) => readPlace(item, model.connections));
}

/** Every text that hooks are made from. */
export function hookTextsOf({ model }: Config): readonly string[] {
  return policiesIn(model).flatMap(({ policy }) => textsOf(policy));
}
