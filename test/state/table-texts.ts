// What stands in an item of a table, as somebody reads it who looks for secrets there.

import { inflateRawSync } from 'node:zlib';
import type { Item } from '../../src/sandbox/dynamodb/value.ts';

/** Everything in an item; what is packed, unpacked. */
export function plainTextOf(item: Item): string {
  return Object.values(item)
    .map((value) => {
      if (!('B' in value)) return JSON.stringify(value);
      const bytes = Buffer.from(value.B, 'base64');
      try {
        return inflateRawSync(bytes).toString('latin1');
      } catch {
        return bytes.toString('latin1');
      }
    })
    .join('\n');
}
