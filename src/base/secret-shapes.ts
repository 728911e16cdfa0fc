// Texts that look like secrets, by their shape alone: they are never shown, whoever put them where they stand (I8).

const SHAPES: readonly RegExp[] = [
  /\b(?:gh[pousr]_|github_pat_)\w{20,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\bhv[sbr]\.[\w-]{20,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\bCCIPAT_\w{20,}/g,
  /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]+/gi,
];

/** A secret access key: 40 characters of base64, which no word and no hash in hexadecimal digits is. */
const AWS_SECRET = /(?<![\w/+=.-])[A-Za-z0-9/+]{40}(?![\w/+=.-])/g;
const isDrawn = (word: string) => /[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word);

/** Where something stands in the text that looks like a secret. */
export interface SecretShape {
  readonly word: string;
  readonly index: number;
}

export function secretShapesIn(text: string): readonly SecretShape[] {
  const shaped = SHAPES.flatMap((shape) => [...text.matchAll(shape)]);
  const keys = [...text.matchAll(AWS_SECRET)].filter(([word]) => isDrawn(word));
  return [...shaped, ...keys].map(({ 0: word, index }) => ({ word, index }));
}

/** Enough to find the word by, and nothing that could be used. */
export function beginningOf(word: string): string {
  return `${word.slice(0, 4)}…`;
}

/** The text with the beginnings alone of whatever looks like a secret. */
export function withoutSecretShapes(text: string): string {
  let shown = text;
  for (const { word } of secretShapesIn(text)) shown = shown.replaceAll(word, beginningOf(word));
  return shown;
}
