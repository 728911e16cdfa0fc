// `npm run bundle`: everything that `rotate-iam-keys` needs in one file, for Itential Gateway, which
// runs what is in the repository and installs nothing. So this one build is committed.
//
//   node dist/scripts/bundle/gateway.js            writes iag/keyturn.cjs and what goes with it
//   node dist/scripts/bundle/gateway.js --check    fails when they are not what the sources give

import './node-20-12.ts';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { COMMON_INPUT, modulesOf, ROOT, VERSION } from './settings.ts';
import { licensesText, packagesIn, sbomJson } from './third-party.ts';

const NAME = 'keyturn.cjs';

/** The same bytes from the same sources: no time, no machine, no path outside the repository. */
async function build(): Promise<Readonly<Record<string, string>>> {
  const bundle = await rolldown({ ...COMMON_INPUT, input: 'src/entry/gateway.ts' });
  const result = await bundle.generate({
    file: join(ROOT, 'iag', NAME),
    format: 'cjs',
    codeSplitting: false,
    sourcemap: true,
    // The map leads to the sources, which are in the repository and in the packages.
    sourcemapExcludeSources: true,
    postBanner: `// keyturn ${VERSION}, rotate-iam-keys for Itential Gateway. Made by \`npm run bundle\`.`,
    // White space only: names stay, so that a stack trace or a reader finds the source.
    minify: { compress: false, mangle: false, codegen: true },
  });
  await bundle.close();
  const [chunk] = result.output;
  const packages = packagesIn(modulesOf(result));
  return {
    [NAME]: chunk.code,
    [`${NAME}.map`]: `${JSON.stringify(chunk.map)}\n`,
    'keyturn.licenses.txt': licensesText(packages),
    'keyturn.sbom.cdx.json': sbomJson(packages),
  };
}

const isCheck = process.argv.includes('--check');
for (const [name, text] of Object.entries(await build())) {
  const path = join(ROOT, 'iag', name);
  if (!isCheck) {
    writeFileSync(path, text);
    process.stdout.write(`bundle: wrote iag/${name}, ${Math.round(text.length / 1000)} kB\n`);
  } else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    process.stderr.write(`bundle: iag/${name} is out of date; run npm run bundle and commit it\n`);
    process.exitCode = 1;
  }
}
