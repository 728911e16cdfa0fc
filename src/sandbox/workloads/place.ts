// Where a workload finds its key, and what it makes of what is there. It knows no format: it takes the
// first access key id in the text, and holds the secret when the text has that too. So whoever writes
// the place may write it in any form that a program could read.

import { readFileSync, statSync } from 'node:fs';
import type { AccessKey, Account } from '../model.ts';
import { addSecret, CURRENT, secretPlace } from '../secretsmanager/secret.ts';
import { lagMs } from '../settings.ts';
import { addParameter, type ParameterVersion, parameterPlace } from '../ssm/parameter.ts';
import type { World } from '../world.ts';

/** What a workload read: a key, and whether the right secret stood beside it. */
export interface HeldPair {
  /**
   * Undefined for an id that the sandbox never gave out. Such an id is told to nobody: a file may hold a
   * real key of whoever started the sandbox, and everybody on this machine may ask the sandbox.
   */
  readonly key: AccessKey | undefined;
  readonly isSecretRight: boolean;
}

/** Reads the place as it is seen at a moment; undefined when there is no key to be read. */
export type ReadPlace = (atMs: number) => HeldPair | undefined;

export interface PlaceContext {
  readonly world: World;
  readonly accountId: string;
  readonly region: string;
  /** Files as they are in this pass: each is read once, however many events there are. */
  readonly files: FilePass;
}

const KEY_ID = /\bAKIA[A-Z2-7]{16}\b/;
const FILE_BYTES_MAX = 1_000_000;

/** The kinds of places, with how the rest of the text names one. */
const KINDS: Readonly<Record<string, (context: PlaceContext, name: string) => TextSource>> = {
  'secrets-manager': secretSource,
  ssm: parameterSource,
  file: fileSource,
};

/** What stands at a place: a text for each of its parts, undefined for one that cannot be read. */
type TextSource = (atMs: number) => readonly (string | undefined)[];

/**
 * How a place is read. It is named as in keyturn's `--deliver`: `secrets-manager=NAME`, `ssm=NAME`, two
 * names with a comma for id and secret apart, or `file=PATH` with `#PROFILE` behind it for one section.
 * Throws a RangeError for anything else.
 */
export function placeReader(context: PlaceContext, place: string): ReadPlace {
  const [, kind = '', name = ''] = /^([\w-]+)=(.+)$/s.exec(place) ?? [];
  const source = Object.hasOwn(KINDS, kind) ? KINDS[kind]?.(context, name) : undefined;
  if (source === undefined) {
    const known = `${Object.keys(KINDS).join('=NAME, ').replace('file', 'file=PATH')}`;
    throw new RangeError(`workload: '${place}' is no place; it takes ${known}`);
  }
  let known: { readonly texts: readonly string[]; readonly pair: HeldPair | undefined } | undefined;
  return (atMs) => {
    const texts = source(atMs).filter((text) => text !== undefined);
    if (texts.length === 0) return undefined;
    // The same texts give the same pair: nearly always nothing has changed since the last look.
    const isKnown =
      known?.texts.length === texts.length && texts.every((text, at) => known?.texts[at] === text);
    if (!isKnown) known = { texts, pair: pairIn(context.world, texts.join('\n')) };
    return known?.pair;
  };
}

/**
 * Puts a key's pair into a secret or a SecureString that holds it as JSON, with fields named as in AWS's
 * own files, and makes it where it is not there. Throws a RangeError for any other place.
 */
export function seedPlace(
  world: World,
  place: string,
  { key, region }: { readonly key: AccessKey; readonly region: string },
): void {
  const [kind, name = ''] = [place.split('=', 1)[0], place.slice(place.indexOf('=') + 1)];
  const account = world.account(key.accountId);
  const text = JSON.stringify({ aws_access_key_id: key.id, aws_secret_access_key: key.secret });
  const [plain = '', ...more] = namesIn(name);
  if (more.length === 0 && kind === 'secrets-manager') {
    const id = world.random.text(32, '0123456789abcdef');
    addSecret(world, account, { name: plain, region, first: { id, text, binary: undefined } });
  } else if (more.length === 0 && kind === 'ssm') {
    addParameter(account, { name: plain, region, first: seededVersion(world, account, text) });
  } else {
    throw new RangeError(`workload: '${place}' cannot be filled; name a secret or a parameter`);
  }
}

function seededVersion(world: World, { id, partition }: Account, value: string): ParameterVersion {
  return {
    number: 1,
    type: 'SecureString',
    tier: 'Standard',
    value,
    description: undefined,
    keyId: undefined,
    dataType: 'text',
    modifiedAt: world.clock.now(),
    modifiedBy: `arn:${partition}:iam::${id}:root`,
  };
}

function pairIn(world: World, text: string): HeldPair | undefined {
  const keyId = KEY_ID.exec(text)?.[0];
  if (keyId === undefined) return undefined;
  const key = world.key(keyId);
  return { key, isSecretRight: key !== undefined && text.includes(key.secret) };
}

/** Field names behind a `#` are for whoever writes; a comma divides two names. */
function namesIn(name: string): readonly string[] {
  return name.replace(/#.*$/s, '').split(',');
}

function secretSource({ world, accountId, region }: PlaceContext, name: string): TextSource {
  const places = namesIn(name).map((each) => secretPlace(region, each));
  return (atMs) => {
    const { secrets } = world.account(accountId);
    const lag = lagMs(world.settings.readLagSeconds, 'secretsmanager');
    return places.map((place) => {
      const state = secrets.get(place)?.states.seen(atMs, lag);
      if (state === undefined || state.deletionDate !== undefined) return undefined;
      return state.versions.get(state.stages.get(CURRENT) ?? '')?.text;
    });
  };
}

function parameterSource({ world, accountId, region }: PlaceContext, name: string): TextSource {
  const places = namesIn(name).map((each) => parameterPlace(region, each));
  return (atMs) => {
    const { parameters } = world.account(accountId);
    const lag = lagMs(world.settings.readLagSeconds, 'ssm');
    return places.map(
      (place) => parameters.get(place)?.states.seen(atMs, lag)?.versions.at(-1)?.value,
    );
  };
}

function fileSource({ files }: PlaceContext, name: string): TextSource {
  const [path = '', profile] = name.split('#');
  return () => {
    const text = files.textOf(path);
    return [text === undefined || profile === undefined ? text : sectionOf(text, profile)];
  };
}

/** The lines of one section of a credentials file. */
function sectionOf(text: string, profile: string): string | undefined {
  const lines = text.split('\n');
  const isHead = (line: string): boolean => /^\s*\[/.test(line);
  const start = lines.findIndex((line) => isHead(line) && headName(line) === profile);
  if (start < 0) return undefined;
  const end = lines.findIndex((line, at) => at > start && isHead(line));
  return lines.slice(start + 1, end < 0 ? undefined : end).join('\n');
}

function headName(line: string): string {
  return line.replace(/^\s*\[\s*(?:profile\s+)?/, '').replace(/\s*\].*$/s, '');
}

/** The texts of files during one pass over the events. */
export class FilePass {
  readonly #texts = new Map<string, string | undefined>();

  textOf(path: string): string | undefined {
    if (!this.#texts.has(path)) this.#texts.set(path, readText(path));
    return this.#texts.get(path);
  }

  /** Files may be other ones in the next pass. */
  begin(): void {
    this.#texts.clear();
  }
}

function readText(path: string): string | undefined {
  try {
    const info = statSync(path);
    // A pipe would hold the sandbox, and what is huge is no file with a key.
    if (!info.isFile() || info.size > FILE_BYTES_MAX) return undefined;
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
