// What a formula and a manifest are made from: a version, where its files lie, and their sums.

import { archiveName } from '../executables/archive-name.ts';
import { targetNamed } from '../executables/targets.ts';
import { ScriptError } from '../support/script-error.ts';

export const DESCRIPTION = 'Rotates AWS IAM access keys and never loses one';
export const LICENSE = 'MIT';

export interface Release {
  readonly version: string;
  /** The page of the repository, without a slash at the end. */
  readonly repository: string;
  readonly sums: ReadonlyMap<string, string>;
}

export interface Download {
  readonly url: string;
  readonly sha256: string;
}

/** The archive for a platform. */
export function downloadFor({ version, repository, sums }: Release, target: string): Download {
  const name = archiveName(targetNamed(target), version);
  const sha256 = sums.get(name);
  if (sha256 === undefined) throw new ScriptError(`the sums do not name ${name}`);
  return { url: `${repository}/releases/download/v${version}/${name}`, sha256 };
}
