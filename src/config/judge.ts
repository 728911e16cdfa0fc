// What is wrong between the values of a configuration whose shape is right.

import { closest } from '../base/closest.ts';
import { dayAfter, daysBetween, localTime } from './calendar.ts';
import type { Found, Path } from './fault.ts';
import { judgePolicies } from './judge-policy.ts';
import { judgeAccountSelection, judgeMatch } from './judge-selection.ts';
import { judgeState } from './judge-state.ts';
import type { ConfigModel, Exemption, Selection } from './model.ts';
import { EXEMPTION_DAYS_MAX } from './takes.ts';
import { judgeTelling } from './tell-judge.ts';

export interface JudgedAt {
  readonly now: Date;
  /** Where things stand, for a fault that names another line. */
  readonly lineOf: (path: Path) => number;
}

export function judge(model: ConfigModel, at: JudgedAt): readonly Found[] {
  const zone = model.time_zone ?? 'UTC';
  const organization = model.accounts?.organization ?? false;
  return [
    ...judgeRules(model, at),
    ...judgePolicies(model),
    ...judgeAccounts(model, at),
    ...judgeExemptions(model.exemptions ?? [], ['exemptions'], { now: at.now, zone, organization }),
    ...judgeFreezes(model),
    ...judgeState(model),
    ...judgeTelling(model),
  ];
}

const bad = (path: Path, message: string): Found => ({ path, code: 'bad-value', message });

function judgeRules({ rules }: ConfigModel, { lineOf }: JudgedAt): readonly Found[] {
  const found: Found[] = [];
  rules.forEach((rule, index) => {
    const path: Path = ['rules', index];
    found.push(...judgeMatch(rule.match, [...path, 'match']));
    const first = rules.findIndex(({ name }) => name === rule.name);
    if (first < index) {
      const line = lineOf(['rules', first, 'name']);
      found.push(
        bad(
          [...path, 'name'],
          `"${rule.name}" is the name of another rule (line ${line}); each has its own`,
        ),
      );
    }
    const next = rules[index + 1];
    if (rule.match === 'all' && next !== undefined) {
      const line = lineOf(['rules', index + 1, 'name']);
      const message = `"all" takes everybody, so "${next.name}" on line ${line} can never match; put this rule last`;
      found.push({ path: [...path, 'match'], code: 'unreachable', message });
    }
    const same = rules.findIndex(
      ({ match }) => match !== 'all' && JSON.stringify(match) === JSON.stringify(rule.match),
    );
    if (same >= 0 && same < index) {
      const message = `rule "${rules[same]?.name}" on line ${lineOf(['rules', same, 'match'])} selects the same, so this one can never match`;
      found.push({ path: [...path, 'match'], code: 'unreachable', message });
    }
    found.push(...judgeExtends(rules, index));
  });
  return found;
}

function judgeExtends(rules: ConfigModel['rules'], index: number): readonly Found[] {
  const rule = rules[index];
  if (rule?.extends === undefined) return [];
  const path: Path = ['rules', index, 'extends'];
  const other = rules.find(({ name }) => name === rule.extends);
  if (other === rule) return [bad(path, `"${rule.name}" cannot extend itself`)];
  if (other === undefined) {
    const names = rules.map(({ name }) => name).filter((name) => name !== rule.name);
    const near = closest(rule.extends, names);
    const are =
      near === undefined
        ? `the others are ${names.join(', ') || 'none'}`
        : `did you mean "${near}"?`;
    return [{ path, code: 'unknown-name', message: `no rule is called "${rule.extends}"; ${are}` }];
  }
  if (other.extends === undefined) return [];
  return [bad(path, `"${other.name}" itself extends "${other.extends}"; one level only`)];
}

function judgeAccounts(model: ConfigModel, { lineOf }: JudgedAt): readonly Found[] {
  const { organization = false, groups = [], never = [] } = model.accounts ?? {};
  const found: Found[] = [];
  groups.forEach(({ name, match }, index) => {
    const path: Path = ['accounts', 'groups', index];
    const first = groups.findIndex((other) => other.name === name);
    if (first < index) {
      const line = lineOf(['accounts', 'groups', first, 'name']);
      found.push(
        bad(
          [...path, 'name'],
          `"${name}" is the name of another group (line ${line}); each has its own`,
        ),
      );
    }
    if (match !== 'all') found.push(...judgeAccountSelection(match, [...path, 'match']));
    else if (index < groups.length - 1) {
      const message = `"all" takes every account, so "${groups[index + 1]?.name}" can never match; put this group last`;
      found.push({ path: [...path, 'match'], code: 'unreachable', message });
    }
    if (match !== 'all') found.push(...needsOrganization(match, [...path, 'match'], organization));
  });
  never.forEach((one, index) => {
    if (typeof one === 'string') return;
    const path: Path = ['accounts', 'never', index];
    found.push(...judgeAccountSelection(one, path), ...needsOrganization(one, path, organization));
  });
  model.rules.forEach(({ match }, index) => {
    if (match !== 'all') found.push(...needsNames(match, ['rules', index, 'match'], organization));
  });
  return found;
}

/** Names, units and tags of accounts are told by the organization. */
function needsOrganization(selection: object, path: Path, organization: boolean): readonly Found[] {
  if (organization) return [];
  const key = ['name', 'ou', 'tag'].find((each) => Object.hasOwn(selection, each));
  if (key === undefined) return [];
  const message = `"${key}" of an account is told by its organization; write "organization: true" under "accounts:", or name IDs`;
  return [{ path: [...path, key], isKey: true, code: 'conflict', message }];
}

function needsNames(selection: Selection, path: Path, organization: boolean): readonly Found[] {
  const { account, any = [], not } = selection;
  const own: Path = [...path, 'account'];
  const below = [
    ...any.flatMap((one, index) => needsNames(one, [...path, 'any', index], organization)),
    ...(not === undefined ? [] : needsNames(not, [...path, 'not'], organization)),
  ];
  if (account === undefined || organization) return below;
  const list = typeof account === 'string' ? [account] : account;
  if (!Array.isArray(list)) return [...needsOrganization(list, own, organization), ...below];
  const index = list.findIndex((name: string) => !/^\d{12}$/.test(name));
  if (index < 0) return below;
  const message =
    'the name of an account is told by its organization; write "organization: true" under "accounts:", or 12 digits in quotes';
  return [
    { path: typeof account === 'string' ? own : [...own, index], code: 'conflict', message },
    ...below,
  ];
}

export interface JudgedExemptions {
  readonly now: Date;
  readonly zone: string;
  /** Whether an organization tells names, units and tags of accounts. */
  readonly organization: boolean;
}

export function judgeExemptions(
  exemptions: readonly Exemption[],
  below: Path,
  { now, zone, organization }: JudgedExemptions,
): readonly Found[] {
  const today = localTime(now, zone).day;
  return exemptions.flatMap(({ match, until, owner }, index) => {
    const path: Path = [...below, index];
    const found: Found[] = [];
    if (match === 'all') {
      const message =
        'an exemption cannot be for all; to stop everything for a time, write a period under "freezes:"';
      found.push(bad([...path, 'match'], message));
    } else {
      const at: Path = [...path, 'match'];
      found.push(...judgeMatch(match, at), ...needsNames(match, at, organization));
    }
    if (daysBetween(today, until) > EXEMPTION_DAYS_MAX) {
      const last = dayAfter(today, EXEMPTION_DAYS_MAX);
      const message = `an exemption ends within ${EXEMPTION_DAYS_MAX} days, by ${last}, and is then looked at again; not "${until}"`;
      found.push(bad([...path, 'until'], message));
    }
    if (until < today) {
      const message = `this exemption ended on ${until}: whom it is for is an error in every plan until ${owner} renews it, or it is removed`;
      found.push({
        path: [...path, 'until'],
        code: 'exemption-expired',
        severity: 'warning',
        message,
      });
    }
    return found;
  });
}

function judgeFreezes({ freezes = [] }: ConfigModel): readonly Found[] {
  return freezes.flatMap(({ from, to }, index) =>
    to < from
      ? [bad(['freezes', index, 'to'], `this freeze ends on ${to}, before it begins on ${from}`)]
      : [],
  );
}
