// Files of variables as they are found below a folder: `.env`, `.env.production`, `live.env`.

import { isAbsolute, join } from 'node:path';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { Secret } from '../../base/secret.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';
import type { PairFields } from '../pair-fields.ts';
import { envFileAt, placeOfEnvFile } from './place.ts';

const IN_FOLDER = { flag: 'the folder', key: 'the folder' };

export const dotenvListing: PlaceListing = {
  takes: 'the absolute path of a folder, whose .env files are read, at any depth; or of one file',
  example: '/srv',
  needsScope: true,
  faultIn: (scope) =>
    (isAbsolute(scope) || scope.startsWith('~/')) && !/\p{Cc}/u.test(scope)
      ? undefined
      : 'it is no absolute path, and none below ~/',
  list: filesBelow,
};

async function* filesBelow(
  named: string,
  { files, home, signal }: Looking,
): AsyncGenerator<SeenPlace> {
  const root = named.startsWith('~/') && home !== undefined ? join(home, named.slice(2)) : named;
  const [{ envFilesBelow }, { linesOf, valueAt }, { readFileBytes }] = await Promise.all([
    import('./env-files.ts'),
    import('./document.ts'),
    import('../../credentials-file/regular-file.ts'),
  ]);
  for await (const found of envFilesBelow(root)) {
    signal.throwIfAborted();
    const { path } = found;
    if (found.error !== undefined) {
      yield { kind: 'unread', name: path, error: found.error };
      continue;
    }
    try {
      const bytes = await readFileBytes(files(path).fs, path, IN_FOLDER);
      if (bytes === undefined) continue;
      const text = bytes.toString('latin1');
      const variables = linesOf(text).map((line) => [line.name, valueAt(text, line)] as const);
      const fields = Object.fromEntries(variables);
      yield {
        kind: 'read',
        name: path,
        text: new Secret(JSON.stringify(fields)),
        deliverWith: (pair) => placeWith(path, pair),
      };
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      if (!(thrown instanceof KeyturnError)) throw thrown;
      yield { kind: 'unread', name: path, error };
    }
  }
}

/** Undefined for what no place could name. */
function placeWith(path: string, { id, secret }: PairFields): string | undefined {
  if (id.length > 1 || secret.length > 1) return undefined;
  const text = placeOfEnvFile({ path, pair: { form: 'halves', id: id[0], secret: secret[0] } });
  return envFileAt(text) === undefined ? undefined : text;
}
