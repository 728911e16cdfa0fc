// The shape of `hooks:` in a configuration: what is done, asked and watched around the rotations of a rule.

import { z } from 'zod';
import { isRegionName } from '../base/region-name.ts';
import { HOOK_TAKES } from './hooks-takes.ts';

function described<Schema extends z.ZodType>(key: string, schema: Schema): Schema {
  const takes = HOOK_TAKES[key];
  return takes === undefined ? schema : schema.meta({ description: `Takes ${takes}.` });
}

export const TIMEOUT_S_MAX = 3_600;
export const MINUTES_MAX = 1_440;
export const MINUTES_MIN = 0.05;
export const METHODS = ['GET', 'POST', 'PUT', 'PATCH'] as const;

const asked = {
  run: described('run', z.array(z.string().min(1)).min(1)).optional(),
  call: described('call', z.string().min(1)).optional(),
  method: described('method', z.enum(METHODS)).optional(),
  auth: described('auth', z.string().min(1)).optional(),
  timeout_s: described('timeout_s', z.int().min(1).max(TIMEOUT_S_MAX)).optional(),
};

const hook = z.strictObject({
  ...asked,
  retry: described('retry', z.boolean()).optional(),
});

const watch = z.strictObject({
  ...asked,
  alarm: described('alarm', z.string().min(1).max(255)).optional(),
  region: described('region', z.string().refine(isRegionName)).optional(),
  minutes: described('minutes', z.number().min(MINUTES_MIN).max(MINUTES_MAX)),
  every_s: described('every_s', z.int().min(1).max(TIMEOUT_S_MAX)).optional(),
});

/** `[]` says that there are none, whatever the defaults say. */
export const hooks = z.strictObject({
  after_deliver: described('after_deliver', z.array(hook)).optional(),
  before_retire: described('before_retire', z.array(hook)).optional(),
  after_retire: described('after_retire', z.array(watch)).optional(),
});

export type HookModel = z.infer<typeof hook>;
export type WatchModel = z.infer<typeof watch>;
