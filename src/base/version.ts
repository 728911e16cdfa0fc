// The version of this package, read once from its own package.json.

import { readFileSync } from 'node:fs';

/** The compiled file is dist/src/base/version.js, three folders below package.json. */
const packageJson = new URL('../../../package.json', import.meta.url);

export const VERSION: string = (
  JSON.parse(readFileSync(packageJson, 'utf8')) as { version: string }
).version;
