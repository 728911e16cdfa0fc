// What every bundle has in common.

import { readFileSync } from 'node:fs';
import { join, normalize, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { OutputChunk, RolldownOutput, RolldownPluginOption } from 'rolldown';

/** Ends with a slash. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export const VERSION: string = packageJson(ROOT).version;

export const COMMON_INPUT = {
  cwd: ROOT,
  platform: 'node' as const,
  // The AWS SDK's ES modules, of which only what is used is kept; `main` is one lump.
  resolve: { mainFields: ['module', 'main'] },
  plugins: [constantVersion(), withoutOptionalPackages()],
};

/** In a bundle there is no package.json at hand, and reading it at every start costs time. */
function constantVersion(): RolldownPluginOption {
  const path = join(ROOT, 'src', 'base', 'version.ts');
  const code = `export const VERSION = ${JSON.stringify(VERSION)};`;
  return {
    name: 'constant-version',
    load: (id) => (normalize(id) === path ? { code, moduleType: 'js' } : null),
  };
}

/** Asked for by what is bundled, which does without it when it is not there. */
const OPTIONAL_PACKAGES: ReadonlySet<string> = new Set(['supports-color']);
const ABSENT = '\0absent:';

/** They are not in a bundle, and what happens to lie in a folder above it must not become code of it. */
function withoutOptionalPackages(): RolldownPluginOption {
  const code = "throw Object.assign(new Error('not there'), { code: 'MODULE_NOT_FOUND' });";
  return {
    name: 'without-optional-packages',
    resolveId: (source) => (OPTIONAL_PACKAGES.has(source) ? `${ABSENT}${source}` : null),
    load: (id) => (id.startsWith(ABSENT) ? { code, moduleType: 'js' } : null),
  };
}

export function packageJson(folder: string): { name: string; version: string; license?: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** Files whose code ended up in the chunks, from the root of the repository, with slashes. */
export function modulesOf({ output }: RolldownOutput): string[] {
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk');
  const ids = chunks.flatMap(({ modules }) =>
    Object.entries(modules)
      .filter(([id, { renderedLength }]) => renderedLength > 0 && id.startsWith(ROOT))
      .map(([id]) => id.slice(ROOT.length).split(sep).join('/')),
  );
  return [...new Set(ids)].sort();
}
