// A named test for every row of the table, with one tool.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { makeCertificates } from './certificates.ts';
import { startRecorder } from './recorder.ts';
import type { Outcome, Row } from './row.ts';
import { THEMES } from './themes.ts';
import type { Ask } from './tools.ts';
import { type Bench, isAsExpected, tryRow } from './try-row.ts';

export interface Subject {
  readonly ask: Ask;
  readonly expected: (row: Row) => Outcome;
  /** Why a row cannot be tried with this tool; false where it can. */
  readonly skip: (row: Row) => string | false;
  close(): void;
}

/** `open` is called when the tests begin; `skip` is the reason to leave all of them out. */
export function testEveryRow(
  name: string,
  open: () => Promise<Subject>,
  { skip }: { readonly skip: string | false },
): void {
  describe(`the environment, as ${name} takes it`, { skip }, () => {
    let bench: Bench;
    let subject: Subject;
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-certificates-'));
    before(async () => {
      const certificates = makeCertificates(folder);
      bench = { certificates, recorder: await startRecorder(certificates) };
      subject = await open();
    });
    after(async () => {
      subject.close();
      await bench.recorder.close();
      rmSync(folder, { recursive: true, force: true });
    });
    for (const { title, rows } of THEMES) {
      for (const row of rows) {
        it(`${title}: ${row.settings}`, async (test) => {
          const reason = subject.skip(row);
          if (reason !== false) return test.skip(reason);
          const tried = await tryRow(row, subject.ask, bench);
          const expected = subject.expected(row);
          if (!isAsExpected(tried, expected)) assert.deepEqual(tried, expected);
        });
      }
    }
  });
}
