// Renders results as the XML of the AWS query protocol.

import { isoSeconds } from './clock.ts';
import { isList, type ResultValue } from './result.ts';

/** A list becomes `<member>`, a map `<entry>` elements; undefined leaves the element out. */
export function element(name: string, value: ResultValue): string {
  if (value === undefined) return '';
  return `<${name}>${content(value)}</${name}>`;
}

export function content(value: ResultValue): string {
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

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#xD;');
}
