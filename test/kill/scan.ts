// I8 over everything that the processes of an arena left behind: no secret that its sandbox ever
// issued is anywhere but where secrets belong.

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isPlaceOfSecrets, withoutPromisedSecrets } from '../secrets/places.ts';
import { SecretIndex } from '../secrets/secret-index.ts';
import type { Arena } from './arena.ts';

export interface ScanResult {
  /** Places that must not hold a secret and do. */
  readonly leaks: readonly string[];
  /** Places that may hold one and do: proof that the scan can see. */
  readonly seen: number;
  readonly places: number;
}

/** Everything there is: files, and what the processes said. */
export function scanArena(arena: Arena): ScanResult {
  const places = new Map<string, Buffer>();
  for (const path of filesBelow(arena.folder)) {
    places.set(relative(arena.folder, path), readFileSync(path));
  }
  for (const [index, { stdout, stderr }] of arena.executions.entries()) {
    places.set(`stderr of run ${index + 1}`, Buffer.from(stderr));
    const shown = withoutPromisedSecrets(stdout);
    places.set(`stdout of run ${index + 1}`, Buffer.from(shown));
    if (shown !== stdout) places.set(`${ALLOWED_FIELD} of run ${index + 1}`, Buffer.from(stdout));
  }
  for (const [name, text] of arena.textsElsewhere) places.set(name, Buffer.from(text));
  const { keys, sessions } = arena.sandbox.world;
  const secrets = [...keys.values(), ...sessions.values()].map(({ secret }) => secret);
  secrets.push(...[...sessions.values()].map(({ token }) => token));
  const holders = holdersOf(secrets, places);
  const leaks = holders.filter((place) => !mayHoldSecrets(place));
  return { leaks, seen: holders.length - leaks.length, places: places.size };
}

const ALLOWED_FIELD = 'new_secret_key';

/** The places that hold one of the secrets, in any spelling. */
export function holdersOf(
  secrets: readonly string[],
  places: ReadonlyMap<string, Buffer>,
): string[] {
  const index = SecretIndex.of(secrets);
  return [...places].filter(([, bytes]) => index.isIn(bytes)).map(([place]) => place);
}

/** The state's hand-off folders and the credentials file at home; nothing else of the arena. */
export function mayHoldSecrets(place: string): boolean {
  if (place.startsWith(ALLOWED_FIELD)) return true;
  return /^(state|home)\//.test(place) && isPlaceOfSecrets(place);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => lstatSync(path).isFile());
}
