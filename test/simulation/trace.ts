// What happened, line by line. Two runs of one seed must have the same lines.

import { createHash } from 'node:crypto';

/** Names that the product draws at random, and which no decision may depend on. */
const RANDOM_NAMES: readonly (readonly [RegExp, string])[] = [
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<id>'],
  [/\b(tmp|break)-[0-9a-f]{16,32}/g, '$1-<random>'],
];

export class Trace {
  readonly isOn: boolean;
  readonly #lines: string[] = [];

  constructor(isOn: boolean) {
    this.isOn = isOn;
  }

  add(nowMs: number, who: string, what: string): void {
    if (!this.isOn) return;
    let text = what;
    for (const [pattern, name] of RANDOM_NAMES) text = text.replace(pattern, name);
    const at = new Date(nowMs).toISOString().replace('T', ' ').replace('Z', '');
    this.#lines.push(`${at} ${who.padEnd(9)} ${text}`);
  }

  lines(): readonly string[] {
    return this.#lines;
  }

  hash(): string {
    return createHash('sha256').update(this.#lines.join('\n')).digest('hex');
  }
}
