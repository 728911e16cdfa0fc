// The behaviour page and the code name the same faults and the same control requests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { CONTROL_REQUESTS } from '../../src/sandbox/control.ts';
import { FAULT_KINDS } from '../../src/sandbox/control-input.ts';

const page = readFileSync(new URL('../../../src/sandbox/behavior.md', import.meta.url), 'utf8');

/** The code spans in the first column of the section's table. */
function firstColumn(section: string): string[] {
  const text = page.split(`\n### ${section}\n`)[1]?.split('\n#')[0] ?? '';
  return text
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .flatMap((line) => (line.split('|')[1] ?? '').split('`').filter((_, index) => index % 2 === 1));
}

describe('behavior.md', () => {
  it('has every fault', () => {
    assert.deepEqual(firstColumn('Faults').sort(), [...FAULT_KINDS].sort());
  });

  it('has every request of the control interface', () => {
    assert.deepEqual(firstColumn('Control interface').sort(), [...CONTROL_REQUESTS].sort());
  });

  it('gives a source for every promise', () => {
    const promises = page.split('\n## Where it is known')[0] ?? '';
    const rows = promises.split('\n### ')[0]?.split('\n') ?? [];
    const lines = rows.filter((line) => /^\| (?!promise)/.test(line));
    assert.ok(lines.length > 40);
    for (const line of lines) {
      const source = line.split('|').at(-2) ?? '';
      assert.match(source, /\[ours\]|\[seen\]|\[live\]|\]\(https:\/\//, line);
    }
  });
});
