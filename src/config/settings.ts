// What the file says about the keys of one user: each value from the first of its layers that has it, with the
// place in the file that said so. A rule, the rule that it extends, the group of the account, the defaults,
// and what holds when nobody says anything.

import { daysOf } from './calendar.ts';
import type { Path } from './fault.ts';
import { type HookSettings, hooksIn } from './hooks-settings.ts';
import type { ConfigModel, Connections, Policy } from './model.ts';
import { type ConfiguredPlace, readPlace } from './place-item.ts';
import { type Promised, promised } from './promise.ts';
import { readWindow, type Window } from './window.ts';

/** A value, and the way to where it stands; undefined for what holds unless somebody says otherwise. */
export interface Said<Value> {
  readonly value: Value;
  readonly path: Path | undefined;
}

export interface Settings {
  /** From which age on a key is due, before the look-ahead. */
  readonly daysThreshold: Said<number>;
  /** How much earlier than that, so that none passes it before the next run. */
  readonly lookAheadDays: Said<number>;
  /** Where the threshold was derived from a promise: how. */
  readonly promise: Promised | undefined;
  readonly retire: Said<'when-quiet' | 'now' | 'never'>;
  /** Undefined takes what fits the known uses of a key. */
  readonly quietDays: Said<number | undefined>;
  /** Undefined for no deadline. */
  readonly deadlineDays: Said<number | undefined>;
  /** Undefined where Inactive keys stay. */
  readonly holdDays: Said<number | undefined>;
  /** Undefined where nobody says it: a fault of the file. */
  readonly deliver: Said<readonly ConfiguredPlace[] | undefined>;
  /** Undefined for always. */
  readonly rotateWindows: Said<readonly Window[] | undefined>;
  readonly retireWindows: Said<readonly Window[] | undefined>;
  readonly hooks: HookSettings;
}

export interface Layer {
  readonly policy: Policy;
  readonly path: Path;
}

/** The layers of a rule, and the connections that their places name. */
export interface Layers {
  readonly layers: readonly Layer[];
  readonly connections: Connections | undefined;
}

/** The layers of a rule in the accounts of a group, the nearest first; of no group when left out. */
export function layersOf(model: ConfigModel, ruleIndex: number, groupIndex?: number): Layers {
  const { connections } = model;
  const rule = model.rules[ruleIndex];
  if (rule === undefined) return { layers: [], connections };
  const extendedIndex = model.rules.findIndex(({ name }) => name === rule.extends);
  const extended = rule.extends === undefined ? undefined : model.rules[extendedIndex];
  const group = groupIndex === undefined ? undefined : model.accounts?.groups?.[groupIndex];
  const layers = [
    { policy: rule, path: ['rules', ruleIndex] },
    ...(extended === undefined ? [] : [{ policy: extended, path: ['rules', extendedIndex] }]),
    ...(group?.defaults === undefined
      ? []
      : [{ policy: group.defaults, path: ['accounts', 'groups', groupIndex ?? 0, 'defaults'] }]),
    ...(model.defaults === undefined ? [] : [{ policy: model.defaults, path: ['defaults'] }]),
  ];
  return { layers, connections };
}

/** What flags say beside the file: they win in every rule. */
export type Overrides = Partial<
  Pick<
    Policy,
    | 'days_threshold'
    | 'before_next_run'
    | 'retire'
    | 'quiet_days'
    | 'retire_deadline_days'
    | 'hold_days'
  >
> & { readonly deliver?: readonly ConfiguredPlace[] };

export function settingsOf(
  { layers: below, connections }: Layers,
  overrides: Overrides = {},
): Settings {
  const { deliver: given, ...policy } = overrides;
  const layers: readonly Layer[] = [{ policy, path: ['overrides'] }, ...below];
  const retire = said<Settings['retire']['value']>(layers, 'retire', 'when-quiet');
  // A word about waiting that stands further away than "now" or "never" is about other rules.
  const waiting =
    retire.value === 'when-quiet' ? layers : layers.slice(0, depthOf(layers, 'retire') + 1);
  const deadline = said<number | 'none'>(waiting, 'retire_deadline_days', 'none');
  const windows = (name: 'rotate' | 'retire') => windowsOf(layers, name);
  const deliver = said<Policy['deliver']>(below, 'deliver', undefined);
  const settings = {
    lookAheadDays: mapped(said(layers, 'before_next_run', '0d'), (text) => daysOf(text) ?? 0),
    retire,
    quietDays: said<number | undefined>(waiting, 'quiet_days', undefined),
    deadlineDays: mapped(deadline, (value) => (value === 'none' ? undefined : value)),
    holdDays: mapped(said<number | 'never'>(layers, 'hold_days', 'never'), (value) =>
      value === 'never' ? undefined : value,
    ),
    deliver:
      given === undefined
        ? mapped(deliver, (items) => items?.map((item) => readPlace(item, connections)))
        : { value: given, path: ['overrides', 'deliver'] },
    rotateWindows: windows('rotate'),
    retireWindows: windows('retire'),
    hooks: hooksIn(
      layers,
      retire.value === 'never' ? layers.slice(0, depthOf(layers, 'retire') + 1) : layers,
    ),
  };
  return { ...settings, ...thresholdOf(layers, settings) };
}

type Timing = Omit<Settings, 'daysThreshold' | 'promise'>;

/** The nearest of the two ways to say it. */
function thresholdOf(
  layers: readonly Layer[],
  timing: Timing,
): Pick<Settings, 'daysThreshold' | 'promise' | 'lookAheadDays'> {
  const { lookAheadDays } = timing;
  const layer = layers.find(
    ({ policy }) => policy.days_threshold !== undefined || policy.max_age_days !== undefined,
  );
  const maxAge = layer?.policy.max_age_days;
  if (layer === undefined || maxAge === undefined) {
    return { daysThreshold: said(layers, 'days_threshold', 90), promise: undefined, lookAheadDays };
  }
  const until = said<'deleted' | 'inactive' | undefined>(layers, 'max_age_until', undefined);
  const promise = promised(
    { value: maxAge, path: [...layer.path, 'max_age_days'] },
    { ...timing, until: until.value },
  );
  return {
    daysThreshold: { value: Math.max(1, promise.beginDays), path: promise.path },
    promise,
    // What the schedule takes is in the day already.
    lookAheadDays: { value: 0, path: lookAheadDays.path },
  };
}

function said<Value>(layers: readonly Layer[], key: keyof Policy, fallback: Value): Said<Value> {
  const layer = layers.find(({ policy }) => policy[key] !== undefined);
  if (layer === undefined) return { value: fallback, path: undefined };
  return { value: layer.policy[key] as Value, path: [...layer.path, key] };
}

function depthOf(layers: readonly Layer[], key: keyof Policy): number {
  return layers.findIndex(({ policy }) => policy[key] !== undefined);
}

function mapped<From, To>({ value, path }: Said<From>, map: (value: From) => To): Said<To> {
  return { value: map(value), path };
}

function windowsOf(
  layers: readonly Layer[],
  name: 'rotate' | 'retire',
): Said<readonly Window[] | undefined> {
  const layer = layers.find(({ policy }) => policy.windows?.[name] !== undefined);
  const texts = layer?.policy.windows?.[name];
  if (layer === undefined || texts === undefined) return { value: undefined, path: undefined };
  return {
    value: texts.flatMap((text) => readWindow(text) ?? []),
    path: [...layer.path, 'windows', name],
  };
}
