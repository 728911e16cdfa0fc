// The configuration from the disk: the file that was named, and the file of exemptions that it names. What
// the two say is judged in src/config/.

import { readFile, realpath, stat } from 'node:fs/promises';
import { dirname, isAbsolute, join, sep } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import type { ConfigFault } from '../../config/fault.ts';
import { namesPrograms } from '../../config/hooks-settings.ts';
import { partsOfText, textOf } from '../../config/place-item.ts';
import { placesIn, policiesIn } from '../../config/places-in.ts';
import {
  type Config,
  type ConfigReading,
  type ConfigSource,
  readConfig,
} from '../../config/read-config.ts';
import { tellsByPrograms } from '../../config/tell-judge.ts';
import { COMMAND } from '../../destinations/command/place.ts';

/** A configuration that was asked for. */
export interface ConfigFile {
  /** Absolute. */
  readonly path: string;
  /** As the person named it, for messages. */
  readonly shown: string;
}

/** Errors and warnings, and the configuration where there is no error. Never throws for what a file may be. */
export async function readConfigFile(
  file: ConfigFile,
  now: Date,
  isUntrusted = false,
): Promise<ConfigReading> {
  const source = await load(file);
  if ('reason' in source) {
    const message = `the file cannot be read: ${source.reason}`;
    const fault = {
      file: file.shown,
      line: 1,
      column: 1,
      severity: 'error',
      code: 'unreadable',
    } as const;
    return { config: undefined, faults: [{ ...fault, message }] };
  }
  const reading = await readConfig(source, {
    now,
    load: async (path) => {
      const beside = {
        path: isAbsolute(path) ? path : join(dirname(file.path), path),
        shown: isAbsolute(path) ? path : join(dirname(file.shown), path),
      };
      const isOutside = isUntrusted && !(await isWithin(beside.path, dirname(file.path)));
      return isOutside ? { reason: OUTSIDE } : await load(beside);
    },
  });
  const fault = reading.config && (await openToOthers(reading.config, file));
  return fault === undefined ? reading : { config: undefined, faults: [...reading.faults, fault] };
}

const OUTSIDE = 'with --untrusted only files in the folder of the configuration are read';

/** Through all links: whoever wrote the file may have written links too. */
async function isWithin(path: string, folder: string): Promise<boolean> {
  try {
    const [file, around] = await Promise.all([realpath(path), realpath(folder)]);
    return file.startsWith(`${around}${sep}`);
  } catch {
    // What is not there is told as that.
    return true;
  }
}

/**
 * The configuration, for whoever is to act by it; of one that is not trusted, nothing outside of its folder is read.
 * Throws `bad-config`.
 */
export async function loadConfig(
  file: ConfigFile,
  now: Date,
  isUntrusted = false,
): Promise<Config> {
  return orRefuse(await readConfigFile(file, now, isUntrusted), file);
}

/** Throws `bad-config`. */
function orRefuse({ config, faults }: ConfigReading, file: Pick<ConfigFile, 'shown'>): Config {
  if (config !== undefined) return config;
  const errors = faults.filter(({ severity }) => severity === 'error');
  const [first, ...others] = errors;
  const where = first === undefined ? file.shown : `${first.file}:${first.line}:${first.column}`;
  const more = others.length === 0 ? '' : `; ${others.length} more`;
  throw new KeyturnError(
    'bad-config',
    `${where}: ${first?.message ?? 'it is no configuration'}${more}`,
    {
      hint: ['to see every mistake in its place:', command('keyturn', 'validate', file.shown)],
    },
  );
}

async function load({
  path,
  shown,
}: ConfigFile): Promise<ConfigSource | { readonly reason: string }> {
  try {
    const facts = await stat(path);
    if (!facts.isFile())
      return {
        reason: facts.isDirectory() ? 'it is a folder; name a file in it' : 'it is no regular file',
      };
    return { file: shown, bytes: await readFile(path) };
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    return { reason: REASONS[code] ?? code };
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'it is not readable for this user (EACCES)',
  ELOOP: 'its links lead in a circle (ELOOP)',
};

/** Whoever may write a file that names programs may run them: as with the configuration of ssh. */
async function openToOthers({ model }: Config, file: ConfigFile): Promise<ConfigFault | undefined> {
  const places = placesIn(model).map(({ item }) => textOf(item));
  const values = Object.values(model.connections ?? {}).flatMap((each) => Object.values(each));
  const runs =
    places.some((text) => partsOfText(text).kind === COMMAND) ||
    policiesIn(model).some(({ policy }) => namesPrograms(policy)) ||
    tellsByPrograms(model) ||
    [...places, ...values].some((text) => text?.includes('${command:') === true);
  if (!runs) return undefined;
  const { mode, uid, gid } = await stat(file.path);
  const isOpen = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && uid !== gid);
  if (!isOpen) return undefined;
  const message =
    'others may write this file, and it names programs to run; take the right to write from them (go-w)';
  return { file: file.shown, line: 1, column: 1, severity: 'error', code: 'unreadable', message };
}
