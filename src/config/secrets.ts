// Texts of a configuration that look like secrets. They are refused wherever they stand, comments included,
// and never shown (I8).

import type { Slip } from './syntax.ts';

const SHAPES: readonly RegExp[] = [
  /\b(?:gh[pousr]_|github_pat_)\w{20,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\bCCIPAT_\w{20,}/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]+/g,
];

/** A secret access key: 40 characters of base64, which no word and no hash in hexadecimal digits is. */
const AWS_SECRET = /(?<![\w/+=.-])[A-Za-z0-9/+]{40}(?![\w/+=.-])/g;

export function secretsIn(text: string): readonly Slip[] {
  const shaped = SHAPES.flatMap((shape) => [...text.matchAll(shape)]);
  const keys = [...text.matchAll(AWS_SECRET)].filter(
    ([word]) => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word),
  );
  return [...shaped, ...keys].map(({ 0: word, index }) => ({
    code: 'secret-in-clear',
    message: `this looks like a secret (${word.slice(0, 4)}…, ${word.length} characters); take it out of the file, and revoke it`,
    offset: index,
  }));
}
