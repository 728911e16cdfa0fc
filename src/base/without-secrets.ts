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
