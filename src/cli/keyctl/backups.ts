// `keyctl backups`: the copies of the credentials file beside it, and the end of the old ones.

import type { KeyctlProgress } from '../../app/keyctl/build-keyctl-report.ts';
import { KeyturnError } from '../../base/errors.ts';
import { shellWords } from '../../base/shell-words.ts';
import { plural } from '../../reports/words.ts';
import { confirmed, declined } from './confirm.ts';
import { KEEP_DEFAULT } from './flags.ts';
import type { KeyctlOptions, KeyctlOrder } from './options.ts';
import { type StepContext, surroundingWords } from './step-context.ts';

type BackupsOrder = Extract<KeyctlOrder, { kind: 'backups' }>;

export async function listBackups(
  run: StepContext,
  { request: { prune, keep }, dryRun }: BackupsOrder,
): Promise<KeyctlProgress> {
  const { credentialsFile } = run.options;
  const found = await run.parts.openBackups({ credentialsFile, keep }, run.context);
  const paths = found.backups.filter((each) => each.staysBecause === undefined).map(pathOf);
  const pruneCommand = pruneCommandOf(run.options, keep);
  const result = { kind: 'backups', found, pruneCommand } as const;
  if (!prune || paths.length === 0) return { result: { ...result, deleted: [] } };
  if (dryRun) return { result: { ...result, deleted: paths } };
  const question = `Delete ${plural(paths.length, 'old backup')} of ${found.credentialsPath}?`;
  await agree(run, { question, pruneCommand });
  return { result: { ...result, deleted: await found.prune(paths) } };
}

function pathOf({ path }: { readonly path: string }): string {
  return path;
}

/** Throws where the person declines, and where nobody can be asked. */
async function agree(
  run: StepContext,
  { question, pruneCommand }: { readonly question: string; readonly pruneCommand: string },
): Promise<void> {
  const { ask, options } = run;
  if (options.yes) return;
  if (ask === undefined) {
    throw new KeyturnError('not-confirmed', 'there is no terminal to ask in, and no --yes', {
      hint: ['to delete the old backups:', { command: `${pruneCommand} --yes` }],
    });
  }
  if (!(await confirmed(run, ask, question, false))) throw declined();
}

function pruneCommandOf(options: KeyctlOptions, keep: number): string {
  const kept = keep === KEEP_DEFAULT ? [] : ['--keep', String(keep)];
  return shellWords(['keyctl', 'backups', '--prune', ...kept, ...surroundingWords(options)]);
}
