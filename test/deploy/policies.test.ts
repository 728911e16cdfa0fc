// What `keyturn policy` prints for tools that make stacks: cfn-lint, which knows the actions and shapes of IAM, takes it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { faultsOf, skipsCfnLint } from './cfn-lint.ts';
import { demandTaken, findTerraform } from './terraform.ts';

const CALLER = 'arn:aws:iam::123456789012:user/rotator';
const WHERE = ['--state', 'dynamodb:keyturn@us-east-1', '--region', 'us-east-1'];
const PLACES = [
  ...['--deliver', 'secrets-manager=app/{user}', '--deliver', 'ssm=/app/{user}'],
  ...['--create-missing'],
];
const MEMBERS = ['--organization', '--external-id', 'of-rotation'];

const PRINTED: readonly (readonly string[])[] = [
  ['self-service'],
  ['admin'],
  ['fleet', ...WHERE, ...PLACES],
  ['fleet', ...WHERE, ...PLACES, '--custody', 'secrets-manager=keyturn/custody'],
  ['organization', ...WHERE, ...PLACES, ...MEMBERS],
  ['organization', ...WHERE, ...PLACES, ...MEMBERS, '--for', 'role', '--caller', CALLER],
  ['state', ...WHERE],
];

async function printed(words: readonly string[], format: string): Promise<string> {
  const host = fakeHost(['policy', ...words, '--format', format], {});
  const code = await runCommand(keyturnCommand, host);
  assert.equal(code, 0, host.err());
  return host.out();
}

const terraform = findTerraform();

for (const words of PRINTED) {
  const line = `keyturn policy ${words.join(' ')}`;

  test(`cfn-lint has nothing against ${line}`, { skip: skipsCfnLint() }, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-policy-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'policy.json');
    const template = await printed(words, 'cloudformation');
    writeFileSync(path, template);
    assert.deepEqual(faultsOf(path), []);
    writeFileSync(path, template.replace('"Effect": "Allow"', '"Effect": "Alow"'));
    assert.notDeepEqual(faultsOf(path), [], 'a control');
  });

  test(`Terraform takes ${line}`, {
    skip: typeof terraform === 'string' && terraform,
  }, async (context) => {
    assert.ok(typeof terraform !== 'string');
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-policy-'));
    context.after(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'policy.tf'), await printed(words, 'terraform'));
    demandTaken(terraform, folder);
  });
}
