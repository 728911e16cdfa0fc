// `keyturn audit keygen`: a key that signs checkpoints.

import { writeSigningKey } from '../../../app/audit/checkpoints.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { newKeyTexts } from '../../../lifecycle/trail/note.ts';
import { isAskedFor, parseFlags } from '../../flags/argv.ts';
import { helpWidth } from '../../flags/help.ts';
import { absolute } from '../../flags/surroundings.ts';
import type { Session } from '../../run.ts';
import { AUDIT_KEYGEN_FLAGS, auditKeygenHelp } from './flags.ts';

export async function runAuditKeygen({ host }: Session, args: readonly string[]): Promise<number> {
  const { stdout } = host;
  if (isAskedFor(AUDIT_KEYGEN_FLAGS, args, 'help')) {
    await stdout.write(auditKeygenHelp(helpWidth(stdout)));
    return 0;
  }
  const { name = 'keyturn-audit', output } = parseFlags(AUDIT_KEYGEN_FLAGS, args);
  if (output === undefined) {
    throw new KeyturnError('bad-value', 'a signing key goes into a file, and none is named', {
      hint: ['name one:', command('keyturn', 'audit', 'keygen', '--output', 'audit.key')],
    });
  }
  const { signing, verifying } = newKeyTexts(name);
  await writeSigningKey(absolute(output, host), signing);
  await stdout.write(`${verifying}\n`);
  return 0;
}
