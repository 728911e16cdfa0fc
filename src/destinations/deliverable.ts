// What `--deliver` takes: the kinds by which an operator names destinations. It loads nothing heavy,
// because every command line is judged by it; registry.ts opens them.

import type { PlaceRule } from './place.ts';
import { SECRET_NAMES } from './secrets-manager/names.ts';
import { PARAMETER_NAMES } from './ssm/names.ts';

/** Kinds that stand alone have no rule, the others one for the NAME after `=`. */
const RULES = {
  stdout: undefined,
  handoff: undefined,
  'secrets-manager': SECRET_NAMES,
  ssm: PARAMETER_NAMES,
} as const satisfies Record<string, PlaceRule | undefined>;

export type DeliverableKind = keyof typeof RULES;

export const DELIVERABLE_KINDS = Object.keys(RULES) as readonly DeliverableKind[];

/** What the name of a place may be; undefined for a kind that stands alone. */
export function deliverRule(kind: DeliverableKind): PlaceRule | undefined {
  return RULES[kind];
}
