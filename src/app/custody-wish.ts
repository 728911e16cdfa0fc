// How new secrets are kept, from what a command line or a configuration says, and else from the environment.

import type { Environment } from '../base/environment.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Secret } from '../base/secret.ts';
import { CUSTODY_TAKES, type CustodyKind, type CustodyWish, readCustody } from '../custody/wish.ts';
import { credentialReference } from '../destinations/place-credentials.ts';

/** By the names that the flags have. */
export interface CustodyValues {
  readonly custody?: CustodyKind | undefined;
  /** Where an identity is, and never the identity itself. */
  readonly custodyIdentity?: string | undefined;
  readonly custodyKmsKey?: string | undefined;
  readonly custodyTags?: readonly (readonly [key: string, value: string])[] | undefined;
}

export const CUSTODY_VARIABLES = {
  custody: 'KEYTURN_CUSTODY',
  custodyIdentity: 'KEYTURN_CUSTODY_IDENTITY',
  custodyKmsKey: 'KEYTURN_CUSTODY_KMS_KEY',
  custodyTags: 'KEYTURN_CUSTODY_TAGS',
} as const satisfies Record<keyof CustodyValues, string>;

/** Throws `bad-value` for what contradicts itself, or is in the environment and names nothing. */
export function custodyWish(given: CustodyValues, env: Environment): CustodyWish {
  const custody = given.custody ?? custodyIn(env);
  const kmsKey = given.custodyKmsKey ?? (env[CUSTODY_VARIABLES.custodyKmsKey] || undefined);
  const tags = given.custodyTags ?? tagsIn(env);
  refuseIdentity(given.custodyIdentity);
  const { custodyKmsKey, custodyTags } = given;
  const takesKey = custody === undefined || ['kms', 'secrets-manager'].includes(custody.kind);
  if (custodyKmsKey !== undefined && !takesKey)
    throw useless('--custody-kms-key', 'kms or secrets-manager');
  if (custodyTags !== undefined && custody?.kind !== 'secrets-manager') {
    throw useless('--custody-tags', 'secrets-manager');
  }
  return {
    custody,
    kmsKey: takesKey ? kmsKey : undefined,
    tags: tags && Object.fromEntries(tags),
    identity: identityOf(given.custodyIdentity, env),
  };
}

function custodyIn(env: Environment): CustodyKind | undefined {
  const name = CUSTODY_VARIABLES.custody;
  const text = env[name] || undefined;
  if (text === undefined) return undefined;
  const read = readCustody(text);
  if (read !== undefined) return read;
  throw new KeyturnError(
    'bad-value',
    `${name} holds ${JSON.stringify(text)}, which is no custody`,
    {
      hint: `it takes ${CUSTODY_TAKES}`,
    },
  );
}

function tagsIn(env: Environment): CustodyValues['custodyTags'] {
  const text = env[CUSTODY_VARIABLES.custodyTags] || undefined;
  return text?.split(',').map((pair) => {
    const [key = '', ...value] = pair.trim().split('=');
    return [key.trim(), value.join('=').trim()] as const;
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
): (() => Promise<Secret>) | undefined {
  const variable = CUSTODY_VARIABLES.custodyIdentity;
  if (reference === undefined && !env[variable]) return undefined;
  return async () => {
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
      throw new KeyturnError('bad-value', `no age identity: ${thrown.message}`, {
        cause: thrown,
        hint: thrown.hintParts,
      });
    }
  };
}

function useless(flag: string, kinds: string): KeyturnError {
  return new KeyturnError('conflicting-flags', `${flag} has no effect without --custody ${kinds}`, {
    hint: `leave ${flag} out, or name that custody too`,
  });
}
