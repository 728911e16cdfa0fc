// Commands that a person runs for one answer say little beside it: warnings and failures.

import type { Surroundings } from '../../flags/surroundings.ts';
import { type LogOptions, resolveLog, type Values } from '../../rotate/options.ts';

export function quietLog(
  values: Pick<Values, 'logFormat' | 'logLevel' | 'logFile'>,
  surroundings: Surroundings,
): LogOptions {
  return { ...resolveLog(values, surroundings), level: values.logLevel ?? 'warn' };
}
