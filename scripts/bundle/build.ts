// `npm run build`, second half: the executables and the library as a few files, so that a command
// loads one file where it would load forty, and nothing that it does not need.
//
//   node dist/scripts/bundle/build.js
//
//   dist/bin/*.cjs       the executables, sharing chunks with the library
//   dist/lib, dist/types  the library
//   dist/licenses.txt    of everything that is in them
//   dist/sbom.cdx.json   the same as a bill of materials (CycloneDX)

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildExecutables } from './executables.ts';
import { writeLibrary } from './library.ts';
import { ROOT } from './settings.ts';
import { licensesText, packagesIn, sbomJson } from './third-party.ts';

const modules = await buildExecutables();
writeLibrary();
const packages = packagesIn(modules);
writeFileSync(join(ROOT, 'dist', 'licenses.txt'), licensesText(packages));
writeFileSync(join(ROOT, 'dist', 'sbom.cdx.json'), sbomJson(packages));
