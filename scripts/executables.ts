// `npm run executables`: keyturn as one file that needs no Node.
//
//   node dist/scripts/executables.js                                  for this machine, from the Node that runs it
//   node dist/scripts/executables.js --target win-x64 --node PATH     from a Node of that platform
//     --builder PATH   a Node of this machine and of the same version; the one that runs this, when it is
//     --out FOLDER     dist/executables/TARGET
//     --archive        packs it too, as a release has it: dist/executables/keyturn-VERSION-TARGET.tar.gz or .zip
//
// scripts/executables/download-node.ts fetches a Node and checks its sum.

import { statSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from './bundle/settings.ts';
import { packExecutable } from './executables/archive.ts';
import { buildExecutable, builderFor } from './executables/build.ts';
import { HERE, targetNamed } from './executables/targets.ts';
import { failingPlainly, ScriptError } from './support/script-error.ts';

const OUT = join(ROOT, 'dist', 'executables');

const OPTIONS = {
  target: { type: 'string' },
  node: { type: 'string' },
  builder: { type: 'string' },
  out: { type: 'string' },
  archive: { type: 'boolean', default: false },
} as const;

await failingPlainly('executables', async () => {
  const { values } = parseArgs({ options: OPTIONS });
  const target = values.target === undefined ? HERE : targetNamed(values.target);
  if (target === undefined)
    throw new ScriptError('name a --target: there is none for this machine');
  if (values.node === undefined && target !== HERE) {
    throw new ScriptError(`name a Node for ${target.name} with --node`);
  }
  const node = values.node ?? process.execPath;
  const builder = values.builder ?? builderFor(target, node);
  const out = values.out ?? join(OUT, target.name);
  const built = await buildExecutable({ target, node, builder, out });
  for (const remark of built.remarks) process.stderr.write(`executables: ${remark}\n`);
  tell(built.path);
  if (values.archive) tell(await packExecutable(built, { target, node, folder: OUT }));
});

function tell(path: string): void {
  process.stdout.write(`executables: wrote ${path}, ${Math.round(statSync(path).size / 1e6)} MB\n`);
}
