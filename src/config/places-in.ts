// Every place that a configuration names, with the way to it in the file.

import type { Path } from './fault.ts';
import type { ConfigModel, DeliverItem, Policy } from './model.ts';

export interface PlacedItem {
  readonly item: DeliverItem;
  readonly path: Path;
}

export interface PlacedPolicy {
  readonly policy: Policy | undefined;
  readonly path: Path;
}

/** Every part of a configuration that says something about keys. */
export function policiesIn({ defaults, accounts, rules }: ConfigModel): readonly PlacedPolicy[] {
  const groups = accounts?.groups ?? [];
  return [
    { policy: defaults, path: ['defaults'] },
    ...groups.map((group, index) => ({
      policy: group.defaults,
      path: ['accounts', 'groups', index, 'defaults'],
    })),
    ...rules.map((policy, index) => ({ policy, path: ['rules', index] })),
  ];
}

export function placesIn(model: ConfigModel): readonly PlacedItem[] {
  return policiesIn(model).flatMap(({ policy, path }) =>
    (policy?.deliver ?? []).map((item, index) => ({ item, path: [...path, 'deliver', index] })),
  );
}
