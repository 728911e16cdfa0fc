// Secrets of AWS Secrets Manager as custody: one for each key, with the text in it, until every place has
// the secret. Whether it is held, removed or condemned is in the store, which points here.

import { randomUUID } from 'node:crypto';
import { type AccessKeyId, accessKeyId } from '../base/access-key-id.ts';
import type { AwsKeptTexts, HowKept, VersionedText } from '../base/aws-custody.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Command } from '../base/hint.ts';
import { newId } from '../base/new-id.ts';
import { Secret } from '../base/secret.ts';
import type { IssuedKey } from '../lifecycle/issued-key.ts';
import { type BoxedKey, type BoxOf, bindingOf, type FoundText } from './box.ts';

export interface KeptTextsParts {
  /** Opened in that region. */
  readonly texts: (region: string | undefined) => Promise<AwsKeptTexts>;
  /** What the names of all secrets begin with. */
  readonly prefix: string;
  /** In which new ones are made. */
  readonly region: string;
  readonly how: HowKept;
  /** Gives up a secret whose text is gone. */
  readonly forget?: ((keyId: AccessKeyId) => Command) | undefined;
}

/** What is there a moment after it was made, and not yet for everybody. */
const READS_MAX = 5;

export function keptTextsBox(parts: KeptTextsParts): BoxOf<'secrets-manager'> {
  const { prefix, region } = parts;
  let proved: Promise<void> | undefined;
  return {
    kind: 'secrets-manager',
    by: `Secrets Manager at ${prefix}/`,
    // Whoever may not make, read and delete one finds that out before a key is made.
    prepare: async () => {
      const proving = proved ?? proof(parts);
      proved = proving;
      await proving.catch((thrown: unknown) => {
        proved = undefined;
        throw thrown;
      });
    },
    prove: async () => {
      await (await parts.texts(region)).read(`${prefix}/proof/none`);
    },
    seal: async (about, secret) => {
      const name = nameOf(prefix, about);
      const version = randomUUID();
      await keep(name, { text: textOf(about, secret), version }, parts);
      return { by: 'secrets-manager', ref: `${region}:${name}:${version}` };
    },
    open: async (about, { ref }) => {
      const [at, name] = partsOfRef(ref);
      const text = await (await parts.texts(at)).read(name);
      if (text === undefined) {
        throw new KeyturnError(
          'secret-missing',
          `secret ${name} in region ${at} is gone, and with it the secret of ${about.keyId}`,
          {
            hint: [
              'the old key was not touched; unless somebody can put the text back, give the secret up, and the next run makes another key:',
              ...(parts.forget === undefined ? [] : [parts.forget(about.keyId)]),
            ],
          },
        );
      }
      const read = readText(text);
      const isIts = read !== undefined && bindingOf('', read) === bindingOf('', about);
      if (isIts) return read.secret;
      throw new KeyturnError(
        'state-dir',
        `secret ${name} in region ${at} does not hold the secret of ${about.keyId}: somebody changed it`,
        { hint: 'put back the version that keyturn wrote; the old key was not touched' },
      );
    },
    elsewhere: {
      refOf: (account, keyId) => `${region}:${nameOf(prefix, { account, keyId })}`,
      find: (account, keyId) => find({ account, keyId }, parts),
      drop: async (ref) => {
        const [at, name] = partsOfRef(ref);
        await (await parts.texts(at)).remove(name);
      },
    },
  };
}

function nameOf(prefix: string, { account, keyId }: Pick<BoxedKey, 'account' | 'keyId'>): string {
  return `${prefix}/${account}/${accessKeyId(keyId)}`;
}

/** The version only tells one text from another: what counts is what is there now. */
function partsOfRef(ref: string): readonly [region: string, name: string] {
  const [region = '', name = ''] = ref.split(':');
  return [region, name];
}

/** Durable and read back when it resolves (I3). */
async function keep(name: string, kept: VersionedText, parts: KeptTextsParts): Promise<void> {
  const { text } = kept;
  const texts = await parts.texts(parts.region);
  if (!(await texts.create(name, kept, parts.how))) {
    // By an earlier attempt of ours whose answer was lost; or an older text, which this one replaces.
    if ((await texts.read(name))?.equals(text) === true) return;
    await texts.replace(name, kept);
  }
  for (let reads = 0; reads < READS_MAX; reads += 1) {
    if ((await texts.read(name))?.equals(text) === true) return;
  }
  throw new KeyturnError('handoff-failed', `secret ${name} cannot be read back as it was written`, {
    hint: 'look at what else writes secrets of that prefix, then run again',
  });
}

async function proof({ prefix, ...parts }: KeptTextsParts): Promise<void> {
  const name = `${prefix}/proof/${newId()}`;
  const text = new Secret('keyturn tries whether it may keep secrets here');
  await keep(name, { text, version: randomUUID() }, { prefix, ...parts });
  await (await parts.texts(parts.region)).remove(name);
}

function textOf(about: BoxedKey & Partial<IssuedKey>, secret: Secret): Secret {
  const { account, user, keyId, rotation, createdAt } = about;
  const text = {
    ...{ purpose: PURPOSE, account_id: account, user_name: user },
    ...{ access_key_id: keyId, secret_access_key: secret.reveal(), rotation },
    created_at: createdAt?.toISOString(),
  };
  return new Secret(JSON.stringify(text));
}

const PURPOSE = 'keyturn/custody/1';

/** Undefined for a text of somebody else. */
function readText(text: Secret): IssuedKey | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text.reveal());
  } catch {
    // What the parser says could quote the secret (I8).
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const fields = parsed as Readonly<Record<string, unknown>>;
  const named = (name: string) => {
    const value = fields[name];
    return typeof value === 'string' ? value : '';
  };
  if (named('purpose') !== PURPOSE) return undefined;
  const secret = named('secret_access_key');
  if (secret === '') return undefined;
  return {
    account: named('account_id'),
    user: named('user_name'),
    keyId: named('access_key_id') as AccessKeyId,
    secret: new Secret(secret),
    rotation: named('rotation'),
    createdAt: new Date(named('created_at')),
  };
}

/**
 * I10: whoever made it may have died before the store knew of it. A text of somebody else is neither the
 * secret nor a proof that there is none.
 */
async function find(
  { account, keyId }: Pick<BoxedKey, 'account' | 'keyId'>,
  { texts, prefix, region }: KeptTextsParts,
): Promise<FoundText | undefined> {
  const name = nameOf(prefix, { account, keyId });
  const text = await (await texts(region)).read(name);
  if (text === undefined) return undefined;
  const key = readText(text);
  if (key?.account === account && key.keyId === keyId) {
    return { key, sealed: { by: 'secrets-manager', ref: `${region}:${name}` } };
  }
  throw new KeyturnError(
    'state-dir',
    `secret ${name} in region ${region} is not keyturn's, and has the name that the secret of ${keyId} would have`,
    { hint: 'move it away, or name another prefix with --custody' },
  );
}
