// Whose key is it? AWS knows; a profile's name is only a hint. Whatever is answered is checked
// against the user's own list before anything is written.

import { type Denial, denialOf } from '../../aws/denial.ts';
import type { AccountGateway } from '../../aws/gateway.ts';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { Hint } from '../../base/hint.ts';
import type { AccessKey } from '../../lifecycle/keys.ts';

export interface OwnedKey {
  readonly user: string;
  /** All keys of the user, the one asked about among them. */
  readonly keys: readonly AccessKey[];
}

export interface OwnerHints {
  /** The user whom the operator named: then nobody else is tried. */
  readonly user: string | undefined;
  readonly profile: string;
}

/** Throws `unknown-owner` when no user can be shown to have the key. */
export async function findOwner(
  keyId: AccessKeyId,
  hints: OwnerHints,
  gateway: AccountGateway,
): Promise<OwnedKey> {
  const failures: KeyturnError[] = [];
  for await (const user of likelyOwners(keyId, hints, gateway, failures)) {
    try {
      const keys = await gateway.reader.listAccessKeys(user);
      if (keys.some(({ id }) => id === keyId)) return { user, keys };
    } catch (thrown) {
      failures.push(toKeyturnError(thrown));
    }
  }
  const denied = failures.find(({ code }) => code !== 'unknown-user');
  throw new KeyturnError(
    'unknown-owner',
    hints.user === undefined
      ? `could not determine which user owns the target access key ${keyId} of profile ${hints.profile}` +
          (denied === undefined ? '' : `: ${denied.message}`)
      : `user ${hints.user} does not have the key ${keyId} of profile ${hints.profile}` +
          (denied === undefined ? '' : `: ${denied.message}`),
    {
      hint: hintFor(hints, denied),
    },
  );
}

/** Where a grant cannot help, the denial says who can. */
function hintFor({ user }: OwnerHints, denied: KeyturnError | undefined): Hint {
  const isBinding = denied?.code === 'access-denied' && !GRANTABLE.has(denialOf(denied.message));
  if (isBinding) return denied.hintParts;
  if (user !== undefined) return 'check the name; without --user AWS is asked';
  return 'name the user with --user, or grant the authenticating profile iam:GetAccessKeyLastUsed and iam:ListAccessKeys; AWS answers alike for a key that is deleted or of another account';
}

const GRANTABLE: ReadonlySet<Denial> = new Set(['implicit', 'unstated']);

/**
 * The names to try, the cheapest first: who signs, where that is sure; what AWS says of the key; who signs
 * all the same, with a session or another key of their own; the profile's name.
 */
async function* likelyOwners(
  keyId: AccessKeyId,
  hints: OwnerHints,
  gateway: AccountGateway,
  failures: KeyturnError[],
): AsyncGenerator<string> {
  if (hints.user !== undefined) {
    yield hints.user;
    return;
  }
  const { caller } = gateway;
  const self = /:user\/(?:.*\/)?([^/]+)$/.exec(caller.arn)?.[1];
  const isOwnKey = caller.accessKeyId === keyId;
  if (isOwnKey && self !== undefined) yield self;
  try {
    const { owner } = await gateway.reader.lastUse(keyId);
    if (owner !== undefined) yield owner;
  } catch (thrown) {
    failures.push(toKeyturnError(thrown));
    // Most users may list their own keys, and ask AWS nothing about one.
    if (!isOwnKey && self !== undefined) yield self;
  }
  if (/^[\w+=,.@-]{1,64}$/.test(hints.profile)) yield hints.profile;
}
