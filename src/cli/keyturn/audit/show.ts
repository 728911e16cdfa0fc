// `keyturn audit show [USER|KEY]`: lines of the audit trails for people, and as JSON.

import { demandWhole, type Shown, shownLines } from '../../../app/audit/trails.ts';
import { openState } from '../../../app/open-state.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { writtenKeyId } from '../../../base/key-id-text.ts';
import { printableJson } from '../../../base/printable.ts';
import type { TrailLine } from '../../../lifecycle/trail/line.ts';
import { renderAuditLines } from '../../../reports/audit-text.ts';
import { isAskedFor, parseCommandLine, quoted } from '../../flags/argv.ts';
import { formerState } from '../../flags/former-state.ts';
import { helpWidth } from '../../flags/help.ts';
import * as rule from '../../flags/value-rules.ts';
import type { Session } from '../../run.ts';
import { styleOf } from '../../terminal/style.ts';
import { reachOfState } from '../state/flags.ts';
import { AUDIT_SHOW_FLAGS, auditShowHelp, sinceOf } from './flags.ts';

export async function runAuditShow({ host }: Session, args: readonly string[]): Promise<number> {
  const { stdout, clock } = host;
  if (isAskedFor(AUDIT_SHOW_FLAGS, args, 'help')) {
    await stdout.write(auditShowHelp(helpWidth(stdout)));
    return 0;
  }
  const { values, words } = parseCommandLine(AUDIT_SHOW_FLAGS, args, 1);
  const { account, run } = values;
  const since = sinceOf(values.since, clock.now());
  const asked: Shown = { ...aboutOf(words[0]), account, run, since };
  const place = await formerState(values.stateDir, host);
  const store = await openState(place, reachOfState(values, host));
  const lines: TrailLine[] = [];
  for await (const { line } of shownLines(store, asked)) lines.push(line);
  const isAll = [asked.user, asked.keyId, account, run, since].every((each) => each === undefined);
  const page = () => renderAuditLines(lines, { place: store.where, isAll }, styleOf(stdout, host));
  const document = { state_dir: store.where, lines };
  await stdout.write(values.json ? `${printableJson(document, 2)}\n` : page());
  // A line that is not as it was written is none of them, and may be the one that was looked for.
  await demandWhole(store, account);
  return 0;
}

/** The IDs of long-term keys look like nobody's name. */
function aboutOf(word: string | undefined): Pick<Shown, 'user' | 'keyId'> {
  if (word === undefined) return { user: undefined, keyId: undefined };
  const keyId = writtenKeyId(word);
  if (keyId !== undefined) return { user: undefined, keyId };
  const user = rule.userName.read(word);
  if (user !== undefined) return { user, keyId: undefined };
  throw new KeyturnError('bad-value', `${quoted(word)} is no IAM user name and no access key ID`, {
    hint: ['name one of them:', command('keyturn', 'audit', 'show', 'svc-billing')],
  });
}
