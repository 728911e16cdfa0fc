// The write of a pair. Both halves are sealed before the first goes out, and go out one right after the other,
// the secret first: a key ID that has changed says that both are there. A job that begins in between gets
// halves of two keys whichever comes first, so that the one form without such a moment is one secret for both.

import { KeyturnError } from '../../base/errors.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import { type Pair, refuseTooLong } from '../look.ts';
import { newValue } from '../one-value.ts';
import type { Audience, PublicKey, Shared } from './api.ts';
import type { GithubParts, Seen, SeenSecret } from './look.ts';
import { withPermissions, wordsFor } from './refusals.ts';

/** GitHub's bound for a value. */
const BYTES_MAX = 48 * 1_024;

/** For a time that is told in seconds to be another one. */
const NEXT_SECOND_MS = 1_100;

/** Together some ten seconds. */
const PAUSES_MS = [0, 200, 400, 800, 1_600, 3_000, 4_000];

/** Resolves with the times of both secrets as GitHub tells them now. Throws `delivery-failed`. */
export async function writePair(
  parts: GithubParts,
  key: IssuedKey,
  seen: Seen,
): Promise<readonly string[]> {
  await awaitNextSecond(parts, seen);
  try {
    const remade = await writeAll(parts, key, seen);
    const stamps = await stampsAfter(parts, seen);
    await keepAudiences(parts, seen);
    if (remade !== undefined) throw madeAnew(remade, parts);
    return stamps;
  } catch (thrown) {
    throw withPermissions(thrown, parts.at, parts.store);
  }
}

/** Of two writes in one second nobody could tell which one is there. */
async function awaitNextSecond({ clock }: GithubParts, { secrets, seenAt }: Seen): Promise<void> {
  const last = Math.max(...secrets.map(({ updatedAt }) => Date.parse(updatedAt)));
  const isLongAgo = seenAt !== undefined && last + NEXT_SECOND_MS < Number(seenAt);
  if (!isLongAgo) await clock.sleep(NEXT_SECOND_MS);
}

/** The texts of the secrets, in the order of the place. */
function textsOf({ at, form }: GithubParts, own: Pair): readonly string[] {
  const { keyId, secret } = own;
  if (at.pair.form === 'secrets') return [keyId, secret.reveal()];
  if (at.pair.form === 'variable') return [secret.reveal()];
  return [newValue(own, form)];
}

/** Throws `not-deliverable` for a text that GitHub would not take. */
export function refuseLong(parts: GithubParts, pair: Pair): void {
  for (const text of textsOf(parts, pair)) {
    refuseTooLong(text, BYTES_MAX, wordsFor(parts.at, parts.store));
  }
}

/** Resolves with the name of a secret that somebody had deleted in the meantime. */
async function writeAll(
  parts: GithubParts,
  key: IssuedKey,
  { secrets, variable, publicKey }: Seen,
): Promise<string | undefined> {
  const texts = textsOf(parts, key);
  let current = publicKey;
  let boxes = await sealAll(texts, current);
  refuseLong(parts, key);
  let remade: string | undefined;
  for (let index = secrets.length - 1; index >= 0; index -= 1) {
    const secret = secrets[index];
    if (secret === undefined) continue;
    const put = async (): Promise<boolean> =>
      await parts.api.putSecret(secret.name, {
        keyId: current.id,
        box: boxes[index] ?? '',
        audience: secret.audience,
      });
    let isNew: boolean;
    try {
      isNew = await put();
    } catch (thrown) {
      const next = isOfKey(thrown) ? await parts.api.publicKey() : current;
      if (next.id === current.id) throw thrown;
      // GitHub has another public key by now: what was sealed for the former one is of no use.
      current = next;
      boxes = await sealAll(texts, next);
      isNew = await put();
    }
    if (isNew) remade = secret.name;
  }
  if (variable !== undefined) {
    await parts.api.setVariable(variable.name, key.keyId, variable.audience);
  }
  return remade;
}

/** For GitHub alone to open. */
export async function sealAll(
  texts: readonly string[],
  { key }: PublicKey,
): Promise<readonly string[]> {
  const { sealedFor, publicKeyFrom } = await import('./sealed-box.ts');
  const raw = publicKeyFrom(key);
  if (raw === undefined) throw noKey();
  return texts.map((text) => sealedFor(raw, text));
}

function isOfKey(thrown: unknown): boolean {
  return thrown instanceof HttpFailure && thrown.status === 422;
}

/** Also where GitHub took the write and forgot it: the time would be the one of before. */
async function stampsAfter({ api, clock, at, store }: GithubParts, { secrets }: Seen) {
  for (const pauseMs of PAUSES_MS) {
    await clock.sleep(pauseMs);
    const now = await Promise.all(secrets.map(({ name }) => api.secret(name)));
    const isWritten = now.every((each, index) => isLater(each?.updatedAt, secrets[index]));
    if (isWritten) return now.map((each) => each?.updatedAt ?? '');
  }
  throw new KeyturnError(
    'delivery-failed',
    `GitHub took the new pair, and still says that ${wordsFor(at, store)} were written before that`,
    { hint: "run again; GitHub's status page tells whether it has a fault" },
  );
}

function isLater(now: string | undefined, before: SeenSecret | undefined): boolean {
  return Date.parse(now ?? '') > Date.parse(before?.updatedAt ?? '');
}

/** Whoever could read it before can read it still. */
async function keepAudiences(parts: GithubParts, { secrets, variable }: Seen): Promise<void> {
  for (const { name, audience } of secrets) {
    await keepAudience(parts, { kind: 'secret', name }, audience);
  }
  if (variable === undefined) return;
  await keepAudience(parts, { kind: 'variable', name: variable.name }, variable.audience);
}

async function keepAudience(
  { api, at, store }: GithubParts,
  shared: Shared,
  audience: Audience | undefined,
): Promise<void> {
  if (audience === undefined) return;
  const { kind, name } = shared;
  const now = await (kind === 'secret' ? api.secret(name) : api.variable(name));
  if (now?.visibility !== audience.visibility) {
    throw otherAudience(name, { at, store }, now?.visibility);
  }
  if (audience.repositories === undefined) return;
  const repositories = await api.repositoriesOf(shared);
  for (const id of audience.repositories) {
    if (!repositories.includes(id)) await api.giveTo(shared, id);
  }
}

function otherAudience(
  name: string,
  { at, store }: Pick<GithubParts, 'at' | 'store'>,
  visibility: string | undefined,
): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `who may read ${name} of ${wordsFor(at, store)} changed while it was written: it is ${visibility ?? 'gone'} now`,
    { hint: 'check who is to read it, and run again' },
  );
}

function madeAnew(name: string, { at, store }: GithubParts): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `somebody deleted ${name} of ${wordsFor(at, store)} while it was written, and it was made anew`,
    { hint: 'check whether it is to be there; run again, and it is written once more' },
  );
}

function noKey(): KeyturnError {
  return new KeyturnError('delivery-failed', 'GitHub gave a public key that is none', {
    hint: 'check GITHUB_API_URL: of GitHub Enterprise Server it ends in /api/v3',
  });
}
