// `keyturn audit export`: the audit trails for other systems.

import { demandWhole, shownLines } from '../../../app/audit/trails.ts';
import { openState } from '../../../app/open-state.ts';
import { exported } from '../../../reports/audit-export.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import { formerState } from '../../flags/former-state.ts';
import { helpWidth } from '../../flags/help.ts';
import type { Session } from '../../run.ts';
import { reachOfState } from '../state/flags.ts';
import { AUDIT_EXPORT_FLAGS, auditExportHelp, sinceOf } from './flags.ts';

/** What is written at once. */
const BATCH_LINES = 500;

export async function runAuditExport({ host }: Session, args: readonly string[]): Promise<number> {
  const { stdout, clock } = host;
  if (isAskedFor(AUDIT_EXPORT_FLAGS, args, 'help')) {
    await stdout.write(auditExportHelp(helpWidth(stdout)));
    return 0;
  }
  const values = parseFlags(AUDIT_EXPORT_FLAGS, args);
  const { account, format = 'jsonl' } = values;
  const since = sinceOf(values.since, clock.now());
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  const asked = { account, since, user: undefined, keyId: undefined, run: undefined };
  let batch: string[] = [];
  for await (const line of shownLines(store, asked)) {
    batch.push(exported(line, format));
    if (batch.length < BATCH_LINES) continue;
    await stdout.write(`${batch.join('\n')}\n`);
    batch = [];
  }
  if (batch.length > 0) await stdout.write(`${batch.join('\n')}\n`);
  await demandWhole(store, account);
  return 0;
}
