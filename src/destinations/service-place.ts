// What may stand behind `?` of a place in a service that has a usual address and a usual variable for its token:
// `acme/app?address=https://ghes.example.com/api/v3&token=${env:GHES_TOKEN}`.

import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import type { HttpAnswer, HttpCall, HttpService } from '../http/service.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import type { DestinationKind } from './kind.ts';
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
  /** Variables with the address, the first that is set counts. */
  readonly addresses: readonly [string, ...string[]];
  /** Likewise with the token. */
  readonly tokens: readonly string[];
}

/** The options with the address that the environment names, so that any later run finds the place there. */
export function settledOptions(
  options: PlaceOptions,
  { addresses }: UsualNames,
  { setting }: Pick<PlaceCredentials, 'setting'>,
): PlaceOptions {
  const named = addresses.map(setting).find((address) => address !== undefined);
  const address = (options.get('address') ?? named)?.trim().replace(/\/+$/, '');
  // One that is refused later must not be on record: it may hold a password.
  const isKept = address !== undefined && isBareAddress(withScheme(address));
  return isKept ? new Map([...options, ['address', address]]) : options;
}

/** Where the service of a place is. */
export function addressIn(
  options: PlaceOptions,
  { addresses }: UsualNames,
  { setting }: Pick<PlaceCredentials, 'setting'>,
): string | undefined {
  return (
    options.get('address') ?? addresses.map(setting).find((address) => address !== undefined)
  )?.trim();
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
  { service, addresses }: UsualNames,
  { setting }: Pick<PlaceCredentials, 'setting'>,
  credential: string,
): void {
  const address = options.get('address');
  const variable = addresses.find((name) => setting(name) !== undefined);
  const own = variable === undefined ? undefined : setting(variable)?.trim();
  if (address === undefined || own === undefined || !isBareAddress(withScheme(own))) return;
  if (new URL(withScheme(own)).origin === new URL(withScheme(address)).origin) return;
  throw new KeyturnError(
    'not-deliverable',
    `${credential} is for the ${service} that ${variable} names, ${own}, and the place is at ${address}`,
    {
      hint: `run with ${variable}=${address} and a credential for it, or name one behind the place, as ?token=\${env:NAME}`,
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
