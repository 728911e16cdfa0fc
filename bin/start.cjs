// Starts an executable of the build. Without a build it says how to make one.

'use strict';

const { existsSync } = require('node:fs');
const { enableCompileCache } = require('node:module');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');

module.exports = (program, main) => {
  const entry = join(__dirname, '..', 'dist', 'bin', 'start.cjs');
  if (existsSync(entry)) {
    const folder = cacheFolder(process.env);
    // Node 22.1 and newer keep what they have compiled; that is a third of the way to --help.
    if (folder !== undefined) enableCompileCache?.(folder);
    optimizeLate();
    return require(entry)[main]();
  }
  process.stderr.write(`${program}: error: this checkout is not built yet\n`);
  process.stderr.write(`${program}: hint: run npm ci && npm run build\n`);
  process.exitCode = 3;
};

/**
 * The V8 of Node 20 makes machine code of whatever has run for a moment, on threads of its own, and few of our
 * runs last long enough to earn that back: it takes a tenth of their CPU. So it begins seven times later. Newer
 * versions count otherwise, have a cheaper step in between, and do not know the word.
 */
function optimizeLate() {
  const [major] = process.versions.node.split('.');
  if (Number(major) < 22) setFlagsFromString('--interrupt-budget=1000000');
}

/**
 * Compiled code is as powerful as code, so it is kept where only this user writes: not in Node's own
 * place below /tmp, and not by root, whose HOME may still be somebody else's.
 */
function cacheFolder({ NODE_COMPILE_CACHE, XDG_CACHE_HOME, LOCALAPPDATA, HOME }) {
  if (NODE_COMPILE_CACHE) return NODE_COMPILE_CACHE;
  if (process.getuid?.() === 0) return undefined;
  const base =
    process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME || (HOME && join(HOME, '.cache'));
  return base ? join(base, 'keyturn', 'compiled') : undefined;
}
