// Texts of others in Markdown, as text and nothing else: in a pull request or the summary of a job names are escaped,
// so that nobody is mentioned and no cell is broken.

import { printable } from '../base/printable.ts';

const SPECIAL = /[\\`*_{}[\]<>()#+!|~$&]/g;

/**
 * As text and nothing else: no mark-up, no link, no mention, no reference to an issue. What stands behind "@" would
 * be told of a pull request that they have nothing to do with.
 */
export function escaped(text: string): string {
  return printable(text.replaceAll(/\s+/g, ' '))
    .replaceAll(SPECIAL, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll('@', '&#64;&#8203;')
    .replaceAll(/\bhttps?:\/\//g, (scheme) => scheme.replace('://', ':&#8203;//'))
    .replaceAll(/\bwww\./g, 'www&#8203;.')
    .replaceAll(/\bGH-(?=\d)/gi, (issue) => issue.replace('-', '&#8203;-'));
}

/**
 * In a code span nothing has a meaning but the backquote, and in a table the bar; no backslash before it makes a bar
 * a letter for certain, since another one may stand before that.
 */
export function code(text: string): string {
  if (/[`|]/.test(text)) return `<code>${escaped(text)}</code>`;
  return `\`${printable(text.replaceAll(/\s+/g, ' '))}\``;
}
