// What is wrong with a place of a configuration: its text, and the keys beside it.

import { closest } from '../base/closest.ts';
import { askedFormFault, formWords } from '../destinations/forms/asked-form.ts';
import { namedForm } from '../destinations/forms/forms.ts';
import type { DestinationKind } from '../destinations/kind.ts';
import { OFFERED_KINDS, wordOf } from '../destinations/kinds.ts';
import { quotedPlace, templateFault } from '../destinations/place.ts';
import { credentialReference } from '../destinations/place-credentials.ts';
import type { FaultCode } from './fault.ts';
import { addressFault } from './judge-connections.ts';
import type { Connections, DeliverItem, PlaceObject } from './model.ts';
import { formOf, partsOfText, readPlace, textOf, waySettings } from './place-item.ts';
import { braceFault, sampled } from './place-template.ts';

export interface PlaceFault {
  readonly code: FaultCode;
  readonly message: string;
  readonly index?: number;
  /** The key of the item that it is about; its text when left out. */
  readonly key?: keyof PlaceObject;
  /** Whether it is about the key itself and not its value. */
  readonly isKey?: boolean;
}

const bad = (message: string, index?: number): PlaceFault => ({
  code: 'bad-value',
  message,
  ...(index !== undefined && { index }),
});

const atKey = (key: keyof PlaceObject, message: string, isKey = true): PlaceFault => ({
  code: isKey ? 'conflict' : 'bad-value',
  message,
  key,
  ...(isKey && { isKey }),
});

export function placeFault(
  item: DeliverItem,
  connections: Connections = {},
): PlaceFault | undefined {
  const text = textOf(item);
  const word = partsOfText(text).kind;
  const kind = OFFERED_KINDS.find(({ name }) => name === word);
  if (kind === undefined) return bad(unknownKind(word));
  return (
    environmentFault(text, kind) ??
    clearFault(text, kind) ??
    braceFault(text) ??
    fieldBraceFault(item) ??
    secondPlaceFault(text) ??
    (typeof item === 'string' ? undefined : keysFault(item, kind, connections)) ??
    formFault(item, kind) ??
    nameFault(item, kind, connections)
  );
}

function unknownKind(word: string): string {
  const names = OFFERED_KINDS.map(({ name }) => name);
  const near = closest(word.toLowerCase(), names);
  const is = `"${word}" is no kind of place`;
  const meant = near === undefined ? '' : `did you mean "${near}"? `;
  return `${is}; ${meant}The kinds are ${names.join(', ')}`;
}

/** `${…}` names a credential behind an option that takes one, and is read nowhere else. */
function environmentFault(text: string, { way }: DestinationKind): PlaceFault | undefined {
  for (const { index } of text.matchAll(/\$\{/g)) {
    const [, option = ''] = /[?&]([a-z-]+)=$/.exec(text.slice(0, index)) ?? [];
    const form = way !== undefined && Object.hasOwn(way.settings, option) && way.settings[option];
    if (form === 'reference') continue;
    return bad(
      `"\${" is not read in a place: where a secret goes does not depend on the environment`,
      index,
    );
  }
  return undefined;
}

/** I8: a credential that stands behind an option, where only the way to it may; told without its line. */
function clearFault(text: string, { way }: DestinationKind): PlaceFault | undefined {
  if (way === undefined) return undefined;
  for (const { 0: whole, 1: option = '', 2: value = '', index } of text.matchAll(OPTION)) {
    const form = Object.hasOwn(way.settings, option) ? way.settings[option] : undefined;
    const at = index + whole.length - value.length;
    if (form === 'reference' && credentialReference(value) === undefined) {
      const message = `a secret in clear is refused; write ${option}=\${env:NAME}, \${file:/PATH} or \${command:PROGRAM ARG}`;
      return { code: 'secret-in-clear', message, index: at };
    }
    const fault = option === 'address' ? addressFault(value) : undefined;
    if (fault?.code === 'secret-in-clear') return { ...fault, index: at };
  }
  return undefined;
}

const OPTION = /[?&]([a-z-]+)=((?:\$\{[^}]*\}|[^&])*)/g;

/** Placeholders in the names of fields. */
function fieldBraceFault(item: DeliverItem): PlaceFault | undefined {
  if (typeof item === 'string') return undefined;
  for (const key of ['id', 'secret'] as const) {
    const fault = braceFault(item[key] ?? '');
    if (fault !== undefined) return { ...fault, key };
  }
  return undefined;
}

/** Where a second place begins in a text that is one. */
function secondPlaceFault(text: string): PlaceFault | undefined {
  const words = OFFERED_KINDS.map(({ name }) => name).join('|');
  const index = text.search(new RegExp(`,(?=\\s*(?:${words})\\s*(?:[=:,]|$))`));
  return index < 0 ? undefined : bad('two places in one text; each is an item of its own', index);
}

const WAY_KEYS = ['role', 'external_id'] as const;

function keysFault(
  item: PlaceObject,
  kind: DestinationKind,
  connections: Connections,
): PlaceFault | undefined {
  const { id, secret } = item;
  if ((id === undefined) !== (secret === undefined)) {
    return bad('"id" and "secret" name the two fields, and one of them is missing');
  }
  if (id !== undefined && kind.fieldStyle === undefined) {
    return atKey('id', `"${kind.name}" takes no fields`);
  }
  if (id !== undefined && item.to.includes('#')) {
    return atKey('id', 'the fields are named behind "#" of "to" already; keep one of the two');
  }
  return (
    awsFault(item, kind) ??
    makingFault(item, kind) ??
    connectionFault(item, kind, connections) ??
    twiceFault(item, kind, connections)
  );
}

/** What is said of places in AWS alone. */
function awsFault(item: PlaceObject, kind: DestinationKind): PlaceFault | undefined {
  const key = ([...WAY_KEYS, 'region'] as const).find((name) => item[name] !== undefined);
  if (key !== undefined && kind.isInAccount !== true) {
    const names = OFFERED_KINDS.filter(({ isInAccount }) => isInAccount).map(({ name }) => name);
    return atKey(key, `"${key}" is for ${names.join(' and ')}, not for "${kind.name}"`);
  }
  if (item.external_id === undefined || item.role !== undefined || item.with !== undefined) {
    return undefined;
  }
  return atKey('external_id', '"external_id" goes with "role", which is missing');
}

function makingFault(item: PlaceObject, kind: DestinationKind): PlaceFault | undefined {
  const { create_missing: isMade } = item;
  if (isMade === true && kind.makesPlaces !== true) {
    const names = OFFERED_KINDS.filter(({ makesPlaces }) => makesPlaces).map(({ name }) => name);
    const message = `nothing makes a place of "${kind.name}"; "create_missing" is for ${names.join(', ')}`;
    return atKey('create_missing', message);
  }
  const idle = (['create_kms_key', 'create_tags'] as const).find((key) => item[key] !== undefined);
  if (idle === undefined) return undefined;
  if (isMade !== true) return atKey(idle, `"${idle}" has no effect without "create_missing: true"`);
  const isOfKms = idle === 'create_kms_key' && kind.isInAccount !== true;
  return isOfKms
    ? atKey(idle, `"${idle}" is for places in AWS, not for "${kind.name}"`)
    : undefined;
}

function connectionFault(
  { with: name }: PlaceObject,
  kind: DestinationKind,
  connections: Connections,
): PlaceFault | undefined {
  if (name === undefined) return undefined;
  const connection = Object.hasOwn(connections, name) ? connections[name] : undefined;
  if (connection === undefined) {
    const names = Object.keys(connections);
    const near = closest(name, names);
    const are =
      near === undefined ? `there are ${names.join(', ') || 'none'}` : `did you mean "${near}"?`;
    return {
      key: 'with',
      code: 'unknown-name',
      message: `no connection is called "${name}"; ${are}`,
    };
  }
  const { service } = kind.way ?? {};
  if (service === connection.kind) return undefined;
  const takes =
    service === undefined ? 'is reached without a connection' : `takes a connection of ${service}`;
  return {
    key: 'with',
    code: 'conflict',
    message: `"${kind.name}" ${takes}, and "${name}" is one of ${connection.kind}`,
  };
}

/** One thing that is said in two places would leave one of them without effect. */
function twiceFault(
  item: PlaceObject,
  { way, isInAccount }: DestinationKind,
  connections: Connections,
): PlaceFault | undefined {
  if (way === undefined) return undefined;
  const { with: name, region } = item;
  const connected = new Set(waySettings({ to: item.to, with: name }, connections).keys());
  const own = [
    ...WAY_KEYS.filter((key) => item[key] !== undefined),
    ...(isInAccount === true && region !== undefined ? (['region'] as const) : []),
  ];
  const twice = own.find((key) => connected.has(key.replaceAll('_', '-')));
  if (twice !== undefined) {
    return atKey(twice, `"${twice}" is in the connection "${name}" too; keep one of the two`);
  }
  for (const setting of connected) {
    if (way.says(textOf(item), setting)) {
      return atKey('with', `"to" says ${setting}, and so does the connection "${name}"`);
    }
  }
  const inText = own.find((key) => way.says(item.to, key.replaceAll('_', '-')));
  return inText && atKey(inText, `"${inText}" is in "to" too; keep one of the two`);
}

function formFault(item: DeliverItem, kind: DestinationKind): PlaceFault | undefined {
  const inText = partsOfText(textOf(item)).form;
  const beside = typeof item === 'string' ? undefined : item.form;
  if (inText !== undefined && beside !== undefined) {
    return atKey('form', 'the form is named in "to" too; keep one of the two');
  }
  const word = inText ?? beside;
  const fault = word === undefined ? undefined : askedFormFault(word, kind);
  if (fault === undefined) return undefined;
  const message = `${fault}; the forms are ${formWords()}, each also with +base64 behind its name`;
  return inText === undefined ? atKey('form', message, false) : bad(message);
}

function nameFault(
  item: DeliverItem,
  kind: DestinationKind,
  connections: Connections,
): PlaceFault | undefined {
  const text = textOf(item);
  const { rule } = kind;
  if (rule === undefined) {
    return partsOfText(text).template === undefined
      ? undefined
      : bad(`"${kind.name}" has no name behind it`);
  }
  const { template } = readPlace(item, connections);
  if (template === '') {
    return bad(
      `${quotedPlace(text)} lacks its name; a place is ${wordOf(kind)}, such as ${kind.name}=${rule.example}`,
    );
  }
  const whole = sampled(template);
  const form = formOf(item);
  const named = form === undefined ? undefined : namedForm(form);
  const fault = templateFault(whole, rule) ?? kind.formFault?.(whole, named);
  return fault === undefined ? undefined : bad(`${quotedPlace(text)} is no place: ${fault}`);
}
