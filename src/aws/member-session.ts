// Sessions in other accounts: the role is assumed with the caller's credentials, and again before the
// session expires. A session of a session lasts an hour at most, so no longer one is asked for.

import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Clock } from '../base/clock.ts';
import { KeyturnError } from '../base/errors.ts';
import { type CallTarget, classifyUnlessStopped } from './classify.ts';
import type { CredentialProvider, Credentials } from './credential-provider.ts';
import { renewing } from './credentials.ts';

export interface MemberRole {
  /** Twelve digits. */
  readonly account: string;
  readonly partition: string;
  readonly roleName: string;
  readonly externalId: string | undefined;
  readonly sessionName: string;
}

export interface MemberSession {
  /** Who signs with it. */
  readonly arn: string;
  readonly credentials: CredentialProvider;
}

export interface SessionOpener {
  /** Signs with the caller's credentials. */
  readonly sts: STSClient;
  readonly target: CallTarget;
  readonly clock: Clock;
  /** Ends the first AssumeRole promptly; renewals serve steps that are to be finished. */
  readonly signal: AbortSignal | undefined;
}

const SESSION_SECONDS = 3600;

/** Enters the account once, so that whoever may not learns it before anything else is done. */
export async function openMemberSession(
  role: MemberRole,
  opener: SessionOpener,
): Promise<MemberSession> {
  const first = await assumeRole(role, opener, opener.signal);
  let unused: Credentials | undefined = first.credentials;
  const credentials = renewing(async () => {
    const known = unused ?? (await assumeRole(role, opener, undefined)).credentials;
    unused = undefined;
    return known;
  }, opener.clock);
  return { arn: first.arn, credentials };
}

async function assumeRole(
  role: MemberRole,
  { sts, target }: SessionOpener,
  signal: AbortSignal | undefined,
): Promise<{ readonly credentials: Credentials; readonly arn: string }> {
  const { account, partition, roleName, externalId, sessionName } = role;
  const roleArn = `arn:${partition}:iam::${account}:role/${roleName}`;
  const command = new AssumeRoleCommand({
    RoleArn: roleArn,
    RoleSessionName: sessionName,
    DurationSeconds: SESSION_SECONDS,
    ...(externalId === undefined ? {} : { ExternalId: externalId }),
  });
  try {
    const answer = await sts.send(command, signal === undefined ? {} : { abortSignal: signal });
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = answer.Credentials ?? {};
    const arn = answer.AssumedRoleUser?.Arn;
    // Everything that follows is filed under this account, so the session must be of no other.
    const isThere = arn?.split(':')[4] === account;
    if (isThere && AccessKeyId && SecretAccessKey && SessionToken) {
      const credentials = {
        accessKeyId: AccessKeyId,
        secretAccessKey: SecretAccessKey,
        sessionToken: SessionToken,
        expiration: Expiration,
      };
      return { credentials, arn };
    }
  } catch (thrown) {
    throw entranceFailure(thrown, roleArn, role, target, signal);
  }
  throw new KeyturnError(
    'cannot-enter-account',
    `the answer to sts:AssumeRole of ${roleArn} is no session in account ${account}`,
    { hint: 'check for a proxy between this machine and the endpoint' },
  );
}

/** AWS refuses a role that does not exist in the same words as one that does not trust the caller. */
function entranceFailure(
  thrown: unknown,
  roleArn: string,
  { account, externalId }: MemberRole,
  target: CallTarget,
  signal: AbortSignal | undefined,
): KeyturnError {
  const error = classifyUnlessStopped(thrown, { ...target, permission: 'sts:AssumeRole' }, signal);
  if (error.code !== 'access-denied') return error;
  // Commands about one account have no flag that leaves it out, and more often the name of the role was forgotten.
  const exist = (proof: string, rename: string, leave: string) =>
    `${roleArn} must exist and trust the caller, with ${proof}, and the caller must be allowed sts:AssumeRole on it; ${rename} names another role, and a run leaves the account out with ${leave}`;
  const proof = (how: string) =>
    externalId === undefined ? `an external ID, if it demands one (${how})` : 'this external ID';
  return new KeyturnError(
    'cannot-enter-account',
    `account ${account} cannot be entered: ${error.message}`,
    {
      cause: error.cause,
      hint: [
        {
          byFlag: exist(proof('--external-id'), '--role-name', '--exclude-accounts'),
          inFile: exist(
            proof('"external_id" of its group'),
            '"role" of its group',
            '"accounts: never" in the configuration',
          ),
        },
      ],
    },
  );
}
