// Fetches the Node that an executable is made from, checks its sum, and prints where it is.
//
//   node scripts/download-node.ts --target win-x64
//     --version 24.22.3   the one that releases have
//     --out FOLDER        dist/nodes

import { parseArgs } from 'node:util';
import { downloadNode, NODE_RELEASES, NODE_VERSION } from './executables/node-release.ts';
import { targetNamed } from './executables/targets.ts';
import { failingPlainly } from './support/script-error.ts';

const OPTIONS = {
  target: { type: 'string', default: '' },
  version: { type: 'string', default: NODE_VERSION },
  from: { type: 'string', default: NODE_RELEASES },
  out: { type: 'string', default: 'dist/nodes' },
} as const;

await failingPlainly('download-node', async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const { version, from, out: folder } = values;
  const path = await downloadNode({ target: targetNamed(values.target), version, from, folder });
  process.stdout.write(`${path}\n`);
});
