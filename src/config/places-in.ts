// Every place that a configuration names, with the way to it in the file.

import type { Path } from './fault.ts';
import type { ConfigModel, DeliverItem } from './model.ts';

export interface PlacedItem {
  readonly item: DeliverItem;
  readonly path: Path;
}

export function placesIn({ defaults, accounts, rules }: ConfigModel): readonly PlacedItem[] {
  const groups = accounts?.groups ?? [];
  const layers = [
    { policy: defaults, path: ['defaults'] },
    ...groups.map((group, index) => ({
      policy: group.defaults,
      path: ['accounts', 'groups', index, 'defaults'],
    })),
    ...rules.map((policy, index) => ({ policy, path: ['rules', index] })),
  ];
  return layers.flatMap(({ policy, path }) =>
    (policy?.deliver ?? []).map((item, index) => ({ item, path: [...path, 'deliver', index] })),
  );
}
