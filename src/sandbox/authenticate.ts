// From a signed request to its caller: which key, whether AWS would accept it, whose it is.

import { recordUse } from './last-use.ts';
import type { AccessKey, Caller, Partition, Session } from './model.ts';
import { invalidToken, Refusal } from './refusal.ts';
import { partitionOf } from './regions.ts';
import { lagMs } from './settings.ts';
import {
  type Authorization,
  type RawRequest,
  readAuthorization,
  verifySignature,
} from './signature.ts';
import type { World } from './world.ts';

/** Returns who signed the request. Throws the refusal that AWS gives instead. */
export function authenticate(world: World, request: RawRequest, service: string): Caller {
  const authorization = readAuthorization(request);
  const partition = partitionOf(authorization.region);
  if (partition === undefined) {
    throw mismatch('Credential should be scoped to a valid region.');
  }
  if (authorization.service !== service) {
    throw mismatch(`Credential should be scoped to correct service: '${service}'.`);
  }
  return authorization.accessKeyId.startsWith('ASIA')
    ? bySession(world, request, authorization, partition)
    : byKey(world, request, authorization, partition);
}

function byKey(
  world: World,
  request: RawRequest,
  authorization: Authorization,
  partition: Partition,
): Caller {
  const key = world.key(authorization.accessKeyId);
  if (key === undefined) throw invalidToken();
  const account = world.account(key.accountId);
  const moment = { service: authorization.service, atMs: world.clock.nowMs() };
  if (account.partition !== partition || !isAccepted(world, key, moment)) throw invalidToken();
  const user = account.users.get(key.userName.toLowerCase());
  if (user === undefined) throw invalidToken();
  verifySignature(request, authorization, key.secret, world.clock.signatureNowMs());
  recordUse(key, {
    at: world.clock.now(),
    service: authorization.service,
    region: authorization.region,
  });
  return {
    accountId: account.id,
    region: authorization.region,
    arn: user.arn,
    userId: user.id,
    accessKeyId: key.id,
    principal: user,
    user,
    temporary: false,
    mfa: false,
  };
}

/** Whether a service accepts the key at a moment: changes reach a service only after a lag. */
export function isAccepted(
  { settings }: World,
  key: AccessKey,
  { service, atMs }: { readonly service: string; readonly atMs: number },
): boolean {
  const { keyLagSeconds, deactivationLagSeconds } = settings;
  if (key.activeSinceMs !== undefined && atMs < key.activeSinceMs + lagMs(keyLagSeconds, service)) {
    return false;
  }
  if (key.status === 'Active' && !key.deleted) return true;
  return (
    key.inactiveSinceMs !== undefined &&
    atMs < key.inactiveSinceMs + lagMs(deactivationLagSeconds, service)
  );
}

function bySession(
  world: World,
  request: RawRequest,
  authorization: Authorization,
  partition: Partition,
): Caller {
  const session = world.sessions.get(authorization.accessKeyId);
  if (session === undefined || session.token !== request.headers['x-amz-security-token']) {
    throw invalidToken();
  }
  const account = world.account(session.accountId);
  if (account.partition !== partition) throw invalidToken();
  if (session.expiresAtMs <= world.clock.nowMs()) {
    throw new Refusal('ExpiredToken', 403, 'The security token included in the request is expired');
  }
  verifySignature(request, authorization, session.secret, world.clock.signatureNowMs());
  // IAM takes a GetSessionToken session only when it was opened with a one-time code.
  if ('user' in session.principal && authorization.service === 'iam' && !session.mfa) {
    throw invalidToken();
  }
  return callerOfSession(session, authorization.region, account.partition);
}

function callerOfSession(session: Session, region: string, partition: Partition): Caller {
  const common = {
    accountId: session.accountId,
    region,
    accessKeyId: session.accessKeyId,
    user: undefined,
    temporary: true,
    mfa: session.mfa,
  };
  if ('user' in session.principal) {
    const { user } = session.principal;
    return { ...common, principal: user, arn: user.arn, userId: user.id };
  }
  const { role, name } = session.principal;
  return {
    ...common,
    principal: role,
    arn: `arn:${partition}:sts::${session.accountId}:assumed-role/${role.name}/${name}`,
    userId: `${role.id}:${name}`,
  };
}

function mismatch(message: string): Refusal {
  return new Refusal('SignatureDoesNotMatch', 403, message);
}
