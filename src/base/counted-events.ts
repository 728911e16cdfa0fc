// Events that are counted, and of which a run has too many to be told one by one.

import type { EngineEvent, EventCode } from './events.ts';

const COUNTED: ReadonlySet<EventCode> = new Set(['call-sent']);

export function isCounted({ code }: Pick<EngineEvent, 'code'>): boolean {
  return COUNTED.has(code);
}
