import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { textOf } from '../support/structured-files.ts';
import { keysMade, machine } from './stage.ts';

const CRON = 'examples/cron/keyturn';
const ENTRY = /^((?:[\d*/,-]+ ){5})(\w+) (.+)$/;

const lines = textOf(CRON)
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

test('every line of the cron file is a setting, or a time with a user and a command', () => {
  for (const line of lines) assert.match(line, /^[A-Z_]+=\S+$|^(?:[\d*/,-]+ ){5}\w+ /);
  assert(textOf(CRON).endsWith('\n'), 'cron ignores a last line without an end');
  assert(
    !lines.some((line) => ENTRY.test(line) && line.includes('%')),
    'cron reads % as a newline',
  );
});

test('the commands of the cron file run, as cron runs them: dry at first, then to where the reader is', async (context) => {
  const { run, folder, sandbox } = await machine(context);
  const log = join(folder, 'log');
  mkdirSync(log);
  // As the page says to make it.
  mkdirSync(join(folder, 'state'), { mode: 0o700 });
  const entries = lines.flatMap((line) => ENTRY.exec(line)?.[3] ?? []);
  assert.equal(entries.length, 4);
  assert(lines.includes('KEYTURN_FORCE_DRY_RUN=true'));
  for (const [dryRun, made] of [
    ['true', 0],
    ['', 1],
  ] as const) {
    for (const command of entries) {
      const shell = ['/bin/sh', '-c', command.replace('/var/log/keyturn', log)] as const;
      const { code, stderr } = await run(shell, { KEYTURN_FORCE_DRY_RUN: dryRun });
      assert.equal(code, 0, stderr);
    }
    assert.equal(keysMade(sandbox), made);
  }
  assert.equal(sandbox.requests.list('PutSecretValue').length, 1);
});

/** `Name=value` lines of a unit; of a name that repeats, all. */
function settings(path: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', value = ''] of textOf(path).matchAll(/^(\w+)=(.+)$/gm)) {
    const before = found.get(name);
    found.set(name, before === undefined ? value : `${before} ${value}`);
  }
  return found;
}

test('the command of the unit runs: dry at first, then to where the reader is', async (context) => {
  const { run, sandbox } = await machine(context);
  const command = settings('examples/systemd/keyturn.service').get('ExecStart') ?? '';
  const [path, ...args] = command.split(' ');
  assert.equal(path, '/usr/local/bin/rotate-iam-keys');
  for (const [dryRun, made] of [
    ['true', 0],
    ['false', 1],
  ] as const) {
    const env = { KEYTURN_FORCE_DRY_RUN: dryRun };
    const { code, stdout, stderr } = await run(['rotate-iam-keys', ...args], env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /svc-one/);
    assert.equal(keysMade(sandbox), made);
  }
  assert.equal(sandbox.requests.list('PutSecretValue').length, 1);
});

test('the state directory of the unit is the one that systemd makes', () => {
  const unit = settings('examples/systemd/keyturn.service');
  assert.equal(
    unit.get('Environment'),
    `KEYTURN_STATE_DIR=/var/lib/${unit.get('StateDirectory')} KEYTURN_FORCE_DRY_RUN=true`,
  );
  assert.equal(unit.get('StateDirectoryMode'), '0700');
});

const VERIFY = '/usr/bin/systemd-analyze';
const NO_VERIFY = existsSync(VERIFY) ? false : 'systemd-analyze is not installed';

test('systemd finds nothing wrong with the units', { skip: NO_VERIFY }, async (context) => {
  const { run, folder } = await machine(context);
  const units = ['keyturn.service', 'keyturn.timer'].map((name) => {
    const path = join(folder, name);
    // It wants to see the program and the page.
    const text = textOf(`examples/systemd/${name}`)
      .replaceAll('/usr/local/bin/', `${folder}/bin/`)
      .replace(/^Documentation=.*$/m, '');
    writeFileSync(path, text);
    return path;
  });
  const { code, stdout, stderr } = await run([VERIFY, 'verify', ...units]);
  const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('keyturn.'));
  assert.deepEqual(complaints, []);
  assert.equal(code, 0, stderr);
});
