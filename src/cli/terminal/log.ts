// Events become log lines. Text is for people and grep; JSON is one object per line.

import { isCounted } from '../../base/counted-events.ts';
import { type EngineEvent, EVENT_LEVELS, type LogLevel } from '../../base/events.ts';
import { printableJson } from '../../base/printable.ts';
import { fieldsOf, fieldsText, MESSAGES } from './messages.ts';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

const COLOUR: Readonly<Record<LogLevel, string>> = {
  debug: '\x1b[2m',
  info: '\x1b[36m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
};
const PLAIN = '\x1b[0m';

/** Whether an event is at this level or above it. */
export function isLogged(event: EngineEvent, level: LogLevel): boolean {
  if (isCounted(event)) return false;
  return RANK[EVENT_LEVELS[event.code]] >= RANK[level];
}

/** `2026-11-21T10:00:00Z INFO  key created user=svc-a new_key_id=AKIA…` */
export function textLine(event: EngineEvent, at: Date, colour: boolean): string {
  const level = EVENT_LEVELS[event.code];
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  const name = level.toUpperCase().padEnd(5);
  const shown = colour ? `${COLOUR[level]}${name}${PLAIN}` : name;
  return `${time} ${shown} ${MESSAGES[event.code]} ${fieldsText(fieldsOf(event))}`.trimEnd();
}

export function jsonLine(event: EngineEvent, at: Date): string {
  return printableJson({
    time: at.toISOString(),
    level: EVENT_LEVELS[event.code],
    code: event.code,
    message: MESSAGES[event.code],
    fields: fieldsOf(event),
  });
}
