// Texts of a configuration that look like secrets. They are refused wherever they stand, comments included,
// and never shown (I8).

import { beginningOf, secretShapesIn } from '../base/secret-shapes.ts';
import type { Slip } from './syntax.ts';

export function secretsIn(text: string): readonly Slip[] {
  return secretShapesIn(text).map(({ word, index }) => ({
    code: 'secret-in-clear',
    message: `this looks like a secret (${beginningOf(word)}, ${word.length} characters); take it out of the file, and revoke it`,
    offset: index,
  }));
}
