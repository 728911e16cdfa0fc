// `keyctl -l`, and `-k` without a profile: what the files say. AWS is not asked.

import { buildKeyctlReport } from '../../app/keyctl/build-keyctl-report.ts';
import type { Session } from '../run.ts';
import type { KeyctlOptions } from './options.ts';
import { reportJson, reportText } from './output.ts';
import type { KeyctlParts } from './parts.ts';

export async function listFiles(
  session: Session,
  options: KeyctlOptions,
  command: 'list' | 'list-keys',
  parts: KeyctlParts,
): Promise<number> {
  const { host } = session;
  const { credentialsFile } = options;
  const found = await parts.listProfiles({ credentialsFile }, host);
  const { credentialsPath, profiles } = found;
  const start = {
    command,
    dryRun: false,
    profile: undefined,
    authProfile: undefined,
    credentialsFile,
    startedAt: host.clock.now(),
  };
  const result = { kind: 'profiles', credentialsPath, profiles } as const;
  const report = buildKeyctlReport(start, { result });
  await host.stdout.write(options.json ? reportJson(report) : reportText(host, report));
  return 0;
}
