// One item of `deliver:` as a place. Its text is the one that `--deliver` takes; what stands in keys beside it
// becomes part of that text, so the two have one grammar and one record.

import { formWord, namedForm } from '../destinations/forms/forms.ts';
import type { NewPlaces } from '../destinations/kind.ts';
import { kindNamed } from '../destinations/kinds.ts';
import { type WaySettings, withFieldNames } from '../destinations/way-there.ts';
import type { Connection, Connections, DeliverItem, PlaceObject } from './model.ts';

/** One place, read. */
export interface ConfiguredPlace {
  readonly kind: string;
  /** Behind the `=`, with placeholders. */
  readonly template: string;
  /** As the journal has it; of a form that is read from a file, as it is written (see Config.forms). */
  readonly form: string | undefined;
  /** Undefined for that of the run. */
  readonly region: string | undefined;
  /** How the place is made where it does not exist; undefined where it is not. */
  readonly newPlaces: NewPlaces | undefined;
}

/** What the operator wrote as one text, whichever of the two ways there are. */
export function textOf(item: DeliverItem): string {
  return typeof item === 'string' ? item : item.to;
}

/** A text in its parts: `ssm:base64=/app/{user}`. */
export interface PlaceText {
  readonly kind: string;
  readonly form: string | undefined;
  /** Undefined without `=`. */
  readonly template: string | undefined;
}

export function partsOfText(text: string): PlaceText {
  const at = text.indexOf('=');
  const [kind = '', ...form] = (at < 0 ? text : text.slice(0, at)).split(':');
  return {
    kind,
    form: form.length === 0 ? undefined : form.join(':'),
    template: at < 0 ? undefined : text.slice(at + 1),
  };
}

/** The form as it is written, in the text or beside it. */
export function formOf(item: DeliverItem): string | undefined {
  const { form } = partsOfText(textOf(item));
  return form ?? (typeof item === 'string' ? undefined : item.form);
}

/** Reads a place that has no fault. */
export function readPlace(item: DeliverItem, connections: Connections = {}): ConfiguredPlace {
  const { kind, template = '' } = partsOfText(textOf(item));
  const form = formOf(item);
  const written = form === undefined ? undefined : wordForJournal(form);
  if (typeof item === 'string') {
    return { kind, template, form: written, region: undefined, newPlaces: undefined };
  }
  return {
    kind,
    template: withKeys(template, item, connections),
    form: written,
    region: item.region,
    newPlaces: newPlacesOf(item),
  };
}

function wordForJournal(form: string): string {
  const named = namedForm(form);
  return named === undefined || named.kind.isFile === true ? form : formWord(named);
}

function newPlacesOf({
  create_missing: isMade = false,
  create_kms_key: kmsKey,
  create_tags: tags = {},
}: PlaceObject): NewPlaces | undefined {
  return isMade ? { tags, ...(kmsKey !== undefined && { kmsKey }) } : undefined;
}

/** The template with what the keys beside it say. */
function withKeys(template: string, item: PlaceObject, connections: Connections): string {
  const { fieldStyle, way } = kindNamed(partsOfText(item.to).kind) ?? {};
  const { id, secret } = item;
  const named =
    fieldStyle === undefined || id === undefined || secret === undefined
      ? template
      : withFieldNames(
          template,
          { id, secret },
          { style: fieldStyle, hasOptions: hasOptions(item) },
        );
  return way?.into(named, waySettings(item, connections)) ?? named;
}

/** Whether a `?` in its text begins options. */
function hasOptions(item: PlaceObject): boolean {
  return kindNamed(partsOfText(item.to).kind)?.way !== undefined;
}

/** Everything that is said of the way to a place: by its connection, and by its own keys. */
export function waySettings(item: PlaceObject, connections: Connections): WaySettings {
  const { with: name, role, external_id: externalId } = item;
  const connection = name === undefined ? undefined : connections[name];
  return new Map([
    ...(connection === undefined ? [] : settingsIn(connection)),
    ...(role === undefined ? [] : [['role', role] as const]),
    ...(externalId === undefined ? [] : [['external-id', externalId] as const]),
  ]);
}

/** `auth_mount` is the option `auth-mount`. */
export function settingsIn({ kind: _, ...settings }: Connection): (readonly [string, string])[] {
  return Object.entries(settings).flatMap(([key, value]) =>
    value === undefined ? [] : [[key.replaceAll('_', '-'), value] as const],
  );
}
