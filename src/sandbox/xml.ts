// Renders results as the XML of the AWS query protocol.

import { isoSeconds } from './clock.ts';

/** A list becomes `<member>`, a map `<entry>` elements; undefined leaves the element out. */
export type XmlValue =
  | string
  | number
  | boolean
  | Date
  | undefined
  | readonly XmlValue[]
  | ReadonlyMap<string, XmlValue>
  | XmlFields;

export interface XmlFields {
  readonly [name: string]: XmlValue;
}

export function element(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

export function content(value: XmlValue): string {
  if (value === undefined) return '';
  if (value instanceof Date) return isoSeconds(value);
  if (isList(value)) return value.map((item) => element('member', item)).join('');
  if (value instanceof Map) {
    return [...value].map(([key, inner]) => element('entry', { key, value: inner })).join('');
  }
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, inner]) => element(name, inner))
      .join('');
  }
  return escapeXml(String(value));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
