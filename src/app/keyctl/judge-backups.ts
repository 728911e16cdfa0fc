// Which backups of a credentials file are no longer needed. Pure: the same files, journal and number always
// give the same verdicts.

import type { KeyPair } from '../../credentials-file/edit.ts';
import type { BackupFile } from './backup-files.ts';

export interface BackupFacts {
  /** The newest first. */
  readonly backups: readonly BackupFile[];
  /** So many of the newest stay. */
  readonly keep: number;
  /** Pairs that are elsewhere: in the credentials file itself. */
  readonly elsewhere: readonly KeyPair[];
  /** Whether a rotation may still need the key: to go on, or to be undone. */
  readonly isNeeded: (keyId: string) => boolean;
}

export interface JudgedBackup {
  readonly backup: BackupFile;
  /** Undefined where nothing speaks for it; else a sentence. */
  readonly staysBecause: string | undefined;
}

/**
 * Of a secret that is needed and nowhere else, the newest copy stays, however old. A backup that stays keeps
 * the others from having to.
 */
export function judgeBackups({ backups, keep, elsewhere, isNeeded }: BackupFacts): JudgedBackup[] {
  const kept = new Set(elsewhere.map(nameOf));
  const stays = (backup: BackupFile, staysBecause: string): JudgedBackup => {
    for (const pair of backup.pairs) kept.add(nameOf(pair));
    return { backup, staysBecause };
  };
  return backups.map((backup, index) => {
    if (index < keep) return stays(backup, `one of the newest ${keep}`);
    if (!backup.isUnderstood) return stays(backup, 'what it holds cannot be read');
    const only = backup.pairs.find((pair) => isNeeded(pair.id) && !kept.has(nameOf(pair)));
    if (only === undefined) return { backup, staysBecause: undefined };
    return stays(backup, `the only copy of the secret of ${only.id}, which a rotation may need`);
  });
}

/** An ID with another secret is another pair. */
function nameOf({ id, secret }: KeyPair): string {
  return `${id} ${secret.reveal()}`;
}
