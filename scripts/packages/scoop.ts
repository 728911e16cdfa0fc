// The manifest for a bucket of Scoop: the executable of the release, for Windows.

import { OTHER_NAMES } from '../executables/other-names.ts';
import { DESCRIPTION, downloadFor, LICENSE, type Release } from './release.ts';

/** The text of keyturn.json. */
export function manifestOf(release: Release): string {
  const { version, repository } = release;
  const { url, sha256 } = downloadFor(release, 'win-x64');
  const manifest = {
    version,
    description: DESCRIPTION,
    homepage: repository,
    license: LICENSE,
    architecture: { '64bit': { url, hash: sha256 } },
    // A shim starts the executable under the executable's own name, so the word says which command is meant.
    bin: ['keyturn.exe', ...OTHER_NAMES.map((name) => ['keyturn.exe', name, name])],
    checkver: { url: `${repository}/releases`, regex: 'releases/tag/v(\\d+\\.\\d+\\.\\d+)"' },
    autoupdate: {
      architecture: { '64bit': { url: url.replaceAll(version, '$version') } },
      hash: { url: '$baseurl/SHA256SUMS' },
    },
  };
  return `${JSON.stringify(manifest, null, 4)}\n`;
}
