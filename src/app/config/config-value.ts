// The configuration as a value of a program. It becomes the text that it would be in a file, and is judged like
// one; what is wrong is told with the way to it (`config.rules[0].match`), since nobody sees lines.

import { readFile } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import type { ConfigFault, Path } from '../../config/fault.ts';
import { type Config, readConfig } from '../../config/read-config.ts';

const NAME = 'config';

/** Throws `bad-config`. */
export async function configFromValue(value: object, now: Date): Promise<Config> {
  const bytes = Buffer.from(textOf(value));
  const { config, faults } = await readConfig({ file: NAME, bytes }, { now, load });
  if (config !== undefined) return config;
  const errors = faults.filter(({ severity }) => severity === 'error');
  throw new KeyturnError('bad-config', errors.map(inWords).join('; '));
}

/** A configuration that was read from somewhere as a text; `name` is how messages call it. Throws `bad-config`. */
export async function configFromText(name: string, text: string, now: Date): Promise<Config> {
  const { config, faults } = await readConfig(
    { file: name, bytes: Buffer.from(text) },
    { now, load },
  );
  if (config !== undefined) return config;
  const errors = faults.filter(({ severity }) => severity === 'error');
  const told = errors.map(
    ({ file, line, column, message }) => `${file}:${line}:${column}: ${message}`,
  );
  throw new KeyturnError('bad-config', told.join('; '));
}

function textOf(value: object): string {
  try {
    return JSON.stringify(value, null, 2);
  } catch {
    throw new KeyturnError('bad-config', `${NAME} cannot be written as JSON`, {
      hint: 'it takes what stands in keyturn.yaml: texts, numbers, lists and objects',
    });
  }
}

function inWords({ path = [], message }: ConfigFault): string {
  return `${NAME}${wayOf(path)}: ${message}`;
}

function wayOf(path: Path): string {
  return path
    .map((part) =>
      typeof part === 'string' && /^[A-Za-z_]\w*$/.test(part)
        ? `.${part}`
        : `[${JSON.stringify(part)}]`,
    )
    .join('');
}

/** A value is in no folder. */
async function load(path: string) {
  if (!isAbsolute(path)) return { reason: 'a path in a value is absolute' };
  try {
    return { file: path, bytes: await readFile(path) };
  } catch (thrown) {
    return { reason: systemReason(thrown) };
  }
}
