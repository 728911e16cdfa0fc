// What one invocation is handed, and what all modes settle alike: flags, configuration, state.

import { openState } from '../app/open-state.ts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import type { EventSink } from '../base/events.ts';
import { newId } from '../base/new-id.ts';
import { parseFlags } from '../cli/flags/argv.ts';
import { regionOf } from '../cli/flags/surroundings.ts';
import { besideConfig } from '../cli/rotate/config-options.ts';
import { ROTATE_FLAGS } from '../cli/rotate/flags.ts';
import { type ResolvedOptions, settle, type Values } from '../cli/rotate/options.ts';
import { partsOfText, textOf } from '../config/place-item.ts';
import { placesIn } from '../config/places-in.ts';
import type { Config } from '../config/read-config.ts';
import { printsSecret } from '../destinations/kinds.ts';
import type { StateStore } from '../state/state-store.ts';
import { readConfiguration } from './configuration.ts';
import { type EventRead, type Fields, textField } from './fields.ts';
import { runIdOf } from './run-id.ts';

export interface Invocation {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where the package of the function is: paths are relative to it. */
  readonly cwd: string;
  readonly clock: Clock;
  readonly emit: EventSink;
  readonly remainingMs: () => number;
}

export interface Settled {
  readonly values: Values;
  readonly options: ResolvedOptions;
  readonly hasConfig: boolean;
  readonly run: string;
  /** Whether the event names the run, so that other invocations may share it. */
  readonly isRunShared: boolean;
}

/** Throws for whatever is wrong with the event or its configuration, with exit code 2. */
export async function settled({ own, args }: EventRead, invocation: Invocation): Promise<Settled> {
  const { env, cwd, clock } = invocation;
  const surroundings = { env, cwd, home: undefined };
  const values = parseFlags(ROTATE_FLAGS, args);
  const region = values.region ?? regionOf(env);
  const config = await readConfiguration(own, { ...surroundings, clock, region });
  const hasConfig = config !== undefined;
  refusePrinted(values.deliver ?? [], config);
  // Text, because what has no place is to stay in custody: a result is kept in histories and logs.
  const defaults = { outputFormat: 'text', timeoutSeconds: undefined, hasConfig } as const;
  const plain = settle(values, surroundings, defaults);
  const options = hasConfig
    ? besideConfig(config, { values, options: plain }, surroundings).options
    : plain;
  const named = textField(own, 'run', 'the name of a run');
  const run = named === undefined ? newId() : runIdOf(named);
  return { values, options, hasConfig, run, isRunShared: named !== undefined };
}

/** I8: a secret in the result would be in the histories of whoever asked. */
function refusePrinted(deliver: readonly string[], config: Config | undefined): void {
  const inConfig = config === undefined ? [] : placesIn(config.model);
  const texts = [...deliver, ...inConfig.map(({ item }) => textOf(item))];
  if (!texts.some((text) => printsSecret(partsOfText(text).kind))) return;
  throw new KeyturnError(
    'bad-value',
    'new secrets would be in the result of the function, which histories and logs keep',
    { hint: 'deliver to another place than stdout' },
  );
}

export async function stateOf(
  { options, run }: Pick<Settled, 'options' | 'run'>,
  { env, clock, emit }: Invocation,
): Promise<StateStore> {
  const { state, rotate, custody } = options;
  return await openState(state, { ...rotate, custody, env, clock, emit, run });
}

/** Nobody interrupts a function; its time is a limit of the run. */
export function neverStopped(): AbortSignal {
  return new AbortController().signal;
}

/** Whether the field is left out or true. Throws nothing: the field was judged. */
export function isWanted(own: Fields, name: string): boolean {
  return own[name] !== false;
}
