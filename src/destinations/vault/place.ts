// A secret of a KV engine as a place: `MOUNT/PATH`, the fields of the pair behind `#` (or one that holds both halves), and behind `?` where
// the Vault is and how to sign in. What stands there leads back to the place from any later run.

import type { JournaledTarget } from '../../lifecycle/record.ts';
import type { Settle } from '../../lifecycle/settle.ts';
import type { AskedPlace } from '../kind.ts';
import {
  type FieldPath,
  type PairFields,
  pairFieldsFault,
  readField,
  readPairFields,
  writePairFields,
  writePath,
} from '../pair-fields.ts';
import { type PlaceFacts, type PlaceRule, placeFor, withUser } from '../place.ts';
import {
  isBareAddress,
  NO_ADDRESS,
  type OptionForms,
  readOptions,
  writeOptions,
} from '../place-options.ts';
import { nameWritten, writtenFault, writtenName } from '../written-name.ts';

export const VAULT = 'vault';

export interface VaultPlace {
  /** Mount and path, without slashes around. */
  readonly path: string;
  /** Where the pair stands; found by the names of the fields when left out. */
  readonly fields?: PairFields | undefined;
  /** The one that holds both halves, as JSON or in a form. */
  readonly field?: FieldPath | undefined;
  readonly options: ReadonlyMap<string, string>;
}

/** In the order in which they are written. */
export const OPTIONS = {
  address: 'text',
  namespace: 'text',
  auth: 'text',
  'auth-mount': 'text',
  role: 'text',
  token: 'reference',
  'role-id': 'reference',
  'secret-id': 'reference',
  jwt: 'reference',
  'server-id': 'text',
  'sts-region': 'text',
  'settle-minutes': 'text',
} as const satisfies OptionForms;

/** All but what is about the readers of a place. */
const { 'settle-minutes': _, ...WAY } = OPTIONS;
export const WAY_OPTIONS = WAY;

export const AUTH_METHODS = ['token', 'approle', 'kubernetes', 'aws'] as const;

export const VAULT_SECRETS: PlaceRule = {
  example: 'secret/app/{user}',
  noun: 'a secret of Vault',
  takes:
    'MOUNT/PATH, in which # ? { } and % are written as in a URL, fields as #id=FIELD,secret=FIELD or #FIELD for both halves in one, and options as ?namespace=NAME behind it',
  isWhole: true,
  isName: (name) => typeof placeOrFault(name) !== 'string',
  faultIn: (name) => {
    const found = placeOrFault(name);
    return typeof found === 'string' ? found : undefined;
  },
};

/** Undefined for a place that is none of Vault. */
export function vaultPlace(text: string): VaultPlace | undefined {
  const found = placeOrFault(text);
  return typeof found === 'string' ? undefined : found;
}

function placeOrFault(whole: string): VaultPlace | string {
  const read = readOptions(whole, OPTIONS);
  if (typeof read === 'string') return read;
  const [written = '', ...more] = read.text.split('#');
  const name = nameWritten(written);
  if (name === undefined) return writtenFault(written) ?? '';
  const path = name.replace(/^\/+|\/+$/g, '');
  const parts = path.split('/');
  if (parts.length < 2) return 'it takes a mount and a path in it, such as secret/app';
  if (parts.some((part) => /^\.{0,2}$/.test(part) || /[\p{Cc}*]/u.test(part))) {
    return 'a part of the path is empty, dots alone, or has a character that a policy could not name';
  }
  const auth = read.options.get('auth');
  if (auth !== undefined && !AUTH_METHODS.some((method) => method === auth)) {
    return `auth=${auth} is not known; ${AUTH_METHODS.join(', ')} are`;
  }
  const address = read.options.get('address');
  if (address !== undefined && !isBareAddress(address)) {
    return NO_ADDRESS;
  }
  const options = new Map(read.options);
  if (address !== undefined) options.set('address', plainAddress(address));
  const minutes = options.get('settle-minutes');
  if (minutes !== undefined && !/^[1-9]\d{0,3}$/.test(minutes)) {
    return 'settle-minutes takes a whole number from 1 to 9999';
  }
  if (more.length === 0) return { path, options };
  const fieldText = more.join('#');
  if (!/[=,]/.test(fieldText)) {
    const field = readField(fieldText);
    if (field !== undefined) return { path, field, options };
  }
  const fault = pairFieldsFault(fieldText);
  const fields = readPairFields(fieldText);
  if (fault === undefined && fields !== undefined) return { path, fields, options };
  return `behind # stand two fields, and ${fault ?? 'they cannot be read'}`;
}

/** One address for all ways to write it: case, the usual port, a slash at the end. */
export function plainAddress(address: string): string {
  return new URL(address).href.replace(/\/+$/, '');
}

export function placeText(place: VaultPlace): string {
  const { path, options } = place;
  return writeOptions({ text: `${writtenName(path)}${writtenFields(place)}`, options }, OPTIONS);
}

function writtenFields({ fields, field }: VaultPlace): string {
  if (field !== undefined) return `#${writePath(field)}`;
  return fields === undefined ? '' : `#${writePairFields(fields)}`;
}

/** The place for one user. Throws `not-deliverable`. */
export function vaultPlaceFor(template: string, facts: PlaceFacts): string {
  const text = placeFor(template, facts, VAULT_SECRETS);
  const place = vaultPlace(text);
  return place === undefined ? text : placeText(place);
}

/** What is written there: one secret at one Vault, however to sign in. */
export function thingAt({ path, options }: VaultPlace): string {
  const where = [options.get('address'), options.get('namespace')].filter(Boolean).join(' ');
  return where === '' ? path : `${where} ${path}`;
}

/** Whether both are the same fields of one secret. */
export function isSameFields(one: VaultPlace, other: VaultPlace): boolean {
  return writtenFields(one) === writtenFields(other);
}

/** A secret that is named without its Vault, at the one of the target; see DestinationKind.completed. */
export function completedPlace(
  named: string,
  { place }: Pick<JournaledTarget, 'place'>,
): string | undefined {
  const [own, there] = [vaultPlace(named), vaultPlace(place)];
  if (own === undefined || there === undefined) return undefined;
  if (writtenFields(own) !== '' && !isSameFields(own, there)) return undefined;
  const where = ['address', 'namespace'].flatMap((name) => {
    const value = own.options.get(name) ?? there.options.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return placeText({ ...own, options: new Map([...own.options, ...where]) });
}

/** What the operator says of the readers: that they read again within so many minutes. */
export function settleOf({ options }: VaultPlace): Settle | undefined {
  const minutes = options.get('settle-minutes');
  return minutes === undefined ? undefined : { minutes: Number(minutes) };
}

/** With {user} where the path has the user's name. */
export function vaultAskedAs(text: string, user: string): AskedPlace | undefined {
  const place = vaultPlace(text);
  if (place === undefined) return undefined;
  const { path, ...rest } = place;
  const behind = placeText({ ...rest, path: '' });
  return { region: undefined, template: `${withUser(writtenName(path), user)}${behind}` };
}
