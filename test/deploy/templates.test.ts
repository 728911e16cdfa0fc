// What deploy/ ships: templates that their own linters take, one state machine in both, and no right that keyturn policy
// does not name.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { policyDocument } from '../../src/app/policy/named-policies.ts';
import { tableTemplate } from '../../src/state/dynamodb/template.ts';
import { ROOT, textOf } from '../support/structured-files.ts';
import { faultsOf, skipsCfnLint } from './cfn-lint.ts';
import { demandTaken, findTerraform } from './terraform.ts';

const DEFINITION = 'deploy/aws/state-machine.asl.tftpl';
const TEMPLATES = ['deploy/aws/keyturn.yaml', 'deploy/aws/member-role.yaml'];
const MODULE = 'deploy/aws/terraform';

/** What stands in the place of the words in braces. */
const FILLED: Readonly<Record<string, string>> = {
  partition: 'aws',
  function_arn: 'arn:aws:lambda:us-east-1:123456789012:function:keyturn',
  topic_arn: 'arn:aws:sns:us-east-1:123456789012:keyturn',
  max_concurrency: '10',
  tolerated_failure_percentage: '10',
};

function filled(text: string): string {
  return text.replaceAll(/\$\{([a-z_]+)\}/g, (word, name: string) => FILLED[name] ?? word);
}

interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string }[];
  readonly Catch?: readonly { readonly Next: string }[];
  readonly ItemProcessor?: Machine;
}

interface Machine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

test('what is kept in state outlives its stack: the tables, the key, and the alias by which runs find the key', () => {
  const own = tableTemplate(
    { table: 'keyturn', region: undefined },
    { custodyTable: 'keyturn-custody', keyId: 'alias/keyturn' },
  );
  for (const text of [own, textOf('deploy/aws/keyturn.yaml')]) {
    const kept = text
      .split(/\n(?= {2}\w+:\n)/)
      .filter((part) => /Type: AWS::(?:DynamoDB::Table|KMS::(?:Key|Alias))\n/.test(part));
    assert.equal(kept.length, 4);
    for (const part of kept) assert.match(part, /DeletionPolicy: Retain\n/);
  }
});

/** Names that lead nowhere, and states to which nothing leads. */
function dangling({ StartAt: start, States: states }: Machine): readonly string[] {
  const named = Object.values(states).flatMap((state) =>
    [
      state.Next,
      state.Default,
      ...(state.Choices ?? []).map(({ Next }) => Next),
      ...(state.Catch ?? []).map(({ Next }) => Next),
    ].filter((name) => name !== undefined),
  );
  const reached = new Set([start, ...named]);
  const inner = Object.values(states).flatMap(({ ItemProcessor: machine }) =>
    machine === undefined ? [] : dangling(machine),
  );
  const lost = [...reached].filter((name) => states[name] === undefined);
  return [...lost, ...Object.keys(states).filter((name) => !reached.has(name)), ...inner];
}

test('the state machine is JSON once it is filled, and every state leads somewhere', () => {
  const machine = JSON.parse(filled(textOf(DEFINITION))) as Machine;
  assert.deepEqual(dangling(machine), []);
  assert.deepEqual(
    dangling({ StartAt: 'a', States: { a: { Type: 'Pass', Next: 'b' }, c: { Type: 'Succeed' } } }),
    ['b', 'c'],
  );
});

for (const path of TEMPLATES) {
  test(`cfn-lint has nothing against ${path}`, { skip: skipsCfnLint() }, (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-template-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const copy = join(folder, 'template.yaml');
    // cfn-lint reads the state machine too, once it is JSON.
    const template = textOf(path).replace(
      /(DefinitionString: \|\n)([\s\S]*?)(\n +# definition: end)/,
      (_, begin: string, definition: string, end: string) => `${begin}${filled(definition)}${end}`,
    );
    writeFileSync(copy, template);
    assert.deepEqual(faultsOf(copy), []);
    writeFileSync(copy, template.replace('AWS::IAM::Role', 'AWS::IAM::Rule'));
    assert.notDeepEqual(faultsOf(copy), [], 'a control');
  });
}

const terraform = findTerraform();

test('Terraform takes the module', {
  skip: typeof terraform === 'string' && terraform,
}, (context) => {
  assert.ok(typeof terraform !== 'string');
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-module-'));
  context.after(() => rmSync(folder, { recursive: true }));
  // The module reads the state machine beside its folder.
  cpSync(join(ROOT, 'deploy/aws'), folder, { recursive: true });
  const module = join(folder, 'terraform');
  demandTaken(terraform, module);
});

test('roles allow what keyturn policy names, and no other call of IAM', () => {
  const named = (name: 'fleet' | 'organization') =>
    policyDocument(name)
      .Statement.flatMap(({ Action: actions }) => actions)
      .toSorted();
  const files = [...TEMPLATES, `${MODULE}/function.tf`];
  for (const path of files) {
    const asked = readFileSync(join(ROOT, path), 'utf8').matchAll(
      /\b(?:iam|organizations):[A-Z]\w+/g,
    );
    const found = [...new Set([...asked].map(([action]) => action))].toSorted();
    const wanted = named(path.includes('member-role') ? 'fleet' : 'organization');
    assert.deepEqual(
      found,
      wanted.filter((action) => !action.startsWith('sts:')),
      path,
    );
  }
});
