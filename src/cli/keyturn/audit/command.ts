// `keyturn audit VERB`: what was decided and done, line by line, and whether nobody has changed a line since.

import { closest } from '../../../base/closest.ts';
import { KeyturnError } from '../../../base/errors.ts';
import { command } from '../../../base/hint.ts';
import { isAskedFor, quoted } from '../../flags/argv.ts';
import { helpWidth } from '../../flags/help.ts';
import { ABOUT_FLAGS } from '../../rotate/flags.ts';
import type { Session } from '../../run.ts';
import { AUDIT_VERBS, auditHelp } from './flags.ts';

type Run = (session: Session, args: readonly string[]) => Promise<number>;

const RUNS: Readonly<Record<(typeof AUDIT_VERBS)[number], () => Promise<Run>>> = {
  verify: async () => (await import('./verify.ts')).runAuditVerify,
  show: async () => (await import('./show.ts')).runAuditShow,
  export: async () => (await import('./export.ts')).runAuditExport,
  checkpoint: async () => (await import('./checkpoint.ts')).runAuditCheckpoint,
  keygen: async () => (await import('./keygen.ts')).runAuditKeygen,
};

export async function runAudit(session: Session, args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === undefined || first.startsWith('-')) {
    if (isAskedFor(ABOUT_FLAGS, args, 'help')) {
      const { stdout } = session.host;
      await stdout.write(auditHelp(helpWidth(stdout)));
      return 0;
    }
    throw unknownVerb(first);
  }
  const verb = AUDIT_VERBS.find((known) => known === first);
  if (verb === undefined) throw unknownVerb(first);
  const run = await RUNS[verb]();
  return await run(session, rest);
}

function unknownVerb(word: string | undefined): KeyturnError {
  const near = word === undefined ? undefined : closest(word, AUDIT_VERBS);
  const said =
    word === undefined ? 'audit takes a command' : `unknown command ${quoted(`audit ${word}`)}`;
  return new KeyturnError('unknown-command', said, {
    hint:
      near === undefined
        ? [`it takes ${AUDIT_VERBS.join(', ')}:`, command('keyturn', 'audit', '--help')]
        : ['did you mean:', command('keyturn', 'audit', near)],
  });
}
