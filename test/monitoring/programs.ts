// The programs of Prometheus, as a distribution installs them.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = {
  prometheus: 'prometheus',
  promtool: 'promtool',
  nodeExporter: 'prometheus-node-exporter',
} as const;

type Name = keyof typeof NAMES;

export interface Installed {
  readonly path: (name: Name) => string;
  readonly missing: readonly string[];
}

export function installed(): Installed {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const find = (name: Name) =>
    folders.map((folder) => join(folder, NAMES[name])).find((path) => existsSync(path));
  const missing = (Object.keys(NAMES) as Name[]).filter((name) => find(name) === undefined);
  return { path: (name) => find(name) ?? NAMES[name], missing: missing.map((name) => NAMES[name]) };
}
