import type { Target } from './targets.ts';

/** The name of the archive with the executable for a platform. */
export function archiveName({ name, format }: Target, version: string): string {
  return `keyturn-${version}-${name}.${format === 'pe' ? 'zip' : 'tar.gz'}`;
}
