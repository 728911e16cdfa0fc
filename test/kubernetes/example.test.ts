import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readDelivery } from '../../src/app/read-delivery.ts';
import { yamlOf } from '../support/structured-files.ts';

const objects = yamlOf('examples/kubernetes/deliver-to-secrets.yml') as {
  kind: string;
  metadata: { name: string; namespace?: string };
}[];

const find = <Shape>(kind: string) =>
  objects.find((each) => each.kind === kind) as unknown as Shape;

it('the example writes Secrets that its Role names, with the token of its account', () => {
  const { spec } = find<{
    spec: { jobTemplate: { spec: { template: { spec: Pod } } } };
  }>('CronJob');
  const { containers, serviceAccountName, automountServiceAccountToken } =
    spec.jobTemplate.spec.template.spec;
  assert.equal(automountServiceAccountToken, true);
  const { subjects, roleRef } = find<Binding>('RoleBinding');
  assert.equal(subjects[0]?.name, serviceAccountName);
  const { metadata, rules } = find<Role>('Role');
  assert.equal(roleRef.name, metadata.name);
  assert.deepEqual(
    rules.map(({ verbs }) => verbs),
    [
      ['get', 'patch'],
      ['get', 'patch'],
    ],
  );
  const deliver = containers[0]?.args.find((each) => each.startsWith('--deliver=')) ?? '';
  const { kind, template } = readDelivery(
    deliver.slice('--deliver='.length),
    undefined,
    '--deliver',
  );
  assert.equal(kind, 'kubernetes');
  assert.equal(template, `in-cluster/${metadata.namespace}/{user}?restart=deployment/{user}`);
});

interface Pod {
  readonly serviceAccountName: string;
  readonly automountServiceAccountToken: boolean;
  readonly containers: readonly { readonly args: readonly string[] }[];
}

interface Binding {
  readonly subjects: readonly { readonly name: string }[];
  readonly roleRef: { readonly name: string };
}

interface Role {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly rules: readonly { readonly verbs: readonly string[] }[];
}
