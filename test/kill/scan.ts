// I8 over everything that the processes of an arena left behind: no secret that its sandbox ever
// issued is anywhere but where secrets belong.

import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
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
    const shown = stdout.replaceAll(/"new_secret_key": "[^"]*"?/g, '');
    places.set(`stdout of run ${index + 1}`, Buffer.from(shown));
    if (shown !== stdout) places.set(`${ALLOWED_FIELD} of run ${index + 1}`, Buffer.from(stdout));
  }
  const { keys, sessions } = arena.sandbox.world;
  const secrets = [...keys.values(), ...sessions.values()].map(({ secret }) => secret);
  const holders = holdersOf(secrets, places);
  const leaks = holders.filter((place) => !mayHoldSecrets(place));
  return { leaks, seen: holders.length - leaks.length, places: places.size };
}

const ALLOWED_FIELD = 'new_secret_key';

/** Every spelling in which a careless writer could let a secret out. */
export function holdersOf(
  secrets: readonly string[],
  places: ReadonlyMap<string, Buffer>,
): string[] {
  const spellings = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    secret.replaceAll('/', '\\/'),
    Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    Buffer.from(secret).toString('hex'),
    [...secret].reverse().join(''),
  ]);
  return [...places]
    .filter(([, bytes]) => spellings.some((spelling) => bytes.includes(spelling)))
    .map(([place]) => place);
}

/** Hand-off folders; the credentials file, its backups, and what a dead writer left of it. */
export function mayHoldSecrets(place: string): boolean {
  if (place.startsWith(ALLOWED_FIELD)) return true;
  if (/^state\/\d{12}\/handoff\/[^/]+$/.test(place)) return true;
  const name = basename(place);
  return (
    place.startsWith('home/') &&
    (/^credentials(\.backup\.\d{8}_\d{6}(_\d+)?)?$/.test(name) || name.includes('.keyturn-tmp-'))
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => lstatSync(path).isFile());
}
