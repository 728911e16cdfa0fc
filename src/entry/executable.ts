// The beginning of the single-file executable. Node runs this one script of it; the chunks of dist/bin lie
// beside it as assets and are read from there as they are required, as from the disk in an installation.

import { createRequire } from 'node:module';
import { getAsset } from 'node:sea';
import { compileFunction } from 'node:vm';
import { type Face, faceOf } from './face.ts';

type Exports = Record<Face, () => Promise<void>>;

const builtins = createRequire(process.execPath);
const loaded = new Map<string, { exports: unknown }>();

/** `./name.cjs` of another chunk, or a part of Node. */
function load(specifier: string): unknown {
  if (!specifier.startsWith('./')) return builtins(specifier);
  const name = specifier.slice(2);
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
