// The executables as CommonJS, because Node starts a fifth faster without its loader of
// ES modules.

import './node-20-12.ts';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { COMMON_INPUT, modulesOf, ROOT } from './settings.ts';

const OUT = join(ROOT, 'dist', 'bin');
/** Which source files each chunk holds; written last, so it also tells when the build was. */
export const CHUNKS_FILE = join(OUT, 'chunks.json');

const ENTRY = 'src/entry/start.ts';

/** Each group takes along all that its members import; the rest is split as it is loaded. */
const GROUPS = [
  { name: 'start', test: /[\\/]src[\\/]entry[\\/]start\.ts$/, priority: 2 },
  {
    name: 'engine',
    test: /[\\/]src[\\/](?:(?:app(?![\\/](?:policy[\\/]|config[\\/]|report[\\/]))|engine|state|lifecycle|reports(?![\\/]key-report))[\\/]|cli[\\/][\w-]+-run\.ts$)/,
    priority: 1,
  },
  // Runs without a configuration do not load what reads one.
  { name: 'config', test: /[\\/]src[\\/](?:app[\\/])?config[\\/]/, priority: 0 },
];

/** Returns the source files that are in the result. */
export async function buildExecutables(): Promise<string[]> {
  const bundle = await rolldown({
    ...COMMON_INPUT,
    input: { start: ENTRY },
    // The entry is one file, and not a door to another one.
    preserveEntrySignatures: 'allow-extension',
    // start.ts wants it so.
    checks: { ineffectiveDynamicImport: false },
  });
  const result = await bundle.write({
    dir: OUT,
    cleanDir: true,
    format: 'cjs',
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    // In the single-file executable there is no loader of ES modules to ask.
    dynamicImportInCjs: false,
    codeSplitting: { groups: GROUPS },
    // Functions keep their names in stack traces.
    minify: { compress: true, mangle: { toplevel: true, keepNames: true }, codegen: true },
    sourcemap: false,
  });
  await bundle.close();
  const chunks = result.output.flatMap((part) =>
    part.type === 'chunk'
      ? [[part.fileName, modulesOf({ ...result, output: [part] })] as const]
      : [],
  );
  writeFileSync(CHUNKS_FILE, `${JSON.stringify(Object.fromEntries(chunks), null, 1)}\n`);
  return modulesOf(result);
}

/** Whether a source file is newer than the executables, as after `tsc` alone. */
export function isStale(): boolean {
  if (!existsSync(CHUNKS_FILE)) return true;
  const builtAtMs = statSync(CHUNKS_FILE).mtimeMs;
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return ['package.json', ...sources.map((path) => join('src', path))].some(
    (path) => statSync(join(ROOT, path)).mtimeMs > builtAtMs,
  );
}
