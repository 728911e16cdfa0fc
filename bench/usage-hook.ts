// Loaded with --import into a measured process: writes what the process used when it ends.

import { writeFileSync } from 'node:fs';

/** The variable that names the file. */
export const USAGE_FILE = 'BENCH_USAGE_FILE';

export interface Usage {
  readonly userSeconds: number;
  readonly systemSeconds: number;
  readonly peakMegabytes: number;
}

process.on('exit', () => {
  const path = process.env[USAGE_FILE];
  if (path === undefined) return;
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage: Usage = {
    userSeconds: userCPUTime / 1e6,
    systemSeconds: systemCPUTime / 1e6,
    // Node gives kibibytes on every system.
    peakMegabytes: (maxRSS * 1024) / 1e6,
  };
  writeFileSync(path, JSON.stringify(usage));
});
