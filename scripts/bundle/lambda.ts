// `npm run bundle:lambda`: the function as AWS Lambda takes it, pure JavaScript for arm64 and x86 alike.
//
//   node dist/scripts/bundle/lambda.js          writes dist/lambda/keyturn/ and dist/lambda/keyturn.zip
//
//   index.js         the handler index.handler, CommonJS in one file
//   package.json     says that it is CommonJS, whatever folder it is put into
//   licenses.txt, sbom.cdx.json   of everything that is in it
//
// A configuration that is to be in the package is put beside index.js before it is zipped.

import './node-20-12.ts';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { ScriptError } from '../support/script-error.ts';
import { COMMON_INPUT, modulesOf, ROOT, VERSION } from './settings.ts';
import { licensesText, packagesIn, sbomJson } from './third-party.ts';
import { zipOf } from './zip.ts';

const OUT = join(ROOT, 'dist', 'lambda');
/** What a schedule of uploads and cold starts bears; Lambda itself takes 50 MB. */
const ZIP_BYTES_MAX = 5_000_000;

/** Where the zip was written. */
export async function buildLambda(): Promise<string> {
  const files = await lambdaFiles();
  const folder = join(OUT, 'keyturn');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const zip = zipOf(files);
  if (zip.length > ZIP_BYTES_MAX) {
    throw new ScriptError(`the zip has ${zip.length} bytes, and ${ZIP_BYTES_MAX} are meant`);
  }
  const path = join(OUT, 'keyturn.zip');
  writeFileSync(path, zip);
  return path;
}

/** The files of the package, by name. */
export async function lambdaFiles(): Promise<Readonly<Record<string, string>>> {
  const bundle = await rolldown({ ...COMMON_INPUT, input: 'src/entry/lambda.ts' });
  const result = await bundle.generate({
    file: join(OUT, 'keyturn', 'index.js'),
    format: 'cjs',
    codeSplitting: false,
    sourcemap: false,
    postBanner: `// keyturn ${VERSION}, for AWS Lambda. Made by \`npm run bundle:lambda\`.`,
    // Functions keep their names in stack traces.
    minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: true },
  });
  await bundle.close();
  const [chunk] = result.output;
  const packages = packagesIn(modulesOf(result));
  const manifest = { name: 'keyturn-lambda', version: VERSION, private: true, type: 'commonjs' };
  return {
    'index.js': chunk.code,
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    'licenses.txt': licensesText(packages),
    'sbom.cdx.json': sbomJson(packages),
  };
}
