// A stop that lets what is under way come to its end: for work of several parts, of which each should be
// done or not begun.

import { setMaxListeners } from 'node:events';

export interface PatientSignal {
  /** Aborted together with the other signal until the work begins, and never after that. */
  readonly signal: AbortSignal;
  /** From now on whoever begins a part has to ask the other signal. */
  begin(): void;
}

export function patientSignal(stop: AbortSignal): PatientSignal {
  const own = new AbortController();
  // Every call and every wait under way listens; Node's warning about a leak would be a false one.
  setMaxListeners(0, own.signal);
  const follow = () => own.abort(stop.reason);
  if (stop.aborted) follow();
  stop.addEventListener('abort', follow, { once: true });
  return { signal: own.signal, begin: () => stop.removeEventListener('abort', follow) };
}
