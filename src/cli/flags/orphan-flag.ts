// `--orphan`: keyturn recover and keyctl have it.

import * as rule from './value-rules.ts';

/** The operator's word about a key whose secret was lost. */
export const ORPHAN_FLAG = {
  names: ['orphan'],
  isList: true,
  rule: rule.accessKeyIds,
  group: 'What is finished',
  about:
    'Delete this key, whose secret was lost, now instead of four hours after it was made. Use it only if you are sure that no person made the key by hand. A key that AWS shows as used is kept. Several, with commas or in several flags.',
} as const;
