// What may stand behind `?` of a place in a service that has a usual address and a usual variable for its token:
// `acme/app?address=https://ghes.example.com/api/v3&token=${env:GHES_TOKEN}`.

import type { Secret } from '../base/secret.ts';
import type { HttpAnswer, HttpCall, HttpService } from '../http/service.ts';
import type { DeliveryTarget, JournaledTarget } from '../lifecycle/record.ts';
import { withUser } from './place.ts';
import type { PlaceCredentials } from './place-credentials.ts';
import { type OptionForms, readOptions, writeOptions } from './place-options.ts';

export const SERVICE_OPTIONS = {
  address: 'text',
  token: 'reference',
} as const satisfies OptionForms;

export type PlaceOptions = ReadonlyMap<string, string>;

/** What is wrong with the options; undefined when nothing is. */
export function optionsFault(text: string, forms: OptionForms): string | undefined {
  const read = readOptions(text, forms);
  return typeof read === 'string' ? read : undefined;
}

export interface UsualNames {
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
  return address === undefined ? options : new Map([...options, ['address', address]]);
}

/** Undefined where neither the place nor the environment says. */
export async function tokenOf(
  options: PlaceOptions,
  { tokens }: UsualNames,
  { resolve, fromEnvironment }: PlaceCredentials,
): Promise<Secret | undefined> {
  const named = options.get('token');
  return named === undefined ? await fromEnvironment(...tokens) : await resolve(named);
}

/** With {user} where a part of the text before the options is the user's name. */
export function templateWithUser(place: string, user: string): string {
  const [, bare = '', options = ''] = /^([^?]*)(.*)$/s.exec(place) ?? [];
  return `${withUser(bare, user)}${options}`;
}

/** A place that is named without an address, at the one of the other; see DestinationKind.completed. */
export function atAddressOf(named: string, other: string, forms: OptionForms): string | undefined {
  const [own, there] = [readOptions(named, forms), readOptions(other, forms)];
  if (typeof own === 'string' || typeof there === 'string') return undefined;
  const address = own.options.get('address') ?? there.options.get('address');
  const options = address === undefined ? [] : [['address', address] as const];
  return writeOptions({ ...own, options: new Map([...own.options, ...options]) }, forms);
}

/** One place is written under one set of names, whoever signs in and whichever spelling it has. */
export function jointByThings(
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
