// `keyctl -l`, and `-k` without a profile: what the files say. AWS is not asked.

import { emptyReport, withProfiles } from '../app/keyctl/build-keyctl-report.ts';
import type { KeyctlOptions } from './keyctl-options.ts';
import { printReport } from './keyctl-output.ts';
import type { KeyctlParts } from './keyctl-parts.ts';
import type { Session } from './run.ts';

export async function listFiles(
  session: Session,
  options: KeyctlOptions,
  command: 'list' | 'list-keys',
  parts: KeyctlParts,
): Promise<number> {
  const { host } = session;
  const { credentialsFile } = options;
  const found = await parts.listProfiles({ credentialsFile }, host);
  const report = emptyReport({
    command,
    dryRun: false,
    profile: undefined,
    authProfile: undefined,
    credentialsFile,
    startedAt: host.clock.now(),
  });
  await printReport(
    host,
    withProfiles(report, found.credentialsPath, found.profiles),
    options.json,
  );
  return 0;
}
