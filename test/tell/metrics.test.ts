// Metrics of a run, end to end.

import assert from 'node:assert/strict';
import { chmodSync, existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { rotateCommand } from '../../src/cli/rotate/command.ts';
import { IDLE, IN_USE, listener, runHere, seriesIn, telling, tellStage } from './stage.ts';

const PLAIN = telling('').replace('notify:\n  \n', '');
const ACCOUNT = '123456789012';

test('a run over an account counts its keys as it has left them', async (t) => {
  const { addUser, rotate, metrics, metricsPath, folder } = await tellStage(t);
  addUser({ name: 'svc-idle' }, IDLE);
  addUser({ name: 'svc-used' }, IN_USE);
  addUser({ name: 'svc-two' }, { ageDays: 400 }, { ageDays: 95 });
  addUser({ name: 'svc-young' }, { ageDays: 20 });
  const { code, stderr } = await rotate(PLAIN, ['--metrics', metricsPath]);
  assert.equal(code, 1, stderr);
  const text = metrics();
  const keys = (state: string) =>
    seriesIn(text, `keyturn_keys{account="${ACCOUNT}",state="${state}"}`);
  assert.deepEqual(
    ['current', 'due', 'overdue', 'in_grace', 'exempt', 'ungoverned', 'inactive'].map(keys),
    [4, 0, 2, 1, 0, 0, 1],
  );
  const of = (name: string, labels: string) => seriesIn(text, `keyturn_${name}{${labels}}`);
  assert.equal(of('key_age_seconds_count', `account="${ACCOUNT}"`), 7);
  assert.equal(of('last_run_rotations', `account="${ACCOUNT}",outcome="rotated"`), 2);
  assert.equal(of('last_run_rotations', `account="${ACCOUNT}",outcome="blocked"`), 1);
  assert.equal(of('last_run_key_changes', `account="${ACCOUNT}",change="created"`), 2);
  assert.equal(of('last_run_key_changes', `account="${ACCOUNT}",change="deactivated"`), 1);
  assert.equal(of('last_run_failures', 'code="two-active-keys"'), 1);
  assert.equal(of('last_run_failures', 'code="throttled"'), 0);
  assert.equal(of('last_run_calls', 'operation="CreateAccessKey"'), 2);
  assert.equal(seriesIn(text, 'keyturn_last_run_exit_code'), 1);
  // What waits for a person is no failure of the run.
  assert.ok((of('last_success_timestamp_seconds', `account="${ACCOUNT}"`) ?? 0) > 1_700_000_000);
  const oldest = of('oldest_key_created_timestamp_seconds', `account="${ACCOUNT}"`) ?? 0;
  assert.ok(Math.abs(Date.now() / 1000 - oldest - 400 * 86_400) < 3_600);
  // For a collector that is another user, whole, and nothing beside it.
  assert.equal(statSync(metricsPath).mode & 0o777, 0o644);
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('tmp-')),
    [],
  );
  assert.doesNotMatch(text, /svc-|AKIA|arn:/);
});

test('what a run does not count stays as it was counted', async (t) => {
  const { addUser, rotate, metrics, metricsPath, sandbox } = await tellStage(t);
  addUser({ name: 'svc-a' }, IDLE);
  addUser({ name: 'svc-b' }, { ageDays: 20 });
  const words = ['--metrics', metricsPath];
  assert.equal((await rotate(PLAIN, words)).code, 0);
  const before = metrics();
  const series = (text: string, name: string) =>
    text.split('\n').filter((line) => line.startsWith(name));
  assert.notDeepEqual(series(before, 'keyturn_last_success_timestamp_seconds{'), []);
  // One user alone: what the run did is told, and all keys as they were counted.
  assert.equal((await rotate(PLAIN, [...words, '--user', 'svc-b'])).code, 0);
  for (const name of [
    'keyturn_keys{',
    'keyturn_keys_counted',
    'keyturn_last_success',
    'keyturn_key_age',
  ]) {
    assert.deepEqual(series(metrics(), name), series(before, name));
  }
  // I11: an account that cannot be read is not one without keys.
  sandbox.faults.add({ operation: 'ListUsers', effect: { kind: 'access-denied' } });
  const denied = await rotate(PLAIN, [...words, '--inventory', 'scan']);
  assert.notEqual(denied.code, 0);
  assert.deepEqual(series(metrics(), 'keyturn_keys{'), series(before, 'keyturn_keys{'));
  assert.deepEqual(
    series(metrics(), 'keyturn_last_success'),
    series(before, 'keyturn_last_success'),
  );
  assert.equal(seriesIn(metrics(), 'keyturn_last_run_exit_code'), denied.code);
});

test('a dry run counts where it is asked to, and leaves alone what the last run did', async (t) => {
  const { addUser, rotate, metrics, metricsPath } = await tellStage(t);
  addUser({ name: 'svc-a' }, IDLE);
  const configured = `${PLAIN}metrics: {file: ${metricsPath}}\n`;
  assert.equal((await rotate(configured, ['--dry-run'])).code, 0);
  assert.equal(existsSync(metricsPath), false);
  assert.equal((await rotate(configured, ['--dry-run', '--metrics', metricsPath])).code, 0);
  assert.equal(seriesIn(metrics(), `keyturn_keys{account="${ACCOUNT}",state="overdue"}`), 1);
  assert.equal(seriesIn(metrics(), 'keyturn_last_run_exit_code'), undefined);
  assert.equal((await rotate(configured)).code, 0);
  assert.equal(seriesIn(metrics(), `keyturn_keys{account="${ACCOUNT}",state="overdue"}`), 0);
  const ran = seriesIn(metrics(), 'keyturn_last_run_timestamp_seconds');
  assert.equal((await rotate(configured, ['--dry-run', '--metrics', metricsPath])).code, 0);
  assert.equal(seriesIn(metrics(), 'keyturn_last_run_timestamp_seconds'), ran);
});

test('all accounts together have one series, and the two ways are never in one file', async (t) => {
  const { addUser, rotate, metrics, metricsPath } = await tellStage(t);
  addUser({ name: 'svc-a' }, { ageDays: 20 });
  assert.equal((await rotate(PLAIN, ['--metrics', metricsPath])).code, 0);
  const words = ['--metrics', metricsPath, '--metrics-accounts', 'none'];
  assert.equal((await rotate(PLAIN, words)).code, 0);
  assert.equal(seriesIn(metrics(), 'keyturn_keys{account="all",state="current"}'), 2);
  assert.doesNotMatch(metrics(), new RegExp(ACCOUNT));
});

test('metrics that cannot be written are a warning', async (t) => {
  const { addUser, rotate, folder } = await tellStage(t);
  addUser({ name: 'svc-a' }, { ageDays: 20 });
  const foreign = join(folder, 'node.prom');
  writeFileSync(foreign, 'node_load1 0.5\n');
  const link = join(folder, 'link.prom');
  symlinkSync(foreign, link);
  const rows = [
    [join(folder, 'gone', 'keyturn.prom'), /it does not exist/],
    [foreign, /another file has that name/],
    [link, /another file has that name|symbolic link/],
  ] as const;
  for (const [path, why] of rows) {
    const { code, stderr, report } = await rotate(PLAIN, ['--metrics', path]);
    assert.equal(code, 0, stderr);
    assert.equal(report.summary.keys_examined, 2);
    assert.match(stderr, /metrics could not be written/);
    assert.match(stderr, why);
  }
});

test('a name that the collector does not read is refused before AWS is asked', async (t) => {
  const { env, sandbox } = await tellStage(t);
  const flag = await runHere(rotateCommand(), ['--metrics', '/tmp/keyturn.txt'], env);
  assert.equal(flag.code, 2);
  assert.match(flag.stderr, /--metrics takes a file whose name ends in \.prom/);
  const variable = await runHere(rotateCommand(), [], { ...env, KEYTURN_METRICS: 'x' });
  assert.equal(variable.code, 2);
  assert.match(variable.stderr, /KEYTURN_METRICS takes a file/);
  assert.equal(sandbox.requests.list().length, 0);
});

test('a run that fails before it begins says so too', async (t) => {
  const { env, metrics, metricsPath, folder } = await tellStage(t);
  const state = join(folder, 'open');
  writeFileSync(state, '');
  chmodSync(state, 0o600);
  const words = ['--metrics', metricsPath, '--state', `${state}/state`];
  const { code } = await runHere(rotateCommand(), words, env);
  assert.equal(code, 3);
  assert.equal(seriesIn(metrics(), 'keyturn_last_run_exit_code'), 3);
});

test('OpenTelemetry: sent where it is asked for, with what the environment says', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  addUser({ name: 'svc-a' }, IDLE);
  const collector = await listener(t, [
    { status: 503, headers: { 'retry-after': '1' } },
    { body: { partialSuccess: { rejectedDataPoints: '2', errorMessage: 'too old' } } },
  ]);
  Object.assign(env, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20only-for-this-test,x-scope=keys',
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
  // An endpoint alone may be there for other programs.
  assert.equal((await rotate(PLAIN, ['--dry-run'])).code, 0);
  assert.equal(collector.asked.length, 0);
  Object.assign(env, { OTEL_METRICS_EXPORTER: 'otlp' });
  const { code, stderr, stdout } = await rotate(PLAIN);
  assert.equal(code, 0, stderr);
  assert.equal(collector.asked.length, 2);
  const [, call] = collector.asked;
  assert.equal(call?.path, '/v1/metrics');
  assert.equal(call?.headers.authorization, 'Bearer only-for-this-test');
  assert.equal(call?.headers['x-scope'], 'keys');
  const [{ resource, scopeMetrics }] = JSON.parse(call?.body ?? '').resourceMetrics;
  const attributes = Object.fromEntries(
    resource.attributes.map(({ key, value }: { key: string; value: { stringValue: string } }) => [
      key,
      value.stringValue,
    ]),
  );
  assert.equal(attributes['service.name'], 'keyturn');
  assert.equal(attributes['deployment.environment'], 'test');
  const names = scopeMetrics[0].metrics.map(({ name }: { name: string }) => name);
  assert.ok(names.includes('keyturn.keys') && names.includes('keyturn.key.age'));
  assert.match(stderr, /metrics were not taken as they are.*2 points were refused: too old/);
  assert.ok(!`${stdout}${stderr}`.includes('only-for-this-test'));
});

test('OpenTelemetry: a collector that hangs, or is somebody else, changes nothing', async (t) => {
  const { addUser, rotate, env } = await tellStage(t);
  addUser({ name: 'svc-a' }, { ageDays: 20 });
  const collector = await listener(t, [{ instead: 'hang' }]);
  const configured = `${PLAIN}metrics:\n  otlp: {endpoint: "${collector.url}", timeout_s: 1}\n`;
  const { code, stderr } = await rotate(configured);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /metrics could not be written/);
  Object.assign(env, {
    OTEL_METRICS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://169.254.169.254',
  });
  const other = await rotate(PLAIN);
  assert.equal(other.code, 0);
  assert.match(other.stderr, /an address at which no collector is/);
});
