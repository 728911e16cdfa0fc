// Which keys a place shows, in whatever form its readers keep them, and how `--deliver` would name the place for
// each. Pure: nothing is asked, and nothing of a secret leaves (I8).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { fieldsOf } from './json-fields.ts';
import { FIELD_NAMES } from './key-fields.ts';
import type { ReadPlace } from './listing.ts';
import { type PairFields, writePairFields } from './pair-fields.ts';
import { keyIdsIn, readingsOf } from './readings.ts';
import { looksLikeSecret, sessionTokenBeside } from './stray-fields.ts';

export interface FoundKey {
  readonly id: AccessKeyId;
  /** Behind `KIND=` of `--deliver`; undefined where a delivery could not write there. */
  readonly deliver: string | undefined;
  /** The form in which the pair stands there, where it is not as AWS made it. */
  readonly form?: string;
  /** Why it could not, in words that can follow a colon. */
  readonly problem: string | undefined;
}

/** What is nothing but half of a pair: the other half is in another place. */
export type LoneHalf = 'id' | 'secret' | undefined;

export interface FoundInPlace {
  readonly keys: readonly FoundKey[];
  readonly half: LoneHalf;
}

/** So much text is looked into in every way; of more only what stands there openly is told. */
const READ_WHOLE_MAX = 262_144;

/** What `--deliver` would take for it; undefined where a delivery could not write there. */
export function deliveryOf(kind: string, { deliver, form }: FoundKey): string | undefined {
  if (deliver === undefined) return undefined;
  return `${kind}${form === undefined ? '' : `:${form}`}=${deliver}`;
}

export function foundIn(name: string, place: ReadPlace): FoundInPlace {
  const text = place.text.reveal();
  const ids = keyIdsIn(text.length > READ_WHOLE_MAX ? [text] : readingsOf(text));
  const bare = text.trim();
  const half = place.mayBeHalf !== true ? undefined : loneHalf(bare, ids);
  return { keys: ids.map((id) => ({ id, ...wayTo(id, text, { name, place }) })), half };
}

function loneHalf(bare: string, ids: readonly AccessKeyId[]): LoneHalf {
  if (ids.length === 1 && ids[0] === bare) return 'id';
  return looksLikeSecret(bare) ? 'secret' : undefined;
}

interface At {
  readonly name: string;
  readonly place: ReadPlace;
}

function wayTo(id: AccessKeyId, text: string, { name, place }: At): Omit<FoundKey, 'id'> {
  const refused = (problem: string) => ({ deliver: undefined, problem });
  if (fieldsOf(text) === undefined) {
    const form = iniFormOf(text, id);
    return form === undefined
      ? refused('it is there in no field of a JSON object')
      : { deliver: name, problem: undefined, form };
  }
  const [pair, other] = pairsOf(id, text, []);
  if (pair === undefined) return refused('no secret stands beside it');
  if (other !== undefined) return refused('it is there in more than one pair');
  const token = sessionTokenBeside(text, pair);
  if (token !== undefined) return refused('a session token stands beside it');
  if (isUsual(text, pair)) return { deliver: name, problem: undefined };
  if (!isPlain(pair)) return refused('the names of its fields are none that can be shown');
  const deliverWith = place.deliverWith ?? ((fields) => `${name}#${writePairFields(fields)}`);
  const deliver = deliverWith(pair);
  return deliver === undefined
    ? refused('its fields are none that a delivery could name')
    : { deliver, problem: undefined };
}

/** One profile, its pair, and nothing else: as AWS tools write it. */
const INI =
  /^\s*\[([\w.@/+-]{1,64})\]\s*aws_access_key_id\s*=\s*(\w+)\s*aws_secret_access_key\s*=\s*\S+\s*$/;

/** The form of a credentials file that is all of the text, in clear or in base64. */
function iniFormOf(text: string, id: AccessKeyId): string | undefined {
  const [, plainProfile, plainId] = INI.exec(text) ?? [];
  if (plainId === id) return formWord('aws-credentials-ini', plainProfile);
  if (!/^[A-Za-z\d+/\s]+={0,2}\s*$/.test(text)) return undefined;
  const [, profile, innerId] = INI.exec(Buffer.from(text, 'base64').toString('latin1')) ?? [];
  return innerId === id ? formWord('aws-credentials-ini+base64', profile) : undefined;
}

function formWord(name: string, profile: string | undefined): string {
  return profile === undefined || profile === 'default' ? name : `${name}:${profile}`;
}

/** The fields of each object that holds the key, with the one of its secret. */
function pairsOf(id: AccessKeyId, json: string, parents: readonly string[]): readonly PairFields[] {
  const fields = fieldsOf(json) ?? [];
  const path = (name: string): PairFields['id'] => {
    const [first, ...more] = [...parents, name];
    return [first ?? name, ...more];
  };
  const secrets = fields.filter(({ text }) => text !== undefined && looksLikeSecret(text.trim()));
  const own = fields
    .filter(({ text }) => text?.trim() === id)
    .flatMap(({ name }) => {
      const secret = secretBeside(
        name,
        secrets.map((field) => field.name),
      );
      return secret === undefined ? [] : [{ id: path(name), secret: path(secret) }];
    });
  const below = fields
    .filter(({ text }) => text === undefined)
    .flatMap(({ name, start, end }) => pairsOf(id, json.slice(start, end), [...parents, name]));
  return [...own, ...below];
}

/** The only secret; among several the one whose name belongs to that of the ID. */
function secretBeside(idName: string, secrets: readonly string[]): string | undefined {
  const [only, second] = secrets;
  if (second === undefined) return only;
  const stem = (name: string) =>
    name
      .toLowerCase()
      .replaceAll(/[_-]/g, '')
      .replace(/(?:secretaccesskey|secretkey|accesskeyid|accesskey|keyid|secret|id)$/, '');
  const named = secrets.filter((name) => stem(name) === stem(idName));
  return named.length === 1 ? named[0] : undefined;
}

/** Whether a delivery that names no fields finds these. */
function isUsual(json: string, { id, secret }: PairFields): boolean {
  if (id.length > 1 || secret.length > 1) return false;
  const names = new Set((fieldsOf(json) ?? []).map(({ name }) => name));
  const used = FIELD_NAMES.filter(([one, other]) => names.has(one) || names.has(other));
  const [only, second] = used;
  return second === undefined && only !== undefined && only[0] === id[0] && only[1] === secret[0];
}

/** A name is content as well: only one that is plainly a name is told (I8). */
function isPlain({ id, secret }: PairFields): boolean {
  return [...id, ...secret].every((name) => /^[\w.-]{1,64}$/.test(name) && !looksLikeSecret(name));
}
