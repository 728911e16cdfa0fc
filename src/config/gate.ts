// What a run may begin now: freezes and maintenance windows. Both are about when a step begins; what is under
// way goes on to its end, and a secret always goes into custody.

import { dayAfter, instantOf, localTime } from './calendar.ts';
import type { Config } from './read-config.ts';
import type { Settings } from './settings.ts';
import { isOpen, nextOpening, type Window } from './window.ts';

/** `rotate`: a new key. `retire`: the end of an old one, its deletion too. */
export type Step = 'rotate' | 'retire';

export type GateVerdict =
  | { readonly kind: 'open' }
  | {
      readonly kind: 'frozen';
      readonly reason: string;
      /** The last day of the freeze. */
      readonly to: string;
      readonly opensAt: Date | undefined;
    }
  | { readonly kind: 'outside-window'; readonly opensAt: Date | undefined };

/** Whether the step may begin for a user of these settings; `opensAt` is when it may. */
export function mayBegin(
  step: Step,
  {
    config,
    settings,
  }: {
    readonly config: Config;
    readonly settings: Pick<Settings, 'rotateWindows' | 'retireWindows'>;
  },
  now: Date,
): GateVerdict {
  const windows = (step === 'rotate' ? settings.rotateWindows : settings.retireWindows).value;
  const freeze = freezeAt(config, now);
  if (freeze !== undefined) {
    return {
      kind: 'frozen',
      reason: freeze.reason,
      to: freeze.to,
      opensAt: opening(config, windows, now),
    };
  }
  if (windows === undefined || isOpen(windows, now, config.timeZone)) return { kind: 'open' };
  return { kind: 'outside-window', opensAt: opening(config, windows, now) };
}

/** The freeze of the day, both of its ends included. */
export function freezeAt({ model, timeZone }: Config, now: Date) {
  const { day } = localTime(now, timeZone);
  return model.freezes?.find(({ from, to }) => from <= day && day <= to);
}

/** More freezes that follow each other than anybody writes. */
const HOPS_MAX = 50;

function opening(
  config: Config,
  windows: readonly Window[] | undefined,
  now: Date,
): Date | undefined {
  const { timeZone } = config;
  let at = now;
  for (let hop = 0; hop < HOPS_MAX; hop += 1) {
    const freeze = freezeAt(config, at);
    if (freeze !== undefined) {
      at = instantOf(dayAfter(freeze.to, 1), 0, timeZone);
      continue;
    }
    if (windows === undefined || isOpen(windows, at, timeZone)) return at;
    const next = nextOpening(windows, at, timeZone);
    if (next === undefined) return undefined;
    at = next;
  }
  return undefined;
}
