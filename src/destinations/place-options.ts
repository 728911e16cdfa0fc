// What an operator may say of a place behind a question mark: `secret/app?namespace=ns1&token=${env:TOKEN}`.
// A value in `${…}` is taken as a whole, whatever stands in it; other values are written as in a URL.

import { credentialReference } from './place-credentials.ts';

export interface TextWithOptions {
  readonly text: string;
  readonly options: ReadonlyMap<string, string>;
}

/**
 * `reference`: names where a credential is, and never the credential itself. `address`: a host or a URL, and
 * nothing in it that may be a credential.
 */
export type OptionForm = 'text' | 'reference' | 'address';

export type OptionForms = Readonly<Record<string, OptionForm>>;

/** What is wrong with it instead, for whoever wrote it; never quotes a value, which may be a credential. */
export function readOptions(text: string, forms: OptionForms): TextWithOptions | string {
  const start = text.indexOf('?');
  if (start < 0) return { text, options: new Map() };
  const options = new Map<string, string>();
  for (const part of partsOf(text.slice(start + 1))) {
    const [, name = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    const form = Object.hasOwn(forms, name) ? forms[name] : undefined;
    if (form === undefined) {
      return `behind ? stand options, of which ${Object.keys(forms).join(', ')} are known`;
    }
    if (options.has(name)) return `the option ${name} stands there twice`;
    if (value === '') return `the option ${name} lacks its value`;
    if (form === 'reference' && credentialReference(value) === undefined) return notInClear(name);
    const plain = form === 'reference' ? value : decoded(value);
    if (plain === undefined) return `the option ${name} has a % that begins no code of two digits`;
    if (form === 'address' && !isBareAddress(withScheme(plain))) return NO_ADDRESS;
    options.set(name, plain);
  }
  return { text: text.slice(0, start), options };
}

/** Whether it is the URL of a service and holds nothing else, which may be a credential. */
export function isBareAddress(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === '');
}

/** A host alone is asked over https. */
export function withScheme(address: string): string {
  return address.includes('://') ? address : `https://${address}`;
}

export const NO_ADDRESS =
  'address takes an HTTP URL without a user, a password or anything behind its path';

function notInClear(name: string): string {
  return `the option ${name} says where a credential is, as \${env:NAME}, \${file:PATH} or \${command:PROGRAM ARG...}, and never holds it`;
}

/** The text with its options, in one order. */
export function writeOptions({ text, options }: TextWithOptions, forms: OptionForms): string {
  const parts = Object.entries(forms).flatMap(([name, form]) => {
    const value = options.get(name);
    if (value === undefined) return [];
    return [`${name}=${form === 'reference' ? value : encoded(value)}`];
  });
  return parts.length === 0 ? text : `${text}?${parts.join('&')}`;
}

/** The parts between `&`, but for those within `${…}`. */
function partsOf(text: string): readonly string[] {
  return text.match(/(?:\$\{[^}]*\}|[^&])+/g) ?? [''];
}

/** Slashes and colons stay, so that an address can be read. */
function encoded(value: string): string {
  return encodeURIComponent(value).replaceAll('%2F', '/').replaceAll('%3A', ':');
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
