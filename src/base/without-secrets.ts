// Text of others who were told a secret, before it is told on (I8).

import type { Secret } from './secret.ts';

/** The text with each of the secrets masked, however it is written: as it is, in base64, JSON or a URL. */
export function withoutSecrets(text: string, secrets: readonly Secret[]): string {
  let clean = text;
  for (const secret of secrets) {
    for (const form of formsOf(secret.reveal())) {
      if (form !== '') clean = clean.replaceAll(form, '[secret]');
    }
  }
  return clean;
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64');
  // The end of a text in base64 depends on what follows it.
  const stem = base64.slice(0, Math.floor((secret.length * 8) / 24) * 4);
  const json = JSON.stringify(secret).slice(1, -1);
  // The whole first: a stem alone leaves the last letters.
  const encoded = [base64, base64.replace(/=+$/, ''), stem];
  const forUrls = encoded.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
  return [
    ...[secret, encodeURIComponent(secret), json, json.replaceAll('/', '\\/')],
    ...[...encoded, ...forUrls],
  ];
}

/** What has the form of a credential, whoever's it is: nobody here knows what others may say. */
const SHAPES: readonly RegExp[] = [
  // A secret access key.
  /(?<![A-Za-z\d/+=])[A-Za-z\d/+]{40}(?![A-Za-z\d/+=])/g,
  // A session token, and what else is in base64 and too long for a path.
  /(?<![A-Za-z\d/+=])[A-Za-z\d/+]{120,}={0,2}/g,
  // A JSON Web Token, and the one that `aws eks get-token` makes.
  /\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g,
  /\bk8s-aws-v1\.[\w=-]+/g,
  // Tokens that begin with the word of their service.
  /\b(?:gh[opusr]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|imt|agent)-|hv[sbr]\.|CCI[A-Z]{2,8}_)[\w.-]{8,}/g,
];

/** A name and what it is given, on one line, with or without quotes. Bounded, whatever the text is made of. */
const GIVEN = /(?<![\w-])([\w-]{1,80})(["']?\s{0,4}[:=]\s{0,4}["']?)([^\s"',;&]{6,})/g;
const SECRET_NAME = /token|secret|passw|api[_-]?key|access[_-]?key$|credential/i;
const SCHEME = /\b(bearer|basic)(\s{1,4})([^\s"',;&]{6,})/gi;
/** "token: expired" is said for people, and a key ID is no secret. */
const PLAIN = /^(?:[A-Za-z]{1,15}[.!]?|A[KS]IA[A-Z\d]{16})$/;

/** A long word of letters and digits together is seldom said for people. */
const OPAQUE = /(?<![\w/.+-])(?=\w*\d)(?=\w*[A-Za-z])\w{28,}(?![\w/.+-])/g;

/** The text without what has the form of a credential. */
export function withoutCredentials(text: string): string {
  return SHAPES.reduce((clean, shape) => clean.replaceAll(shape, '[secret]'), text);
}

/** The same of what a program says: what it names as a credential, and every word that may be one, goes too. */
export function withoutWordsLikeSecrets(text: string): string {
  return withoutCredentials(text)
    .replaceAll(SCHEME, '$1$2[secret]')
    .replaceAll(GIVEN, (all, name: string, between: string, value: string) => {
      const isSaid = !between.includes('=') && PLAIN.test(value);
      return !SECRET_NAME.test(name) || isSaid ? all : `${name}${between}[secret]`;
    })
    .replaceAll(OPAQUE, '[secret]');
}
