// Where secrets belong (I8).

import { basename } from 'node:path';

const declared = new Set<string>();

/** A file that this test delivers to: its path is the test's own choice, so its name tells nothing. */
export function declarePlace(path: string): void {
  declared.add(path);
}

/**
 * Hand-off files; a credentials file, its backups, and what a dead writer left of it; files of variables; where an
 * operator has asked for a secret.
 */
export function isPlaceOfSecrets(path: string): boolean {
  if (declared.has(path)) return true;
  if (/(^|\/)\d{12}\/handoff\/[^/]+$/.test(path)) return true;
  const name = basename(path);
  return (
    /^credentials(\.backup\.\d{8}_\d{6}(_\d+)?)?$/.test(name) ||
    name.includes('.keyturn-tmp-') ||
    /\.env(\.previous)?$/.test(name) ||
    /^secret-of-[\w-]+(\.json)?$/.test(name)
  );
}

/** What rotate-iam-keys may print; whatever else holds a secret, leaks it. */
export function withoutPromisedSecrets(output: string): string {
  return output.replaceAll(/"new_secret_key": "[^"]*"?/g, '');
}
