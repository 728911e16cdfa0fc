// Where secrets belong (I8).

import { basename } from 'node:path';

/** Hand-off files; a credentials file, its backups, and what a dead writer left of it; files of variables. */
export function isPlaceOfSecrets(path: string): boolean {
  if (/(^|\/)\d{12}\/handoff\/[^/]+$/.test(path)) return true;
  const name = basename(path);
  return (
    /^credentials(\.backup\.\d{8}_\d{6}(_\d+)?)?$/.test(name) ||
    name.includes('.keyturn-tmp-') ||
    /\.env(\.previous)?$/.test(name)
  );
}

/** What rotate-iam-keys may print; whatever else holds a secret, leaks it. */
export function withoutPromisedSecrets(output: string): string {
  return output.replaceAll(/"new_secret_key": "[^"]*"?/g, '');
}
