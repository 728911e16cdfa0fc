// What has to happen when a signal is aborted, where many wait for the same one.

type Entry = { readonly act: () => void };

const ENTRIES = new WeakMap<AbortSignal, Set<Entry>>();

/**
 * Calls once when the signal is aborted, and returns what keeps it from that. A signal itself looks through all
 * its listeners for each that is added or removed, so it gets one for all who wait.
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  const entries = ENTRIES.get(signal) ?? listenedTo(signal);
  const entry = { act };
  entries.add(entry);
  return () => void entries.delete(entry);
}

function listenedTo(signal: AbortSignal): Set<Entry> {
  const entries = new Set<Entry>();
  ENTRIES.set(signal, entries);
  const actAll = (): void => {
    const waiting = [...entries];
    entries.clear();
    for (const { act } of waiting) act();
  };
  signal.addEventListener('abort', actAll, { once: true });
  return entries;
}
