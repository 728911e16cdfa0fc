// `keyctl -l`, and `-k` without a profile: what the files say. AWS is not asked.

import { buildKeyctlReport, type KeyctlStart } from '../../app/keyctl/build-keyctl-report.ts';
import type { Session } from '../run.ts';
import type { KeyctlOptions } from './options.ts';
import { reportJson, reportText } from './output.ts';
import type { KeyctlParts } from './parts.ts';

export async function listFiles(
  session: Session,
  options: KeyctlOptions,
  order: 'list' | 'list-files',
  parts: KeyctlParts,
): Promise<number> {
  const { host, voice } = session;
  const { credentialsFile } = options;
  const found = await parts.listProfiles({ credentialsFile }, host);
  const { credentialsPath, profiles, faults = [] } = found;
  const start: KeyctlStart = {
    command: order === 'list' ? 'list' : 'list-keys',
    dryRun: false,
    profile: undefined,
    authProfile: undefined,
    credentialsFile,
    startedAt: host.clock.now(),
  };
  const result = { kind: 'profiles', credentialsPath, profiles } as const;
  // What is wrong with a file is said first: the list holds what the AWS SDK makes of it all the same.
  const [fault] = faults;
  const report = buildKeyctlReport(start, { result }, fault);
  for (const each of faults) voice.error(each);
  await host.stdout.write(options.json ? reportJson(report) : reportText(host, report));
  return fault?.exitCode ?? 0;
}
