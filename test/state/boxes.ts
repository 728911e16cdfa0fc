// Every kind of custody, for the contract of what keeps secrets.

import { generateIdentity, identityToRecipient } from 'age-encryption';
import { Secret } from '../../src/base/secret.ts';
import { ageBox } from '../../src/custody/age-box.ts';
import type { Box, BoxKind } from '../../src/custody/box.ts';
import { keptTextsBox } from '../../src/custody/kept-texts.ts';
import { kmsBox } from '../../src/custody/kms-box.ts';
import { hurtKeys, type Mishap, newDataKeys } from './in-tables.ts';
import { hurtTexts, newKeptTexts } from './kept-texts.ts';

const identity = await generateIdentity();
export const RECIPIENT = await identityToRecipient(identity);
export const IDENTITY = new Secret(`# made for tests\n${identity}\n`);

/** What keeps secrets of one medium: each process opens its own box on it. */
export interface BoxMedium {
  readonly box: (mishap: () => Mishap | undefined) => Box;
  /** What is there beside the store. */
  readonly contents: () => unknown;
}

export function boxesOf(kind: BoxKind, place: string): BoxMedium {
  switch (kind) {
    case 'kms': {
      const keys = newDataKeys();
      const of = { keyId: 'alias/keyturn', place };
      return {
        box: (mishap) => kmsBox({ ...of, dataKeys: hurtKeys(keys, mishap) }),
        contents: () => undefined,
      };
    }
    case 'age':
      return {
        box: () =>
          ageBox({
            ...{ recipients: [RECIPIENT], place, identity: async () => IDENTITY },
            goesOnBy: 'keyturn recover',
          }),
        contents: () => undefined,
      };
    case 'secrets-manager': {
      const texts = newKeptTexts();
      const of = { prefix: 'keyturn/custody', region: 'us-east-1', how: { tags: {} } };
      return {
        box: (mishap) => keptTextsBox({ ...of, texts: async () => hurtTexts(texts, mishap) }),
        contents: () => [...texts.all.keys()],
      };
    }
  }
}
