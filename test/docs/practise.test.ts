// The practice chapter of the README, typed into a shell line by line as a newcomer would.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { finished } from '../cli/process.ts';
import { ROOT } from '../support/structured-files.ts';

/** The blocks of shell lines below a heading, each without its remarks. */
function blocksBelow(page: string, heading: string): readonly (readonly string[])[] {
  const chapter = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...chapter.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = '']) =>
    block
      .split('\n')
      .map((line) => line.replace(/\s+#.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

/** A home of nobody, with the commands on its PATH. */
function stage() {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-practise-'));
  const [bin, home] = [join(folder, 'bin'), join(folder, 'home')];
  for (const path of [bin, home]) mkdirSync(path);
  for (const name of ['keyturn', 'keyctl', 'rotate-iam-keys']) {
    symlinkSync(join(ROOT, `bin/${name}.cjs`), join(bin, name));
  }
  return { folder, env: { PATH: `${bin}:${process.env.PATH}`, HOME: home } };
}

const MARK = '@@';

/** Each line with what it printed and how it ended. */
function asTyped(lines: readonly string[]): string {
  return lines.map((line) => `echo '${MARK}'\n${line}\necho "=> $?"`).join('\n');
}

async function untilReady(path: string, child: ChildProcess): Promise<void> {
  while (!existsSync(path) || !readFileSync(path, 'utf8').includes('KEYTURN_SANDBOX=')) {
    assert.equal(child.exitCode, null, 'the sandbox has ended');
    await pause(50);
  }
}

test('the practice chapter of the README works as it is typed', async (context) => {
  const [[start = ''] = [], lines = []] = blocksBelow(
    readFileSync(join(ROOT, 'README.md'), 'utf8'),
    'Practise',
  );
  const { folder, env } = stage();
  const sandbox = spawn('bash', ['-c', `exec ${start}`], { cwd: folder, env, stdio: 'ignore' });
  context.after(() => {
    sandbox.kill('SIGINT');
    rmSync(folder, { recursive: true });
  });
  await untilReady(join(folder, 'sandbox.env'), sandbox);
  const { stdout } = await finished(spawn('bash', ['-c', asTyped(lines)], { cwd: folder, env }));
  const said = stdout.split(`${MARK}\n`).slice(1);
  assert.equal(said.length, lines.length);
  for (const [index, line] of lines.entries()) {
    // Users with two keys are left, which is told in the page.
    const codes = line.startsWith('rotate-iam-keys') && !line.includes('--dry-run') ? /1/ : /0/;
    assert.match(said[index]?.trim() ?? '', new RegExp(`=> ${codes.source}$`), line);
  }
  const of = (begin: string) => said[lines.findIndex((line) => line.startsWith(begin))] ?? '';
  assert.match(of('keyturn keys --in-grace'), /^ +svc-billing .*in grace until/m);
  assert.match(of('keyturn recover'), /^Made \d+ old keys Inactive/m);
  assert.match(of('keyturn sandbox workloads'), /calls, 0 refused/);
  assert.match(of('keyctl production'), /^Rotated: production/m);
  assert(existsSync(join(folder, 'report.html')));
});
