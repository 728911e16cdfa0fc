// What a configuration says of one user, by its order: accounts that are never entered, exemptions, the first
// rule that matches. One rule governs a user, so one line of the file can be named as the reason.

import { localTime } from './calendar.ts';
import type { Path } from './fault.ts';
import type { Config, PlacedExemption } from './read-config.ts';
import { type AccountFacts, type Answer, type Facts, selects, selectsAccount } from './select.ts';
import { layersOf, type Overrides, type Settings, settingsOf } from './settings.ts';

export interface NamedRule {
  readonly name: string;
  readonly path: Path;
  readonly line: number;
}

/** A rule that was asked before the one that governs. */
export interface PassedOver {
  readonly rule: NamedRule;
  readonly answer: Answer;
}

export type UserVerdict =
  | { readonly kind: 'governed'; readonly rule: NamedRule; readonly settings: Settings }
  | { readonly kind: 'exempt'; readonly exemption: PlacedExemption }
  /** Of a user whose exemption has ended nothing is rotated: somebody has to say what holds now. */
  | { readonly kind: 'exemption-expired'; readonly exemption: PlacedExemption }
  | { readonly kind: 'unmatched' }
  /** Something that the file asks about is not known (I11). */
  | { readonly kind: 'unreadable'; readonly by: string };

export interface Evaluation {
  readonly verdict: UserVerdict;
  /** Rules that come before it in the file. */
  readonly passedOver: readonly PassedOver[];
  /** Exemptions that have ended, beside one that holds. */
  readonly ended: readonly PlacedExemption[];
}

export interface EvaluationInput extends Facts {
  readonly now: Date;
  readonly overrides?: Overrides | undefined;
}

export function evaluateUser(config: Config, input: EvaluationInput): Evaluation {
  const exemption = exemptionOf(config, input);
  if (exemption.verdict !== undefined) {
    return { verdict: exemption.verdict, passedOver: [], ended: exemption.ended };
  }
  const passedOver: PassedOver[] = [];
  for (const [index, { name, match }] of config.model.rules.entries()) {
    const path: Path = ['rules', index];
    const rule = { name, path, line: config.at([...path, 'name']).line };
    const answer = selects(match, input);
    if (answer === 'no') {
      passedOver.push({ rule, answer });
      continue;
    }
    const verdict =
      answer === 'yes'
        ? governed(config, rule, input)
        : unreadable(`rule ${name} on line ${rule.line}`);
    return { verdict, passedOver, ended: [] };
  }
  return { verdict: { kind: 'unmatched' }, passedOver, ended: [] };
}

function unreadable(by: string): UserVerdict {
  return { kind: 'unreadable', by };
}

function governed(
  config: Config,
  rule: NamedRule,
  { account, overrides }: EvaluationInput,
): UserVerdict {
  const group = groupOf(config, account);
  if (group.kind === 'unknown') return unreadable(`group ${group.name} of accounts`);
  const index = group.kind === 'group' ? group.index : undefined;
  const settings = settingsOf(layersOf(config.model, Number(rule.path[1]), index), overrides);
  return { kind: 'governed', rule, settings };
}

function exemptionOf(config: Config, input: EvaluationInput) {
  const today = localTime(input.now, config.timeZone).day;
  const about = config.exemptions.map((exemption) => ({
    exemption,
    answer: selects(exemption.match, input),
    hasEnded: exemption.until < today,
  }));
  const ended = about
    .filter((each) => each.answer === 'yes' && each.hasEnded)
    .map((each) => each.exemption);
  const holds = about.find((each) => each.answer === 'yes' && !each.hasEnded);
  if (holds !== undefined) {
    return { verdict: { kind: 'exempt', exemption: holds.exemption } as const, ended };
  }
  const unknown = about.find(({ answer }) => answer === 'unknown');
  if (unknown !== undefined) {
    const { file, line } = unknown.exemption.at;
    return { verdict: unreadable(`the exemption at ${file}:${line}`), ended };
  }
  const [exemption] = ended;
  if (exemption === undefined) return { verdict: undefined, ended };
  return { verdict: { kind: 'exemption-expired', exemption } as const, ended };
}

export type GroupOfAccount =
  /** The file has no groups: its accounts are all alike. */
  | { readonly kind: 'none' }
  | { readonly kind: 'group'; readonly index: number; readonly name: string }
  /** Listed under `never`, or in no group: it is not entered. */
  | { readonly kind: 'never' }
  | { readonly kind: 'in-no-group' }
  | { readonly kind: 'unknown'; readonly name: string };

/** Whether an account is entered, and as a member of which group. */
export function groupOf({ model }: Config, account: AccountFacts): GroupOfAccount {
  const { never = [], groups } = model.accounts ?? {};
  const spared = never.map((one) => selectsAccount(one, account));
  if (spared.includes('yes')) return { kind: 'never' };
  // Nobody is entered of whom it is not known whether they are to be spared.
  if (spared.includes('unknown')) return { kind: 'unknown', name: 'never' };
  if (groups === undefined) return { kind: 'none' };
  for (const [index, { name, match }] of groups.entries()) {
    const answer = selectsAccount(match, account);
    if (answer === 'yes') return { kind: 'group', index, name };
    if (answer === 'unknown') return { kind: 'unknown', name };
  }
  return { kind: 'in-no-group' };
}
