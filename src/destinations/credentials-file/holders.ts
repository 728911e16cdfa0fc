// Which profiles of a credentials file hold a key, as the programs see it that read the file.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KEY_ID } from '../../credentials-file/names.ts';
import { readLikeBotocore } from '../../credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../credentials-file/read-like-sdk.ts';
import type { Settings } from '../../credentials-file/reading.ts';

/** As the AWS SDK sees it, in file order. */
export function holdersOf(bytes: Buffer, keyId: AccessKeyId): string[] {
  return holdersIn(readLikeSdk(bytes).sections, keyId);
}

/** As the AWS SDK sees it, then as the AWS CLI does; a program that gives up on the file sees none. */
export function holdersByReader(bytes: Buffer, keyId: AccessKeyId): [string[], string[]] {
  const cli = readLikeBotocore(bytes);
  return [holdersOf(bytes, keyId), cli.kind === 'read' ? holdersIn(cli.sections, keyId) : []];
}

function holdersIn(sections: ReadonlyMap<string, Settings>, keyId: AccessKeyId): string[] {
  return [...sections]
    .filter(([, settings]) => settings.get(KEY_ID) === keyId)
    .map(([name]) => name);
}
