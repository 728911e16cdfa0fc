// Which configuration a command works by: the flag, then the environment, then (where a command looks for one)
// a file of the usual name in the working directory.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigFile } from '../../app/config/config-file.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import type { Flag } from './flag.ts';
import { absolute, type Surroundings } from './surroundings.ts';
import * as rule from './value-rules.ts';

export const CONFIG_NAMES = ['keyturn.yaml', 'keyturn.yml', 'keyturn.json'] as const;

export const CONFIG_VARIABLE = 'KEYTURN_CONFIG';

export const CONFIG_FLAG = {
  names: ['config'],
  rule: rule.path,
  group: 'The configuration',
  about: 'The file that says which keys live where, and what becomes of them.',
  fallback: `${CONFIG_VARIABLE}, else keyturn.yaml, keyturn.yml or keyturn.json in the working directory`,
} as const satisfies Flag<string>;

/** The file that was asked for; undefined where nobody did. */
export function askedConfig(
  flag: string | undefined,
  surroundings: Surroundings,
): ConfigFile | undefined {
  const shown = flag ?? (surroundings.env[CONFIG_VARIABLE] || undefined);
  return shown === undefined ? undefined : { shown, path: absolute(shown, surroundings) };
}

/** The same, or the one of the working directory. Throws `no-config` where there is none, or more than one. */
export function foundConfig(flag: string | undefined, surroundings: Surroundings): ConfigFile {
  const asked = askedConfig(flag, surroundings);
  if (asked !== undefined) return asked;
  const here =
    surroundings.cwd === ''
      ? []
      : CONFIG_NAMES.filter((name) => existsSync(join(surroundings.cwd, name)));
  const [first, second] = here;
  if (first !== undefined && second === undefined) {
    return { shown: first, path: absolute(first, surroundings) };
  }
  if (first !== undefined) {
    throw new KeyturnError(
      'no-config',
      `${here.join(' and ')} are both here, and either could be meant`,
      {
        hint: 'keep one of them, or name it with --config',
      },
    );
  }
  throw new KeyturnError(
    'no-config',
    `no configuration is named, and none of ${CONFIG_NAMES.join(', ')} is here`,
    {
      hint: [
        `name a file, set ${CONFIG_VARIABLE}, or go to the folder that has it; where there is none yet, this drafts one from what is there:`,
        command('keyturn', 'init'),
      ],
    },
  );
}
