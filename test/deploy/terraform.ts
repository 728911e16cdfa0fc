// Terraform, where this machine has it together with the provider for AWS: nothing is fetched by a test.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where providers are kept for machines without a network: a folder that holds registry.terraform.io/. */
const VARIABLE = 'KEYTURN_TEST_TERRAFORM_PROVIDERS';
const USUAL = ['/usr/share', '/usr/local/share', '/opt'];

export interface Terraform {
  readonly run: (
    args: readonly string[],
    folder: string,
  ) => { status: number | null; told: string };
  readonly providers: string;
}

/** Or why there is none. */
export function findTerraform(): Terraform | string {
  const { status } = spawnSync('terraform', ['version'], { env: envOf(), encoding: 'utf8' });
  if (status !== 0) return 'terraform is not there';
  const providers = candidates().find((folder) =>
    existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws')),
  );
  if (providers === undefined) {
    return `the provider for AWS is not there: set ${VARIABLE} to a folder that terraform providers mirror has made`;
  }
  return {
    providers,
    run: (args, cwd) => {
      const ended = spawnSync('terraform', args, { cwd, env: envOf(), encoding: 'utf8' });
      return { status: ended.status, told: `${ended.stdout}${ended.stderr}` };
    },
  };
}

/** Fails unless what is in the folder is laid out as Terraform does it, and valid to the provider. */
export function demandTaken({ providers, run }: Terraform, folder: string): void {
  for (const args of [
    ['fmt', '-check', '-diff'],
    ['init', '-backend=false', '-input=false', `-plugin-dir=${providers}`],
    ['validate'],
  ]) {
    const { status, told } = run(args, folder);
    assert.equal(status, 0, `terraform ${args.join(' ')}: ${told}`);
  }
}

function candidates(): readonly string[] {
  const named = process.env[VARIABLE];
  return named === undefined ? USUAL.flatMap(foldersIn) : [named];
}

function foldersIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((name) => join(folder, name));
}

function envOf(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1', NO_COLOR: '1' };
}
