// keyturn explain: the rule that governs, the line of each value, and what may begin now.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { keyturnCommand } from '../../src/cli/keyturn/command.ts';
import { runCommand } from '../../src/cli/run.ts';
import { explainReportSchema } from '../../src/reports/explain-report.ts';
import { fakeHost } from '../cli/fake-host.ts';
import { ROOT } from '../support/structured-files.ts';
import { stageOf } from './stage.ts';

const SAMPLE = `${ROOT}examples/config/three-accounts/keyturn.yaml`;

async function explain(words: readonly string[]) {
  const host = fakeHost(['explain', ...words]);
  const code = await runCommand(keyturnCommand, host);
  return { code, out: host.out(), err: host.err() };
}

const offline = async (...words: string[]) => {
  const { code, out, err } = await explain([...words, '--config', SAMPLE, '--offline', '--json']);
  assert.equal(code, 0, err);
  return explainReportSchema.parse(JSON.parse(out));
};

test('without AWS: each value with the line that said it', async () => {
  const report = await offline('svc-x', '--account', '111122223333', '--tags', 'team=billing');
  assert.equal(report.rule?.name, 'billing');
  assert.deepEqual(
    report.passed_over.map(({ name }) => name),
    ['billing-old'],
  );
  const value = (key: string) => report.values.find((each) => each.key === key);
  assert.equal(value('max_age_days')?.value, '120 (begins at 38)');
  assert.equal(value('hold_days')?.value, '20');
  assert.equal(value('retire')?.at, null);
  assert.equal(value('windows.rotate')?.value, 'Mon-Thu 09:00-16:00');
  assert.deepEqual(report.places, [
    'secrets-manager us-east-1:billing/svc-x',
    'ssm us-east-1:/billing/svc-x',
  ]);
  // The clock of the test is on a Saturday.
  assert.equal(report.now?.rotate.open, false);
  assert.equal(report.now?.rotate.until, '2026-11-23T08:00:00.000Z');
});

test('an exemption of another file, an account that is not meant, a place that does not fit', async () => {
  const exempt = await offline('v', '--account', '777788889999', '--path', '/vendor/x/');
  assert.equal(exempt.verdict, 'exempt');
  assert.match(
    exempt.because,
    /vendor rotates \(CHG-4711\) \(procurement@acme\.example, .*exemptions\.yaml:4\)/,
  );
  const strange = await offline('v', '--account', '999999999999');
  assert.equal(strange.verdict, 'account-not-meant');
  const untagged = await offline('ci-web', '--account', '444455556666');
  assert.match(untagged.problem ?? '', /\{tag:repo\} has no value/);
});

test('for people', async () => {
  const { code, out } = await explain([
    'svc-x',
    '--config',
    SAMPLE,
    '--offline',
    '--account',
    '444455556666',
  ]);
  assert.equal(code, 0);
  assert.match(out, /^svc-x in account 444455556666$/m);
  assert.match(
    out,
    /^path \/ · groups none · tags none · password no \(as given, AWS was not asked\)$/m,
  );
  assert.match(out, /^rule everyone-else \(.*keyturn\.yaml:\d+\) governs$/m);
  assert.match(out, /^ {2}hold_days +30 +.*keyturn\.yaml:\d+$/m);
  assert.match(
    out,
    /^ {2}now: no new key is made \(outside its window, until 2026-11-23 08:00 UTC\)$/m,
  );
});

test('facts that would have no effect, and no user, are refused', async () => {
  const idle = await explain(['svc-x', '--config', SAMPLE, '--tags', 'a=b']);
  assert.equal(idle.code, 2);
  assert.match(idle.err, /--tags has no effect without --offline/);
  const nobody = await explain(['--config', SAMPLE]);
  assert.equal(nobody.code, 2);
  assert.match(nobody.err, /no user is named/);
});

test('with AWS: facts are read, and a user who is not there is an error', async (t) => {
  const { addUser, keyturn, config } = await stageOf(t);
  addUser({
    name: 'Svc-A',
    path: '/svc/',
    tags: { team: 'core' },
    groups: ['dev'],
    password: true,
  });
  await writeFile(
    config,
    'version: 1\nrules: [{name: core, match: {tag: {team: core}, group: dev, has_password: true}, deliver: [handoff]}]\n',
  );
  const { code, stdout, stderr } = await keyturn([
    'explain',
    'svc-a',
    '--config',
    config,
    '--json',
  ]);
  assert.equal(code, 0, stderr);
  const report = explainReportSchema.parse(JSON.parse(stdout));
  assert.equal(report.rule?.name, 'core');
  assert.deepEqual(report.facts, {
    from: 'aws',
    path: '/svc/',
    groups: ['dev'],
    tags: { team: 'core' },
    has_password: true,
  });
  const absent = await keyturn(['explain', 'nobody', '--config', config]);
  assert.equal(absent.code, 3);
  assert.match(absent.stderr, /no IAM user nobody is in account/);
});

test('units and tags of an account are said; where the details are denied, one user is asked about', async (t) => {
  const { addUser, keyturn, config, sandbox } = await stageOf(t);
  addUser({ name: 'svc-a', path: '/svc/', tags: { team: 'core' }, groups: ['dev'] });
  await writeFile(
    config,
    `version: 1
accounts: {organization: true, groups: [{name: prod, match: {ou: Root/Prod/*, tag: {stage: prod}}, region: eu-west-1}]}
rules: [{name: core, match: {tag: {team: core}, group: d*, path: /svc/*}, deliver: ["ssm:base64=/x/{user}"]}]
`,
  );
  sandbox.faults.add({
    operation: 'GetAccountAuthorizationDetails',
    effect: { kind: 'error', code: 'AccessDenied', status: 403 },
  });
  const words = ['explain', 'svc-a', '--config', config, '--json'];
  const place = ['--account-ou', 'Root/Prod/Web', '--account-tags', 'stage=prod'];
  const { code, stdout, stderr } = await keyturn([...words, ...place]);
  assert.equal(code, 0, stderr);
  const report = explainReportSchema.parse(JSON.parse(stdout));
  assert.equal(report.rule?.name, 'core');
  assert.deepEqual(report.places, ['ssm:base64 eu-west-1:/x/svc-a']);
  const unknown = explainReportSchema.parse(JSON.parse((await keyturn(words)).stdout));
  assert.equal(unknown.verdict, 'account-not-meant');
  const nobody = await keyturn(['explain', 'nobody', '--config', config]);
  assert.equal(nobody.code, 3);
});
