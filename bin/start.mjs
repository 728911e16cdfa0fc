// Starts an executable of the build. Without a build it says how to make one.

import { existsSync } from 'node:fs';

export async function start(program) {
  const entry = new URL(`../dist/src/cli/${program}.js`, import.meta.url);
  if (existsSync(entry)) {
    const { main } = await import(entry.href);
    await main();
    return;
  }
  process.stderr.write(`${program}: error: this checkout is not built yet\n`);
  process.stderr.write(`${program}: hint: run npm ci && npm run build\n`);
  process.exitCode = 3;
}
