// An executable as a release has it: under all three names, with the licences of what is in it and its bill of
// materials.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, VERSION } from '../bundle/settings.ts';
import { zipOf } from '../bundle/zip.ts';
import { ScriptError } from '../support/script-error.ts';
import { archiveName } from './archive-name.ts';
import type { Built } from './build.ts';
import { OTHER_NAMES } from './other-names.ts';
import { type TarEntry, tarGzOf } from './tar.ts';
import type { Target } from './targets.ts';

interface Origin {
  readonly target: Target;
  /** The Node that is in it. */
  readonly node: string;
  /** Where the archive goes. */
  readonly folder: string;
}

/** Returns the path of the archive. */
export async function packExecutable(built: Built, origin: Origin): Promise<string> {
  const { target, folder } = origin;
  const path = join(folder, archiveName(target, VERSION));
  const texts = textsOf(built, origin);
  const program = readFileSync(built.path);
  writeFileSync(path, target.format === 'pe' ? zipped(program, texts) : tarred(program, texts));
  return path;
}

type Texts = Readonly<Record<string, string>>;

/** Links, which cost nothing. */
function tarred(program: Buffer, texts: Texts): Buffer {
  const entries: TarEntry[] = [
    { name: 'keyturn', bytes: program, mode: 0o755 },
    ...OTHER_NAMES.map((name) => ({ name, linkTo: 'keyturn' })),
    ...Object.entries(texts).map(([name, text]) => ({ name, bytes: Buffer.from(text) })),
  ];
  const top = `keyturn-${VERSION}`;
  return tarGzOf(entries.map((entry) => ({ ...entry, name: `${top}/${entry.name}` })));
}

/** Windows lets few people make links, so the other names are scripts of one line. */
function zipped(program: Buffer, texts: Texts): Buffer {
  const scripts = OTHER_NAMES.map((name) => [`${name}.cmd`, `@"%~dp0keyturn.exe" ${name} %*\r\n`]);
  return zipOf({ 'keyturn.exe': program, ...Object.fromEntries(scripts), ...texts });
}

function textsOf({ nodeVersion }: Built, { node }: Origin): Texts {
  const manual = join(ROOT, 'man');
  const pages = existsSync(manual) ? readdirSync(manual).filter((name) => name.endsWith('.1')) : [];
  return {
    LICENSE: readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    'licenses.txt': readFileSync(join(ROOT, 'dist', 'licenses.txt'), 'utf8'),
    'licenses-node.txt': nodeLicense(node),
    'sbom.cdx.json': withNode(nodeVersion),
    ...Object.fromEntries(
      pages.map((name) => [`man/${name}`, readFileSync(join(manual, name), 'utf8')]),
    ),
  };
}

/** Node's own archives have it above the folder of the program, or beside it for Windows. */
function nodeLicense(node: string): string {
  const folder = dirname(node);
  const path = [join(folder, 'LICENSE'), join(folder, '..', 'LICENSE')].find(existsSync);
  if (path !== undefined) return readFileSync(path, 'utf8');
  throw new ScriptError(
    `there is no LICENSE of Node beside ${node}, and an archive must have it; take the Node of nodejs.org`,
  );
}

/** The bill of materials of the package, and the Node that is there besides. */
function withNode(version: string): string {
  const sbom = JSON.parse(readFileSync(join(ROOT, 'dist', 'sbom.cdx.json'), 'utf8'));
  const purl = `pkg:generic/node@${version}`;
  const node = {
    type: 'platform',
    'bom-ref': purl,
    name: 'node',
    version,
    purl,
    licenses: [{ license: { name: 'Node.js' } }],
  };
  return `${JSON.stringify({ ...sbom, components: [...sbom.components, node] }, null, 2)}\n`;
}
