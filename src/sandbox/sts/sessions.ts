// AssumeRole, GetSessionToken: temporary credentials.

import type { Account, Role, Session, User } from '../model.ts';
import { type Call, type Operation, optionalInteger, requiredText } from '../operation.ts';
import { accessDenied } from '../policy.ts';
import { constraintError, Refusal, validationError } from '../refusal.ts';
import type { ResultFields } from '../result.ts';

const HOUR_SECONDS = 60 * 60;

export const sessionOperations: Readonly<Record<string, Operation>> = {
  AssumeRole: {
    access: 'read',
    resource: (call) => ({ arn: requiredText(call, 'RoleArn') }),
    run: assumeRole,
  },
  GetSessionToken: {
    access: 'read',
    // It needs no permission, yet an explicit Deny forbids it.
    resource: (call) => ({ arn: call.caller.arn, isAllowedByDefault: true }),
    run: getSessionToken,
  },
};

function assumeRole(call: Call): ResultFields {
  const name = requiredText(call, 'RoleSessionName');
  if (!/^[\w+=,.@-]{2,64}$/.test(name)) {
    const rule = 'Member must satisfy regular expression pattern: [\\w+=,.@-]*';
    throw constraintError(name, 'roleSessionName', rule);
  }
  const durationSeconds =
    optionalInteger(call, 'DurationSeconds', { min: 900, max: 12 * HOUR_SECONDS }) ?? HOUR_SECONDS;
  const { account, role } = trustedRole(call);
  checkDuration(call, role, durationSeconds);
  const session = call.world.openSession(account.id, durationSeconds, {
    principal: { role, name },
    mfa: false,
  });
  return {
    Credentials: credentialFields(call, session),
    AssumedRoleUser: {
      AssumedRoleId: `${role.id}:${name}`,
      Arn: `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/${name}`,
    },
  };
}

/** Within an hour when a role's session opens it, and within what the role allows. */
function checkDuration(call: Call, role: Role, durationSeconds: number): void {
  if ('trustedArns' in call.caller.principal && durationSeconds > HOUR_SECONDS) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining',
    );
  }
  if (durationSeconds > role.maxSessionSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
  }
}

/** The role that is asked for. A role that is not there is refused like one that does not trust. */
function trustedRole(call: Call): { account: Account; role: Role } {
  const arn = requiredText(call, 'RoleArn');
  const account = call.world.accounts.get(arn.split(':')[4] ?? '');
  const role = [...(account?.roles.values() ?? [])].find((candidate) => candidate.arn === arn);
  const isThere = account !== undefined && isOpen(call, account) && role !== undefined;
  if (!isThere || !trusts(role, call)) {
    const request = { action: 'sts:AssumeRole', resourceArn: arn, resourceShown: arn };
    throw accessDenied(call.caller, request, '');
  }
  return { account, role };
}

/** Whether the account is one that can be entered: its organization may have closed it. */
function isOpen({ world }: Call, { id }: Account): boolean {
  const state = world.organizations.get(id)?.members.get(id)?.state;
  return state === undefined || state === 'ACTIVE';
}

function trusts(role: Role, call: Call): boolean {
  const { caller, account } = call;
  const own = [
    '*',
    caller.arn,
    caller.principal.arn,
    account.id,
    `arn:${account.partition}:iam::${account.id}:root`,
  ];
  if (!role.trustedArns.some((trusted) => own.includes(trusted))) return false;
  return role.externalId === undefined || role.externalId === call.params.ExternalId;
}

function getSessionToken(call: Call): ResultFields {
  const { user } = call.caller;
  if (user === undefined) {
    throw denied('Cannot call GetSessionToken with session credentials');
  }
  const durationSeconds =
    optionalInteger(call, 'DurationSeconds', { min: 900, max: 36 * HOUR_SECONDS }) ??
    12 * HOUR_SECONDS;
  const mfa = checkOneTimeCode(call, user);
  const session = call.world.openSession(call.account.id, durationSeconds, {
    principal: { user },
    mfa,
  });
  return { Credentials: credentialFields(call, session) };
}

/** Whether a one-time code was given. Any six digits are right, but each only once. */
function checkOneTimeCode(call: Call, user: User): boolean {
  const { SerialNumber, TokenCode } = call.params;
  if (SerialNumber === undefined && TokenCode === undefined) return false;
  const isRight =
    SerialNumber !== undefined &&
    SerialNumber === user.mfaSerial &&
    /^\d{6}$/.test(TokenCode ?? '') &&
    !call.world.spentCodes.has(`${SerialNumber} ${TokenCode}`);
  if (!isRight) {
    throw denied('MultiFactorAuthentication failed with invalid MFA one time pass code.');
  }
  call.world.spentCodes.add(`${SerialNumber} ${TokenCode}`);
  return true;
}

/**
 * Clients judge by the clock with which they sign when to ask again. So where the data clock is ahead of
 * that one, the end is told on theirs: they come too early rather than too late.
 */
function credentialFields({ world }: Call, session: Session): ResultFields {
  const { clock } = world;
  const aheadMs = Math.max(0, clock.nowMs() - clock.signatureNowMs());
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secret,
    SessionToken: session.token,
    Expiration: new Date(session.expiresAtMs - aheadMs),
  };
}

function denied(message: string): Refusal {
  return new Refusal('AccessDenied', 403, message);
}
