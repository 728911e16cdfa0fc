// The executables as CommonJS, because Node starts a fifth faster without its loader of
// ES modules.

import './node-20-12.ts';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { COMMON_INPUT, modulesOf, ROOT } from './settings.ts';

const OUT = join(ROOT, 'dist', 'bin');
/** Which source files each chunk holds; written last, so it also tells when the build was. */
export const CHUNKS_FILE = join(OUT, 'chunks.json');

const ENTRY = 'src/entry/start.ts';

/** What a rotation loads whatever it is asked for, and all that these import: one file. */
const EVERY_ROTATION = [
  'src/app/rotate-account.ts',
  'src/app/custody-lasts.ts',
  'src/cli/rotate/run.ts',
  'src/reports/render-json.ts',
  'src/reports/render-text.ts',
  'src/state/files/file-store.ts',
  'src/state/files/index.ts',
];

/** What every call of AWS needs beside that. */
const GATEWAY = ['src/aws/sdk-gateway.ts'];

/** The modules that files import, and these in turn; imports that wait to be asked for are left out. */
interface Closures {
  readonly everyRotation: Set<string>;
  readonly gateway: Set<string>;
}

/** Each group takes along all that its members import; the rest is split as it is loaded. */
const groupsOf = ({ everyRotation, gateway }: Closures) => [
  { name: 'start', test: /[\\/]src[\\/]entry[\\/]start\.ts$/, priority: 5 },
  { name: 'engine', test: (id: string) => everyRotation.has(id), priority: 4 },
  { name: 'gateway', test: (id: string) => gateway.has(id), priority: 3 },
  { name: 'keyctl', test: /[\\/]src[\\/](?:app|cli)[\\/]keyctl[\\/]/, priority: 2 },
  {
    name: 'commands',
    test: /[\\/]src[\\/](?:(?:app(?![\\/](?:policy[\\/]|config[\\/]|report[\\/]))|engine|state|lifecycle|reports(?![\\/]key-report))[\\/]|cli[\\/][\w-]+-run\.ts$)/,
    priority: 1,
  },
  // Runs without a configuration do not load what reads one.
  { name: 'config', test: /[\\/]src[\\/](?:app[\\/])?config[\\/]/, priority: 0 },
];

/** Returns the source files that are in the result. */
export async function buildExecutables(): Promise<string[]> {
  const closures: Closures = { everyRotation: new Set(), gateway: new Set() };
  const bundle = await rolldown({
    ...COMMON_INPUT,
    input: { start: ENTRY },
    plugins: [...COMMON_INPUT.plugins, findClosures(closures)],
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
    codeSplitting: { groups: groupsOf(closures) },
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

/** Fills the closures once all modules are known. */
function findClosures({ everyRotation, gateway }: Closures): Plugin {
  return {
    name: 'closures',
    buildEnd() {
      const fill = (found: Set<string>, roots: readonly string[]): void => {
        const open = roots.map((path) => join(ROOT, path));
        for (const id of open) {
          if (this.getModuleInfo(id) === null) this.error(`${id} is not in the executables`);
        }
        for (let id = open.pop(); id !== undefined; id = open.pop()) {
          if (found.has(id)) continue;
          found.add(id);
          open.push(...(this.getModuleInfo(id)?.importedIds ?? []));
        }
      };
      fill(everyRotation, EVERY_ROTATION);
      fill(gateway, GATEWAY);
    },
  };
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
