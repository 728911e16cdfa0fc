// How new secrets are kept, from what a command line or a configuration says, and else from the environment.

import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';
import { isKmsKeyName, KMS_KEY_TAKES } from '../base/kms-key-name.ts';
import { readTagPairs, TAGS_TAKE, type TagPairs } from '../base/tag-pairs.ts';
import { CUSTODY_TAKES, type CustodyKind, type CustodyWish, readCustody } from '../custody/wish.ts';
import { credentialReference } from '../destinations/place-credentials.ts';

/** By the names that the flags have. */
export interface CustodyValues {
  readonly custody?: CustodyKind | undefined;
  /** Where an identity is, and never the identity itself. */
  readonly custodyIdentity?: string | undefined;
  readonly custodyKmsKey?: string | undefined;
  readonly custodyTags?: TagPairs | undefined;
}

export const CUSTODY_VARIABLES = {
  custody: 'KEYTURN_CUSTODY',
  custodyIdentity: 'KEYTURN_CUSTODY_IDENTITY',
  custodyKmsKey: 'KEYTURN_CUSTODY_KMS_KEY',
  custodyTags: 'KEYTURN_CUSTODY_TAGS',
} as const satisfies Record<keyof CustodyValues, string>;

/** Throws `bad-value` for what contradicts itself, or is in the environment and names nothing. */
export function custodyWish(given: CustodyValues, env: Environment): CustodyWish {
  const custody = given.custody ?? inVariable('custody', CUSTODY, env);
  const kmsKey = given.custodyKmsKey ?? inVariable('custodyKmsKey', KMS_KEY, env);
  const tags = given.custodyTags ?? inVariable('custodyTags', TAGS, env);
  refuseIdentity(given.custodyIdentity);
  const { custodyKmsKey, custodyTags } = given;
  const takesKey = custody === undefined || ['kms', 'secrets-manager'].includes(custody.kind);
  if (custodyKmsKey !== undefined && !takesKey)
    throw useless('--custody-kms-key', 'kms or secrets-manager');
  if (custodyTags !== undefined && custody?.kind !== 'secrets-manager') {
    throw useless('--custody-tags', 'secrets-manager');
  }
  refuseOwnTags(tags ?? []);
  return {
    custody,
    kmsKey: takesKey ? kmsKey : undefined,
    tags: tags && Object.fromEntries(tags),
    ...identityOf(given.custodyIdentity, env),
  };
}

interface Reading<Value> {
  readonly read: (text: string) => Value | undefined;
  readonly what: string;
  readonly takes: string;
}

const CUSTODY = { read: readCustody, what: 'no custody', takes: CUSTODY_TAKES };
const TAGS = { read: readTagPairs, what: 'no tags', takes: TAGS_TAKE };
const KMS_KEY = {
  read: (text: string) => (isKmsKeyName(text) ? text : undefined),
  what: 'no KMS key',
  takes: KMS_KEY_TAKES,
};

function inVariable<Value>(
  of: keyof CustodyValues,
  { read, what, takes }: Reading<Value>,
  env: Environment,
): Value | undefined {
  const name = CUSTODY_VARIABLES[of];
  const text = env[name] || undefined;
  if (text === undefined) return undefined;
  const value = read(text);
  if (value !== undefined) return value;
  throw new KeyturnError('bad-value', `${name} holds ${JSON.stringify(text)}, which is ${what}`, {
    hint: `it takes ${takes}`,
  });
}

/** By them keyturn tells its secrets from others. */
function refuseOwnTags(tags: TagPairs): void {
  const own = tags.find(([key]) => /^keyturn:/i.test(key))?.[0];
  if (own === undefined) return;
  throw new KeyturnError('bad-value', `the tag ${JSON.stringify(own)} is keyturn's own`, {
    hint: 'leave it out of --custody-tags: tags that begin with keyturn: are set by keyturn',
  });
}

/** What stands on a command line is seen by everybody on the machine (I8), so it is not repeated here either. */
function refuseIdentity(text: string | undefined): void {
  if (text === undefined || credentialReference(text) !== undefined) return;
  throw new KeyturnError('bad-value', '--custody-identity does not say where an identity is', {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: references, as they are written
    hint: "write '${file:/PATH}', '${env:NAME}' or '${command:PROGRAM ARG}', in single quotes; an identity itself does not belong on a command line",
  });
}

function identityOf(
  reference: string | undefined,
  env: Environment,
): Pick<CustodyWish, 'identity' | 'identitySaid'> {
  const variable = CUSTODY_VARIABLES.custodyIdentity;
  const text = reference ?? env[variable];
  if (!text) return {};
  const by = reference === undefined ? variable : '--custody-identity';
  const identity = async () => {
    const [{ placeCredentials }, { nodePrograms }] = await Promise.all([
      import('./place-credentials.ts'),
      import('./node-programs.ts'),
    ]);
    const credentials = placeCredentials(env, nodePrograms(env));
    try {
      const found =
        reference === undefined
          ? await credentials.fromEnvironment(variable)
          : await credentials.resolve(reference);
      if (found !== undefined) return found;
      throw new KeyturnError('bad-value', `${variable} is empty`);
    } catch (thrown) {
      if (!(thrown instanceof KeyturnError)) throw thrown;
      throw new KeyturnError('bad-value', `no age identity: ${thrown.message} (${by})`, {
        cause: thrown,
        hint: thrown.hintParts,
      });
    }
  };
  // A program may ask a person, or a vault: it is started when something is to be opened.
  const isAtHand = credentialReference(text)?.kind !== 'command';
  return { identity, identitySaid: { by, isAtHand } };
}

function useless(flag: string, kinds: string): KeyturnError {
  return new KeyturnError('conflicting-flags', `${flag} has no effect without --custody ${kinds}`, {
    hint: `leave ${flag} out, or name that custody too`,
  });
}
