// Chapters that let a newcomer practise, typed into a shell line by line.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
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

interface Typed {
  /** What the line that begins so has printed, and how it ended. */
  readonly of: (begin: string) => string;
  readonly folder: string;
}

/** The chapter of a page: its first block in one terminal, its second one in another. */
async function typed(path: string, heading: string, context: TestContext): Promise<Typed> {
  const [[start = ''] = [], lines = []] = blocksBelow(
    readFileSync(join(ROOT, path), 'utf8'),
    heading,
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
  const failed = lines.filter((_, index) => !said[index]?.endsWith('=> 0\n'));
  // Users with two keys are left, and an account is not entered: the pages say so.
  assert.deepEqual(
    failed.filter((line) => !line.startsWith('rotate-iam-keys')),
    [],
  );
  return { folder, of: (begin) => said[lines.findIndex((line) => line.startsWith(begin))] ?? '' };
}

describe('practice chapters, line by line as they are typed', { concurrency: true }, () => {
  test('that of the README', async (context) => {
    const { of, folder } = await typed('README.md', 'Practise', context);
    assert.match(of('keyctl production'), /^Rotated: production/m);
    assert.match(of('rotate-iam-keys'), /^Would rotate \d+ keys[\s\S]*=> 0$/m);
    assert.match(of('keyturn keys --in-grace'), /^ +svc-billing .*in grace until/m);
    assert.match(of('keyturn recover'), /^Made \d+ old keys Inactive/m);
    assert.match(of('keyturn sandbox workloads'), /calls, 0 refused/);
    assert(existsSync(join(folder, 'report.html')));
  });

  test('that of an organization', async (context) => {
    const { of } = await typed('docs/tasks/rotate-an-organization.md', 'Practise', context);
    const said = of('rotate-iam-keys');
    assert.match(said, /cannot-enter-account/);
    assert.match(said, /^Would rotate \d+ keys/m);
    assert.match(said, /=> 1$/m);
  });
});
