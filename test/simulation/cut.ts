// The simulation over a product from which one guard is cut out: a copy of the compiled code, in which the
// guard's own text gives way to another. For guards that no port leads to; whoever moves or rewrites one
// of them is told by the control that looks for it.

import { cpSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { simulate } from './simulate.ts';

export interface Cut {
  /** The module of `src/`, without its extension. */
  readonly module: string;
  /** The text of the guard as the compiler writes it; it stands in the module once. */
  readonly guard: string;
  readonly by: string;
}

type Simulate = typeof simulate;

/** From dist/test/simulation/. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FOLDERS = ['dist/src', 'dist/test/simulation', 'dist/test/state'];

/** Copies the code into the folder, which is empty, and loads the simulation from there. */
export async function simulationWithout(cuts: readonly Cut[], folder: string): Promise<Simulate> {
  for (const part of FOLDERS) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter: isCode });
  }
  cpSync(join(ROOT, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const cut of cuts) {
    const path = join(folder, 'dist/src', `${cut.module}.js`);
    writeFileSync(path, withoutGuard(readFileSync(path, 'utf8'), cut));
  }
  const entry = pathToFileURL(join(folder, 'dist/test/simulation/simulate.js'));
  const loaded: { readonly simulate: Simulate } = await import(entry.href);
  return loaded.simulate;
}

function isCode(path: string): boolean {
  if (statSync(path).isDirectory()) return true;
  return /(?<!\.test)\.js$/.test(basename(path));
}

function withoutGuard(code: string, { module, guard, by }: Cut): string {
  const count = code.split(guard).length - 1;
  if (count === 1) return code.replace(guard, () => by);
  throw new RangeError(`src/${module}.ts has the guard "${guard}" ${count} times, and not once`);
}
