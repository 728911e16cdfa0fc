// The beginning of the single-file executable. Node runs this one script of it; the chunks of dist/bin lie
// beside it as assets and are read from there as they are required, as from the disk in an installation.

import { createRequire, isBuiltin } from 'node:module';
import { getAsset } from 'node:sea';
import { compileFunction } from 'node:vm';
import { type Face, faceOf } from './face.ts';

type Exports = Record<Face, () => Promise<void>>;

const builtins = createRequire(process.execPath);
const loaded = new Map<string, { exports: unknown }>();

/** A part of Node, or `./name.cjs`, another chunk. */
function load(specifier: string): unknown {
  if (isBuiltin(specifier)) return builtins(specifier);
  // Anything else is an asset or not there: no folder beside the executable may become code of it.
  const name = specifier.replace('./', '');
  const known = loaded.get(name);
  if (known !== undefined) return known.exports;
  const module = { exports: {} as unknown };
  // Chunks may require each other in a circle, so what is being loaded counts as loaded.
  loaded.set(name, module);
  const run = compileFunction(getAsset(name, 'utf8'), ['exports', 'require', 'module'], {
    filename: name,
  });
  run.call(module.exports, module.exports, load, module);
  return module.exports;
}

void (load('./start.cjs') as Exports)[faceOf(process.argv0)]();
