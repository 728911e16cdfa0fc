// The exemptions of a configuration, with whom each of them decides about.

import { MS_PER_DAY } from '../../base/clock.ts';
import type { Match } from '../../config/model.ts';
import type { Config, PlacedExemption } from '../../config/read-config.ts';
import type { KeyReport, ReportKey } from '../../reports/key-report/document.ts';
import type { Governed } from './governed-users.ts';

type ExemptionLine = KeyReport['exemptions'][number];

/** A user who was read, with what holds for them. */
export interface JudgedUser {
  readonly governed: Governed;
  readonly keys: readonly ReportKey[];
}

/** Those that end first come first. */
export function exemptionsOf(
  config: Config | undefined,
  users: readonly JudgedUser[],
  now: Date,
): ExemptionLine[] {
  return (config?.exemptions ?? [])
    .map((exemption) =>
      lineOf(
        exemption,
        users.filter((user) => isFor(user, exemption)),
        now,
      ),
    )
    .toSorted((a, b) => (a.until < b.until ? -1 : a.until > b.until ? 1 : 0));
}

/** Of several that match, one decides. */
function isFor({ governed }: JudgedUser, { at }: PlacedExemption): boolean {
  const own = governed.exemption?.at;
  return own?.file === at.file && own.line === at.line;
}

function lineOf(
  { owner, reason, until, match, at }: PlacedExemption,
  users: readonly JudgedUser[],
  now: Date,
): ExemptionLine {
  const active = users.flatMap(({ keys }) => keys.filter(({ status }) => status === 'Active'));
  const today = Math.floor(now.getTime() / MS_PER_DAY);
  return {
    ...{ owner, reason, until, match: matchWords(match), at: `${at.file}:${at.line}` },
    days_left: Date.parse(until) / MS_PER_DAY - today,
    users: users.length,
    keys: active.length,
    due: active.filter(({ due }) => due).length,
  };
}

/** `user svc-legacy, tag team=billing`; what is said in more than one step stands as it is written. */
export function matchWords(match: Match): string {
  if (match === 'all') return 'all';
  return Object.entries(match)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${valueWords(name, value)}`)
    .join(', ');
}

function valueWords(name: string, value: unknown): string {
  const words = wordsOf(value);
  if (words !== undefined) return words;
  if (name !== 'tag') return JSON.stringify(value);
  return Object.entries(value as object)
    .map(([tag, one]) => `${tag}=${wordsOf(one) ?? ''}`)
    .join(' ');
}

/** Undefined for what is no text and no list of texts. */
function wordsOf(value: unknown): string | undefined {
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  const isList = Array.isArray(value) && value.every((each) => typeof each === 'string');
  return isList ? value.join(' or ') : undefined;
}
