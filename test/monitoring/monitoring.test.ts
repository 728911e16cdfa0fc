// Metrics, rules and dashboard before a real Prometheus with a node exporter: what they read, what fires, and
// whether each query of the dashboard has an answer.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: as it is written in the file

import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PANELS } from '../../scripts/monitoring/panels.ts';
import { startSandbox } from '../../src/sandbox/index.ts';
import { run } from '../cli/process.ts';
import { IDLE, IN_USE } from '../tell/stage.ts';
import { installed } from './programs.ts';

const DEPLOY = fileURLToPath(new URL('../../../deploy/monitoring', import.meta.url));
const ACCOUNT = '123456789012';
const { path, missing } = installed();
const skip = missing.length > 0 && `not installed: ${missing.join(', ')}`;

describe('metrics before a real Prometheus', { skip }, () => {
  let folder = '';
  let base = '';
  const started: ChildProcess[] = [];
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keyturn-monitoring-'));
    await mkdir(join(folder, 'textfile'));
    await makeMetrics(join(folder, 'textfile', 'keyturn.prom'));
    base = await startServers(folder, started);
  });
  after(async () => {
    for (const child of started) child.kill('SIGTERM');
    await Promise.all(started.map((child) => new Promise((ended) => child.once('exit', ended))));
    await rm(folder, { recursive: true, force: true });
  });

  it('promtool finds nothing to say about the metrics', async () => {
    const input = await readFile(join(folder, 'textfile', 'keyturn.prom'));
    const said = execFileSync(path('promtool'), ['check', 'metrics'], { input, stdio: 'pipe' });
    assert.equal(said.toString(), '');
  });

  it('promtool accepts the rules, and they say what their tests want', () => {
    const promtool = (words: readonly string[]) =>
      execFileSync(path('promtool'), words, { cwd: DEPLOY, stdio: 'pipe' }).toString();
    assert.match(promtool(['check', 'rules', 'keyturn-alerts.yml']), /SUCCESS: 5 rules found/);
    assert.match(promtool(['test', 'rules', 'keyturn-alerts.test.yml']), /SUCCESS/);
  });

  it('the collector takes the file, and the alert of the overdue key fires', async () => {
    await until(async () => (await ask(base, 'keyturn_build_info')).length > 0);
    assert.deepEqual(valuesOf(await ask(base, 'node_textfile_scrape_error')), [0]);
    const alerts = await until(async () => {
      const found = await firing(base);
      return found.some(({ alertname }) => alertname === 'KeyturnKeyOverdue') && found;
    });
    const [overdue] = alerts.filter(({ alertname }) => alertname === 'KeyturnKeyOverdue');
    assert.equal(overdue?.account, ACCOUNT);
    const names = alerts.map(({ alertname }) => alertname);
    assert.ok(!names.includes('KeyturnMetricsAbsent') && !names.includes('KeyturnTextfileBroken'));
  });

  it('each query of the dashboard has an answer, and its panels do not overlap', async () => {
    const dashboard = JSON.parse(await readFile(join(DEPLOY, 'keyturn-dashboard.json'), 'utf8'));
    assert.equal(dashboard.panels.length, PANELS.length);
    const ids = dashboard.panels.map(({ id }: { id: number }) => id);
    assert.equal(new Set(ids).size, ids.length);
    const cells = new Set<string>();
    for (const { gridPos, targets, datasource } of dashboard.panels) {
      assert.equal(datasource.uid, '${datasource}');
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          assert.ok(x < 24 && !cells.has(`${x} ${y}`), `two panels at ${x} ${y}`);
          cells.add(`${x} ${y}`);
        }
      }
      for (const { expr } of targets) {
        const answer = await ask(base, expr.replaceAll('$account', '.*'));
        assert.ok(answer.length > 0, `nothing is the answer to ${expr}`);
      }
    }
  });
});

/** What a run leaves: a key that is overdue, one in grace, some that are well. */
async function makeMetrics(file: string): Promise<void> {
  const sandbox = await startSandbox({ seed: 7, reportSeconds: 0 });
  const state = await mkdtemp(join(tmpdir(), 'keyturn-monitoring-state-'));
  try {
    const users = {
      'svc-idle': [IDLE],
      'svc-used': [IN_USE],
      'svc-two': [IDLE, IDLE],
      young: [{ ageDays: 3 }],
    };
    for (const [name, keys] of Object.entries(users)) {
      sandbox.world.addUser(ACCOUNT, { name });
      for (const key of keys) sandbox.world.addKey(ACCOUNT, name, key);
    }
    const env = { ...sandbox.endpointEnv(), KEYTURN_ACCEPT_VOLATILE_STATE: 'true' };
    const words = ['--metrics', file, '--state', state];
    const { code, stderr } = await run('rotate-iam-keys', words, env);
    assert.equal(code, 1, stderr);
  } finally {
    await sandbox.close();
    await rm(state, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** At one-second steps, and with rules that do not wait: their times have tests of their own. */
async function startServers(folder: string, started: ChildProcess[]): Promise<string> {
  const [exporter, prometheus] = [await freePort(), await freePort()];
  const rules = await readFile(join(DEPLOY, 'keyturn-alerts.yml'), 'utf8');
  await writeFile(
    join(folder, 'rules.yml'),
    rules.replaceAll(/^ {8}for: .*$/gm, '        for: 0s'),
  );
  await writeFile(
    join(folder, 'prometheus.yml'),
    `global: {scrape_interval: 1s, evaluation_interval: 1s}
rule_files: [rules.yml]
scrape_configs:
  - job_name: node
    static_configs: [{targets: ["127.0.0.1:${exporter}"]}]
`,
  );
  const begin = (program: string, words: readonly string[]) => {
    started.push(spawn(program, words, { cwd: folder, stdio: 'ignore' }));
  };
  begin(path('nodeExporter'), [
    '--collector.disable-defaults',
    '--collector.textfile',
    `--collector.textfile.directory=${join(folder, 'textfile')}`,
    `--web.listen-address=127.0.0.1:${exporter}`,
  ]);
  begin(path('prometheus'), [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${prometheus}`,
  ]);
  const base = `http://127.0.0.1:${prometheus}`;
  await until(async () => (await fetch(`${base}/-/ready`)).ok);
  return base;
}

/** What `look` finds as soon as it is something; it may fail until then. */
async function until<Found>(look: () => Promise<Found | false>): Promise<Found> {
  let last: unknown;
  for (let tries = 0; tries < 240; tries += 1) {
    try {
      const found = await look();
      if (found) return found;
    } catch (thrown) {
      last = thrown;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new assert.AssertionError({ message: `it did not come to pass: ${String(last)}` });
}

type Series = { readonly value: readonly [number, string] };

async function ask(base: string, expr: string): Promise<readonly Series[]> {
  const answer = await fetch(`${base}/api/v1/query?query=${encodeURIComponent(expr)}`);
  const { status, data, error } = (await answer.json()) as {
    status: string;
    data: { result: Series[] };
    error?: string;
  };
  assert.equal(status, 'success', `${expr}: ${error}`);
  return data.result;
}

function valuesOf(series: readonly Series[]): readonly number[] {
  return series.map(({ value: [, text] }) => Number(text));
}

async function firing(base: string): Promise<readonly Record<string, string>[]> {
  const answer = await fetch(`${base}/api/v1/alerts`);
  const { data } = (await answer.json()) as {
    data: { alerts: { state: string; labels: Record<string, string> }[] };
  };
  return data.alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels);
}
