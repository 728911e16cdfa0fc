// Configurations that are wrong in one way each, and what is said of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigFault, FaultCode } from '../../src/config/fault.ts';
import { readConfig } from '../../src/config/read-config.ts';

const NOW = new Date('2026-11-28T09:00:00Z');

export async function errorsOf(text: string | Uint8Array): Promise<readonly ConfigFault[]> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const load = async () => ({ reason: 'there is no such file' });
  const { faults } = await readConfig({ file: 'keyturn.yaml', bytes }, { now: NOW, load });
  return faults.filter(({ severity }) => severity === 'error');
}

export async function warningsOf(text: string): Promise<readonly string[]> {
  const load = async () => ({ reason: 'there is no such file' });
  const source = { file: 'keyturn.yaml', bytes: Buffer.from(text) };
  const { faults } = await readConfig(source, { now: NOW, load });
  return faults.map(({ code, message }) => `${code}: ${message}`);
}

/** A file in which `match` stands on line 4. */
export const M = (match: string) =>
  `version: 1\nrules:\n  - name: a\n    match: ${match}\n    deliver: [handoff]\n`;
/** The same with a block below `match:`, whose first line is line 5. */
export const B = (block: string) =>
  `version: 1\nrules:\n  - name: a\n    match:\n      ${block}\n    deliver: [handoff]\n`;
/** Five good lines, and more from line 6 on. */
export const R = (rest: string) =>
  `version: 1\nrules:\n  - name: a\n    match: all\n    deliver: [handoff]\n${rest}\n`;
/** `deliver` on line 5. */
export const D = (deliver: string) =>
  `version: 1\nrules:\n  - name: a\n    match: all\n    deliver: ${deliver}\n`;

export const E = '    owner: Ann Lee\n    reason: firmware cannot change keys\n';

export type Row = readonly [
  what: string,
  text: string | Uint8Array,
  at: string,
  code: FaultCode,
  says: RegExp,
];

/** Each is refused once, at the right line and column, in the right words. */
export function areRefused(rows: readonly Row[]): void {
  for (const [what, text, at, code, says] of rows) {
    test(`refused: ${what}`, async () => {
      const faults = await errorsOf(text);
      const told = faults.map(
        ({ line, column, code: is, message }) => `${line}:${column}: ${is}: ${message}`,
      );
      assert.equal(faults.length, 1, told.join('\n'));
      assert.match(told[0] ?? '', new RegExp(`^${at}: ${code}: `));
      assert.match(faults[0]?.message ?? '', says);
    });
  }
}
