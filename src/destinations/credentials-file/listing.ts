// Profiles of a credentials file as they are found, each with the pair that it holds.

import { isAbsolute, join } from 'node:path';
import { Secret } from '../../base/secret.ts';
import type { Looking, PlaceListing, SeenPlace } from '../listing.ts';

const USUAL = '~/.aws/credentials';

export const credentialsFileListing: PlaceListing = {
  takes: `the path of a credentials file; nothing for ${USUAL}`,
  example: USUAL,
  faultIn: (scope) =>
    scope === '' || ((isAbsolute(scope) || scope.startsWith('~/')) && !/\p{Cc}/u.test(scope))
      ? undefined
      : 'it is no absolute path, and none below ~/',
  list: (scope, looking) => profilesIn(scope === '' ? USUAL : scope, looking),
};

async function* profilesIn(named: string, { files, home }: Looking): AsyncGenerator<SeenPlace> {
  const path = named.startsWith('~/') && home !== undefined ? join(home, named.slice(2)) : named;
  const [
    { parseDocument, settingsOf },
    { readFileBytes },
    { noFile },
    { KEY_ID, SECRET },
    { templateOfProfile },
  ] = await Promise.all([
    import('../../credentials-file/document.ts'),
    import('../../credentials-file/regular-file.ts'),
    import('./look.ts'),
    import('../../credentials-file/names.ts'),
    import('./template.ts'),
  ]);
  const bytes = await readFileBytes(files(path).fs, path);
  if (bytes === undefined) throw noFile(path);
  const document = parseDocument(bytes);
  for (const section of document.sections) {
    const settings = settingsOf(document, section);
    const of = (wanted: string) => settings.find(({ name }) => name === wanted)?.value;
    const [id, secret] = [of(KEY_ID), of(SECRET)];
    const { profile } = section;
    if (id === undefined) continue;
    const token = of('aws_session_token');
    const fields = {
      [KEY_ID]: id,
      ...(secret !== undefined && { [SECRET]: secret }),
      ...(token !== undefined && { aws_session_token: token }),
    };
    const name = templateOfProfile(path, profile);
    yield { kind: 'read', name, text: new Secret(JSON.stringify(fields)) };
  }
}
