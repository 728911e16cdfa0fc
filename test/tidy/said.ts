// Flags that a configuration has a key for: hints of what both run name the one that there is.

import type { Fault, SourceFile } from './files.ts';

/** Rooms whose errors are met with and without a configuration. */
const ROOMS = /^src\/(?:lifecycle|engine|destinations|aws|credentials-file)\//;

/** Commands that read no configuration speak of flags alone. */
const BY_FLAGS_ALONE = ['src/engine/deliver-also.ts', 'src/engine/deliver-words.ts'];

const FLAGS = [
  ...['create-missing', 'create-kms-key', 'create-tags', 'deliver', 'cleanup-inactive'],
  ...['inactive-days', 'days-threshold', 'before-next-run', 'retire', 'quiet-days'],
  ...['retire-deadline-days', 'organization', 'external-id', 'exclude-accounts', 'role-name'],
].join('|');

const FLAG = new RegExp(`--(?:${FLAGS})(?![\\w-])`);

/** Comments may speak of what they like, and what is said for flags alone has its name before it. */
const FREE = /^\s*(?:\/\/|\/?\*)|byFlag/;

export function saidFaults({ path, text }: SourceFile): Fault[] {
  if (!ROOMS.test(path) || /\.test\.ts$/.test(path) || BY_FLAGS_ALONE.includes(path)) return [];
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const isFree = FREE.test(line) || /byFlag:$/.test(lines[index - 1] ?? '');
    if (isFree || !FLAG.test(line)) return [];
    const remedy = 'a run with a configuration has no such flag: src/base/settings-words.ts';
    return [{ path, line: index + 1, rule: 'said', remedy }];
  });
}
