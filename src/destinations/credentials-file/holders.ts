// Which profiles of a credentials file hold a key, as the programs see it that read the file.

import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KEY_ID } from '../../credentials-file/names.ts';
import { readLikeBotocore } from '../../credentials-file/read-like-botocore.ts';
import { readLikeSdk } from '../../credentials-file/read-like-sdk.ts';
import type { ReadFile, Settings } from '../../credentials-file/reading.ts';
import { previousProfileOf } from './place.ts';

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

/** The profiles that one of the programs reads one of these texts from; what keeps a former pair is read by nobody. */
export function readersOf(bytes: Buffer, traces: readonly string[]): string[] {
  const isNamed = (settings: Settings) =>
    [...settings.values()].some((value) => traces.some((trace) => value.includes(trace)));
  return [
    ...new Set(
      bothReadings(bytes).flatMap((reading) =>
        [...reading.sections]
          .filter(([name, settings]) => !isFormer(name, reading) && isNamed(settings))
          .map(([name]) => name),
      ),
    ),
  ];
}

/** The key IDs of all profiles but these and those that keep a former pair, for whoever is about to end a key. */
export function idsOfOthers(bytes: Buffer, served: readonly string[]): string[] {
  return bothReadings(bytes).flatMap((reading) =>
    [...reading.sections]
      .filter(([name]) => !served.includes(name) && !isFormer(name, reading))
      .flatMap(([, settings]) => settings.get(KEY_ID) ?? []),
  );
}

/** The profiles that name this one as the source of their role. */
export function sourcedFrom(profile: string, files: readonly (Buffer | undefined)[]): string[] {
  const readings = files.flatMap((bytes) => (bytes === undefined ? [] : bothReadings(bytes)));
  return readings.flatMap(({ sections }) =>
    [...sections]
      .filter(([, settings]) => settings.get('source_profile') === profile)
      .map(([name]) => name.replace(/^profile[. ]/, '')),
  );
}

function bothReadings(bytes: Buffer): ReadFile[] {
  const cli = readLikeBotocore(bytes);
  return [readLikeSdk(bytes), ...(cli.kind === 'read' ? [cli] : [])];
}

/** Whether the profile keeps the former pair of another one of the file. */
function isFormer(name: string, { places }: ReadFile): boolean {
  return [...places.keys()].some((each) => previousProfileOf(each) === name);
}
