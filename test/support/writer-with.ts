// A writer of keys in which some methods give way to others, also behind the look at the claim: one that is
// spread alone would lose them there.

import type { KeyWriter } from '../../src/aws/gateway.ts';

export function writerWith(
  sound: KeyWriter,
  othersOf: (sound: KeyWriter) => Partial<KeyWriter>,
): KeyWriter {
  return {
    ...sound,
    ...othersOf(sound),
    fenced: (fence) => writerWith(sound.fenced(fence), othersOf),
  };
}
