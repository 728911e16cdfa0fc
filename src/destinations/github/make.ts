// Secrets, and the variable with the key ID, that are made where they are missing.

import { PLACEHOLDER } from '../making-variables.ts';
import { audienceOfNew, type GithubParts, secretNames } from './look.ts';
import { sealAll } from './write.ts';

/** By reads alone. */
export async function missingNames({ at, api }: GithubParts): Promise<readonly string[]> {
  const { pair } = at;
  const names = secretNames(at);
  const facts = await Promise.all(names.map((name) => api.secret(name)));
  const missing = names.filter((_, index) => facts[index] === undefined);
  if (pair.form !== 'variable' || (await api.variable(pair.id)) !== undefined) return missing;
  return [...missing, `vars.${pair.id}`];
}

/**
 * GitHub has no write that fails where there is a secret by now: one that somebody made in the meantime gets the
 * placeholder, and a moment later the key.
 */
export async function makeNamed({ api, store }: GithubParts, name: string): Promise<void> {
  const audience = audienceOfNew(store);
  const [, variable] = /^vars\.(.+)$/.exec(name) ?? [];
  if (variable !== undefined) return await api.createVariable(variable, PLACEHOLDER, audience);
  const { answer: _, ...publicKey } = await api.publicKey();
  const [box = ''] = await sealAll([PLACEHOLDER], publicKey);
  await api.putSecret(name, { keyId: publicKey.id, box, audience });
}
