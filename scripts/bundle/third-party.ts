// What a bundle holds that was written by others: their licences, and a bill of materials.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ScriptError } from '../support/script-error.ts';
import { packageJson, ROOT, VERSION } from './settings.ts';

export interface ThirdParty {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  /** Full text. */
  readonly text: string;
}

const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** The packages that the files belong to, by name. */
export function packagesIn(modules: readonly string[]): ThirdParty[] {
  const folders = modules.flatMap((path) => PACKAGE_FOLDER.exec(path)?.[0] ?? []);
  return [...new Set(folders)]
    .map(describe)
    .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

const key = ({ name, version }: ThirdParty): string => `${name}@${version}`;

function describe(folder: string): ThirdParty {
  const { name, version, license } = packageJson(join(ROOT, folder));
  if (license === undefined) throw new ScriptError(`${folder} names no licence`);
  const file = readdirSync(join(ROOT, folder)).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? textOf(license, folder) : read(join(folder, file));
  return { name, version, license, text };
}

/** Some packages name their licence and leave its text out. */
function textOf(license: string, folder: string): string {
  if (license !== 'Apache-2.0') throw new ScriptError(`${folder} has no licence file`);
  return read('node_modules/@aws-sdk/client-iam/LICENSE');
}

function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8').replaceAll('\r\n', '\n').trim();
}

/** Each licence text once, below the packages that have it. */
export function licensesText(packages: readonly ThirdParty[]): string {
  const byText = new Map<string, ThirdParty[]>();
  for (const each of packages) byText.set(each.text, [...(byText.get(each.text) ?? []), each]);
  const blocks = [...byText].map(([text, group]) =>
    [...group.map((each) => `${key(each)} (${each.license})`), '', text].join('\n'),
  );
  const head = `keyturn ${VERSION} (MIT), see LICENSE in its repository. It contains code of:`;
  return `${[head, ...blocks].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

/** CycloneDX. No time and no serial number: the same content is the same file. */
export function sbomJson(packages: readonly ThirdParty[]): string {
  const sbom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: component({ name: 'keyturn', version: VERSION, license: 'MIT' }) },
    components: packages.map(component),
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

function component({ name, version, license }: Omit<ThirdParty, 'text'>) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    licenses: [{ license: { id: license } }],
  };
}
