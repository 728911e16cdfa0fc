// Names of backups, as documented: credentials.backup.YYYYMMDD_HHMMSS, in local time.

const PER_SECOND_MAX = 50;

/** Candidates in order; the later ones are for backups made within one second. */
export function* backupPaths(path: string, now: Date): Generator<string> {
  const date = [now.getFullYear(), now.getMonth() + 1, now.getDate()];
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()];
  const digits = (parts: number[]) => parts.map((part) => String(part).padStart(2, '0')).join('');
  const name = `${path}.backup.${digits(date)}_${digits(time)}`;
  yield name;
  for (let count = 2; count <= PER_SECOND_MAX; count += 1) yield `${name}_${count}`;
}
