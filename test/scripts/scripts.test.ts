// Every text file beside this one is a promise of `rotate-iam-keys`, shown with the real process
// against a sandbox of its own. This file runs them, and checks the checker.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { words } from './act.ts';
import { parseScript, runScript } from './run-script.ts';
import { leaks } from './secrets.ts';

const FOLDER = fileURLToPath(new URL('../../../test/scripts/', import.meta.url));
// The runs wait for AWS most of the time.
const PARALLEL = 12;

describe('rotate-iam-keys, as scripts', { concurrency: PARALLEL }, () => {
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.txt'))) {
    const { title } = parseScript(readFileSync(`${FOLDER}${file}`, 'utf8'));
    it(`${title} [${file}]`, () => runScript(`${FOLDER}${file}`));
  }
});

describe('the script runner', () => {
  it('refuses a line that it does not know', () => {
    assert.throws(() => parseScript('# Title\nexit 0\nexit zero\n'), /line 3 is no directive/);
  });

  it('refuses a script without a title', () => {
    assert.throws(() => parseScript('exit 0\n'), /title/);
  });

  it('splits a command line as a shell does', () => {
    assert.deepEqual(words(' --user=\'svc app\' a"b c"  --x='), ['--user=svc app', 'ab c', '--x=']);
  });

  it('would find a secret that leaked, however it is spelled', () => {
    const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
    const places = new Map([
      ['log', 'nothing here'],
      ['journal', `{"secret":"${encodeURIComponent(secret)}"}`],
    ]);
    assert.deepEqual(leaks([secret], places), ['journal']);
  });
});
