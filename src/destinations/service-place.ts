// What may stand behind `?` of a place in a service that has a usual address and a usual variable for its token:
// `acme/app?address=https://ghes.example.com/api/v3&token=${env:GHES_TOKEN}`.

import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { HttpAnswer, HttpCall, HttpService } from '../http/service.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { DestinationKind, Opening } from './kind.ts';
import { withUser } from './place.ts';
import type { PlaceCredentials } from './place-credentials.ts';
import {
  isBareAddress,
  type OptionForms,
  readOptions,
  withScheme,
  writeOptions,
} from './place-options.ts';

export const SERVICE_OPTIONS = {
  address: 'address',
  token: 'reference',
} as const satisfies OptionForms;

export type PlaceOptions = ReadonlyMap<string, string>;

/** What is wrong with the options; undefined when nothing is. */
export function optionsFault(text: string, forms: OptionForms): string | undefined {
  const read = readOptions(text, forms);
  return typeof read === 'string' ? read : undefined;
}

export interface UsualNames {
  /** Who it is, for people. */
  readonly service: string;
  /** Where the vendor's own service is, which is meant where nobody says another. */
  readonly home: string;
  /** What some write behind an address, and what is no part of it: the path of the API. */
  readonly tail: string;
  /** Variables with the address, the first that is set counts. */
  readonly addresses: readonly [string, ...string[]];
  /** Likewise with the token. */
  readonly tokens: readonly string[];
}

/** One spelling of an address that is bare: scheme, host and path, without what the service adds. */
export function plainAddress(address: string, { tail }: Pick<UsualNames, 'tail'>): string {
  const { href } = new URL(withScheme(address.trim()));
  const bare = href.replace(/\/+$/, '');
  return tail !== '' && bare.endsWith(tail) ? bare.slice(0, -tail.length) : bare;
}

/**
 * The options with the address of the service, so that any later run finds the place there: what a record says
 * of it counts, whatever the environment names by then, and one that says nothing means the vendor's own service.
 */
export function settledOptions(
  options: PlaceOptions,
  names: UsualNames,
  { credentials, isOnRecord = false }: Pick<Opening, 'credentials' | 'isOnRecord'>,
): PlaceOptions {
  const named = isOnRecord ? undefined : namedIn(names, credentials)?.value;
  const address = (options.get('address') ?? named ?? names.home).trim();
  // One that is refused later must not be on record: it may hold a password.
  const isKept = isBareAddress(withScheme(address));
  return isKept ? new Map([...options, ['address', plainAddress(address, names)]]) : options;
}

/** The variable of the environment that names an address, and what it says. */
function namedIn({ addresses }: UsualNames, { setting }: Pick<PlaceCredentials, 'setting'>) {
  for (const name of addresses) {
    const value = setting(name)?.trim();
    if (value !== undefined) return { name, value };
  }
  return undefined;
}

/** Where the service of a place is whose options are settled. */
export function addressIn(
  options: PlaceOptions,
  names: UsualNames,
  credentials: Pick<PlaceCredentials, 'setting'>,
): string {
  return options.get('address') ?? namedIn(names, credentials)?.value ?? names.home;
}

/** What tells places of one name at two services apart; empty for the vendor's own one. */
export function serviceWords(options: PlaceOptions, names: UsualNames): string {
  const address = plainAddress(options.get('address') ?? names.home, names);
  return address === plainAddress(names.home, names) ? '' : `${address} `;
}

/** Undefined where neither the place nor the environment says. */
export async function tokenOf(
  options: PlaceOptions,
  names: UsualNames,
  credentials: PlaceCredentials,
): Promise<Secret | undefined> {
  const named = options.get('token');
  if (named !== undefined) return await credentials.resolve(named);
  const variable = names.tokens.find((name) => credentials.setting(name) !== undefined);
  if (variable !== undefined) refuseForeignService(options, names, credentials, variable);
  return await credentials.fromEnvironment(...names.tokens);
}

/**
 * A credential of the environment is for the service that the environment names: it is not shown to another
 * one. Throws `not-deliverable`.
 */
export function refuseForeignService(
  options: PlaceOptions,
  names: UsualNames,
  credentials: Pick<PlaceCredentials, 'setting'>,
  credential: string,
): void {
  const address = options.get('address');
  const own = namedIn(names, credentials);
  if (address === undefined || own === undefined || !isBareAddress(withScheme(own.value))) return;
  if (new URL(withScheme(own.value)).origin === new URL(withScheme(address)).origin) return;
  throw new KeyturnError(
    'not-deliverable',
    `${credential} is for the ${names.service} that ${own.name} names, ${own.value}, and the place is at ${address}`,
    {
      hint: `run with ${own.name}=${address} and a credential for it, or name one behind the place, as ?token=\${env:NAME}`,
    },
  );
}

/** What the places of a service have in common, which are told apart by what is written there. */
export function servicePlaces(
  things: (target: JournaledTarget) => readonly string[],
  forms: OptionForms,
): Required<Pick<DestinationKind, 'askedAs' | 'completed' | 'things' | 'joint'>> {
  return {
    askedAs: ({ place }, user) => ({ region: undefined, template: templateWithUser(place, user) }),
    completed: (named, { place }) => atAddressOf(named, place, forms),
    things,
    joint: (own, begun) => jointByThings(own, begun, things),
  };
}

/** With {user} where a part of the text before the options is the user's name. */
function templateWithUser(place: string, user: string): string {
  const [, bare = '', options = ''] = /^([^?]*)(.*)$/s.exec(place) ?? [];
  return `${withUser(bare, user)}${options}`;
}

/** A place that is named without an address, at the one of the other; see DestinationKind.completed. */
function atAddressOf(named: string, other: string, forms: OptionForms): string | undefined {
  const [own, there] = [readOptions(named, forms), readOptions(other, forms)];
  if (typeof own === 'string' || typeof there === 'string') return undefined;
  const address = own.options.get('address') ?? there.options.get('address');
  const options = address === undefined ? [] : [['address', address] as const];
  return writeOptions({ ...own, options: new Map([...own.options, ...options]) }, forms);
}

/** One place is written under one set of names, whoever signs in and whichever spelling it has. */
function jointByThings(
  own: DeliveryTarget,
  begun: JournaledTarget,
  things: (target: JournaledTarget) => readonly string[],
): DeliveryTarget | undefined {
  return things(own).join('\n') === things(begun).join('\n') ? own : undefined;
}

export type SendCall = (call: HttpCall) => Promise<HttpAnswer>;

/** Opens the service at the first call, so that a missing token is told where a failure is expected. */
export function sendingTo(open: () => Promise<HttpService>): SendCall {
  let opened: Promise<HttpService> | undefined;
  return async (call) => {
    opened ??= open();
    opened.catch(() => {
      opened = undefined;
    });
    return await (await opened).send(call);
  };
}
