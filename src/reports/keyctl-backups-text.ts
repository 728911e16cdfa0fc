// The page of `keyctl backups`.

import type { KeyctlReport } from './keyctl-report.ts';
import type { Page } from './page.ts';
import { plural } from './words.ts';

type Backup = NonNullable<KeyctlReport['backups']>[number];

export function backupsPage(report: KeyctlReport, backups: readonly Backup[], page: Page): string {
  const { paint, wrap, table } = page;
  const file = report.credentials_file ?? '';
  if (backups.length === 0) return wrap('', `No backups beside ${file}.`);
  const title = `${plural(backups.length, 'backup')} beside ${file}, with ${plural(secretsIn(backups), 'secret')}`;
  return [
    paint('bold', wrap('', title)),
    table(
      ['BACKUP', 'KEYS', ''],
      backups.map((each) => [nameOf(each, file), keysOf(each), remark(each, report)]),
    ),
    ...conclusion(report, backups, page),
  ].join('\n');
}

/** Beside the file they are told by what follows its name. */
function nameOf({ path }: Backup, file: string): string {
  return path.startsWith(`${file}.`) ? path.slice(file.length + 1) : path;
}

function keysOf({ access_key_ids: ids }: Backup): string {
  const [first = 'none', ...others] = ids;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function remark({ deleted, deletable, why }: Backup, { dry_run: dryRun }: KeyctlReport): string {
  if (deleted) return dryRun ? 'would be deleted' : 'deleted';
  return deletable ? 'old' : `stays: ${why}`;
}

function conclusion(
  report: KeyctlReport,
  backups: readonly Backup[],
  { paint, wrap, withCommand }: Page,
): string[] {
  if (report.dry_run) return [paint('dim', 'Dry run: nothing was changed.')];
  const deleted = backups.filter((each) => each.deleted);
  if (deleted.length > 0) return [wrap('', `${plural(deleted.length, 'backup')} deleted.`)];
  const old = backups.filter(({ deletable }) => deletable).length;
  if (old === 0) return [wrap('', 'None of them is old.')];
  const command = report.prune_command ?? 'keyctl backups --prune';
  return [withCommand(`To delete ${old === 1 ? 'the old one' : `the ${old} old ones`}:`, command)];
}

/** Keys, each counted once: a secret is in many backups. */
function secretsIn(backups: readonly Backup[]): number {
  return new Set(backups.flatMap(({ access_key_ids: ids }) => ids)).size;
}
