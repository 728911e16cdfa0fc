// The one place that gives meaning to what the SDK throws: which code of ours it is, what to tell the
// reader, and whether a key may have been made. Everything is decided on AWS's own codes; texts are
// consulted only where AWS gives one code several meanings.

import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import { command, type Hint } from '../base/hint.ts';
import { bySetting, NAMED_ACCOUNTS, WITHOUT_ORGANIZATION } from '../base/settings-words.ts';
import { wordUnreachable } from '../http/unreachable.ts';
import { denialHint, denialOf, proofDenialHint } from './denial.ts';
import type { CreateOutcome, RefusalCode, SignerAnswer } from './gateway.ts';
import { readFailure, type SdkFailure } from './sdk-failure.ts';

/** What was being done when something was thrown. */
/** Where a call goes, for messages about it. */
export interface CallTarget {
  /** The URL that was called; undefined for AWS's own endpoint. */
  readonly endpoint: string | undefined;
  readonly region: string;
}

export interface Call extends CallTarget {
  /** AWS's name of the permission that the call needs, such as `iam:ListUsers`. */
  readonly permission: string;
  /** The user that the call was about. */
  readonly user?: string;
  /** Whose credentials sign it, in words. */
  readonly signedBy?: string;
}

const AWS_CODES: ReadonlyMap<string, ErrorCode> = new Map([
  ['ExpiredToken', 'expired-token'],
  ['ExpiredTokenException', 'expired-token'],
  ['TokenRefreshRequired', 'expired-token'],
  // IAM Identity Center, for a session that has ended.
  ['UnauthorizedException', 'expired-token'],
  ['InvalidGrantException', 'expired-token'],
  ['InvalidClientTokenId', 'invalid-credentials'],
  ['InvalidAccessKeyId', 'invalid-credentials'],
  ['UnrecognizedClientException', 'invalid-credentials'],
  ['AuthFailure', 'invalid-credentials'],
  ['MissingAuthenticationToken', 'invalid-credentials'],
  ['IncompleteSignature', 'invalid-credentials'],
  ['InvalidIdentityToken', 'invalid-credentials'],
  ['RequestExpired', 'clock-skew'],
  ['RequestTimeTooSkewed', 'clock-skew'],
  ['RequestInTheFuture', 'clock-skew'],
  ['OptInRequired', 'wrong-region'],
  ['RegionDisabledException', 'wrong-region'],
  ['AccessDenied', 'access-denied'],
  ['AccessDeniedException', 'access-denied'],
  ['UnauthorizedOperation', 'access-denied'],
  ['ForbiddenException', 'access-denied'],
  ['NoSuchEntity', 'unknown-user'],
  ['AWSOrganizationsNotInUseException', 'no-organization'],
  ['Throttling', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['RequestThrottledException', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['SlowDown', 'throttled'],
  ['TooManyUpdates', 'throttled'],
]);

const SIGNATURE_CODES = new Set(['SignatureDoesNotMatch', 'InvalidSignatureException']);
/** AWS: "Signature expired: … is now earlier than …", "Signature not yet current: …". */
const SKEW_TEXT = /signature (?:expired|not yet current)/i;
/** AWS: "Credential should be scoped to a valid region". */
const REGION_TEXT = /scoped to a valid region/i;
/** The SDK itself, for a region that cannot be part of a host name. */
const REGION_REFUSED_TEXT = /^Region not accepted/;
const REGION_SHAPE = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;

/** Turns anything thrown by an SDK call into an error of ours. */
export function classify(thrown: unknown, call: Call): KeyturnError {
  if (thrown instanceof KeyturnError) return thrown;
  const failure = readFailure(thrown);
  const code = errorCode(failure, thrown, call);
  const { message, hint } = wording(code, failure, call);
  return new KeyturnError(code, message, {
    cause: failure.facts,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** As classify; a call that was given up ends with the reason for which the run was stopped. */
export function classifyUnlessStopped(
  thrown: unknown,
  call: Call,
  signal: AbortSignal | undefined,
): KeyturnError {
  const reason: unknown = signal?.reason;
  if (reason instanceof KeyturnError && readFailure(thrown).aborted) return reason;
  return classify(thrown, call);
}

function errorCode(failure: SdkFailure, thrown: unknown, call: Call): ErrorCode {
  if (failure.aborted) return 'interrupted';
  if (failure.awsCode !== undefined) {
    if (SIGNATURE_CODES.has(failure.awsCode)) return signatureErrorCode(failure.awsText);
    const code = AWS_CODES.get(failure.awsCode) ?? 'aws-error';
    return code === 'access-denied' && MFA_TEXT.test(failure.awsText) ? 'mfa-refused' : code;
  }
  if (thrown instanceof Error && REGION_REFUSED_TEXT.test(thrown.message)) return 'wrong-region';
  if (failure.endpointText !== undefined) return 'bad-value';
  if (failure.facts.httpStatus === 429) return 'throttled';
  if (failure.networkCode === 'ENOTFOUND' && call.endpoint === undefined) {
    return REGION_SHAPE.test(call.region) ? 'endpoint-unreachable' : 'wrong-region';
  }
  if (failure.networkCode !== undefined || failure.facts.name === 'TimeoutError') {
    return 'endpoint-unreachable';
  }
  return 'aws-error';
}

function signatureErrorCode(awsText: string): ErrorCode {
  if (SKEW_TEXT.test(awsText)) return 'clock-skew';
  if (REGION_TEXT.test(awsText)) return 'wrong-region';
  return 'invalid-credentials';
}

interface Wording {
  readonly message: string;
  readonly hint?: Hint;
}

/** AWS checks the signature of a key that it knows and that is Active: then the secret is to blame. */
function unacceptedHint({ facts }: SdkFailure, { signedBy, region }: Call): string {
  const whose = signedBy === undefined ? '' : `they are those of ${signedBy}; `;
  return /^(?:SignatureDoesNotMatch|InvalidSignature)/.test(facts.name ?? '')
    ? `${whose}the key is known to aws, and the secret beside it is not the one of that key: copy the pair again`
    : `${whose}the key may be deleted, Inactive, mistyped, or of another partition than region ${region}`;
}

function wording(code: ErrorCode, failure: SdkFailure, call: Call): Wording {
  const answer = describe(failure);
  switch (code) {
    case 'access-denied':
      return {
        message: `not allowed to call ${call.permission}: ${answer}`,
        hint: deniedHint(failure.awsText, call),
      };
    case 'mfa-refused':
      return {
        message: `aws does not accept the MFA code: ${answer}`,
        hint: mfaHint(failure.awsText),
      };
    case 'unknown-user':
      return {
        message: `no IAM user named ${JSON.stringify(call.user)} exists in the account`,
        hint: 'check the spelling and the account',
      };
    case 'no-organization':
      return {
        message: `the account of the caller is in no organization: ${answer}`,
        hint: [WITHOUT_ORGANIZATION],
      };
    case 'expired-token':
      return {
        message: `the session that signs the calls has expired: ${answer}`,
        hint: [
          'sign in again; for SSO:',
          command('aws', 'sso', 'login'),
          'then repeat the command',
        ],
      };
    case 'invalid-credentials':
      return {
        message: `aws does not accept the credentials that sign the calls: ${answer}`,
        hint: unacceptedHint(failure, call),
      };
    case 'clock-skew':
      return {
        message: `this machine's clock differs from aws's by more than aws allows: ${answer}`,
        hint: 'set the clock (for example with NTP), then repeat the command',
      };
    case 'wrong-region':
      return {
        message: `region ${JSON.stringify(call.region)} is not accepted: ${answer}`,
        hint: 'leave --region out, or name a region of the partition that the credentials belong to',
      };
    case 'endpoint-unreachable':
      return notReached(failure, call, answer);
    case 'bad-value':
      return {
        message: `aws has no such endpoint in region ${call.region}: ${failure.endpointText}`,
        hint: 'look at AWS_USE_FIPS_ENDPOINT and AWS_USE_DUALSTACK_ENDPOINT, at use_fips_endpoint and use_dualstack_endpoint in the profile, and at --region',
      };
    case 'throttled':
      return {
        message: `aws kept refusing ${call.permission} because of the rate of calls: ${answer}`,
        hint: 'run again later, or with a lower --max-parallel',
      };
    case 'interrupted':
      return { message: `${call.permission} was given up because the run was interrupted` };
    default:
      return { message: `${call.permission} failed: ${answer}` };
  }
}

function notReached(failure: SdkFailure, call: CallTarget, answer: string): Wording {
  const { networkCode, way } = failure;
  const name = call.endpoint === undefined ? "aws's endpoint" : new URL(call.endpoint).origin;
  const variant = call.endpoint === undefined ? way?.variant : undefined;
  if (networkCode === 'ENOTFOUND' && variant !== undefined && way?.route.kind !== 'proxy') {
    return {
      message: `${name} of the kind that ${variant} asks for is not known: ${answer}`,
      hint: `region ${call.region} may have none of that kind: leave ${variant} out, or name another region`,
    };
  }
  const peer = {
    name,
    setting: 'AWS_ENDPOINT_URL',
    trustSetting: 'in AWS_CA_BUNDLE, or as ca_bundle in the profile',
    doubt: `and that region ${call.region} exists`,
  };
  return wordUnreachable(failure, peer, answer);
}

/** One phrase: AWS's code and text, or what is known when AWS did not answer. */
function describe(failure: SdkFailure): string {
  const { facts, awsCode, awsText, networkCode } = failure;
  const request = facts.requestId === undefined ? '' : `, request ${facts.requestId}`;
  if (awsCode !== undefined) return `${awsText || 'no text'} (${awsCode}${request})`;
  // The SDK also calls a reset connection a TimeoutError, so the network's code goes first.
  if (networkCode !== undefined && networkCode !== 'ETIMEDOUT') return networkCode;
  if (facts.name === 'TimeoutError') return 'no answer within the time limit';
  if (facts.httpStatus !== undefined) {
    return `an answer that cannot be read (HTTP ${facts.httpStatus}${request})`;
  }
  return facts.name;
}

/**
 * AWS: "Access to KMS is not allowed", or "... is not authorized to perform: kms:Decrypt on resource: ...". What
 * the resource is called tells nothing.
 */
const KMS_TEXT = /\baccess to kms\b|\bperform: kms:/i;

function deniedHint(awsText: string, call: Call): Hint {
  if (KMS_TEXT.test(awsText)) {
    return `let the caller use the KMS key behind it: kms:Decrypt, and kms:GenerateDataKey to write`;
  }
  const denial = denialOf(awsText);
  const isGrant = denial === 'implicit' || denial === 'unstated';
  if (isGrant && call.permission.startsWith('organizations:')) {
    const grant = (how: string) =>
      `grant ${call.permission} to the caller, who must be in the management account or in one that it made a delegated administrator; or name the accounts with ${how}`;
    return [bySetting(NAMED_ACCOUNTS, grant)];
  }
  if (isGrant && call.permission === 'sts:AssumeRole') {
    return 'the caller needs sts:AssumeRole on the role, and the role has to trust the caller; where it demands MFA, add mfa_serial = ARN of the device to the profile';
  }
  return denialHint(awsText, call);
}

/** AWS: "MultiFactorAuthentication failed with invalid MFA one time pass code.", and two more like it. */
const MFA_TEXT = /^MultiFactorAuthentication failed/i;

function mfaHint(awsText: string): string {
  if (/serial number/i.test(awsText)) {
    return 'mfa_serial of the profile must be the serial number or the ARN of a device of the very user who signs';
  }
  return 'each code is taken once: wait for the next one of that very device; if AWS refuses that too, its clock is wrong, or mfa_serial names another device';
}

/**
 * Whether a denial names the policy that denies, or lacks. AWS names none where it denies because what was
 * asked about is not there: "not authorized to perform iam:GetAccessKeyLastUsed on resource: access key …".
 */
export function saysWhyDenied({ message }: KeyturnError): boolean {
  return /explicit deny|because no|AWSCompromisedKeyQuarantine|control polic/i.test(message);
}

/** Whether AWS refused an attempt because of its rate. The quota error is not one of these. */
export function isThrottle(thrown: unknown): boolean {
  const { awsCode, facts } = readFailure(thrown);
  return AWS_CODES.get(awsCode ?? '') === 'throttled' || facts.httpStatus === 429;
}

/** AWS has no room for more of what was asked for, such as a third key. */
export function isQuota(thrown: unknown): boolean {
  const { awsCode } = readFailure(thrown);
  return awsCode === 'LimitExceeded' || awsCode === 'LimitExceededException';
}

/** I2: AWS's answer that it did not even look at the request, so it can be sent again. */
export function isDefiniteThrottle(thrown: unknown): boolean {
  const failure = readFailure(thrown);
  return isDefiniteAnswer(failure) && AWS_CODES.get(failure.awsCode ?? '') === 'throttled';
}

/** An error that AWS itself wrote and blames on the request: nothing was done. */
function isDefiniteAnswer({ awsCode, facts }: SdkFailure): boolean {
  const status = facts.httpStatus ?? 0;
  return awsCode !== undefined && status >= 400 && status < 500;
}

/**
 * What a failed CreateAccessKey leaves behind. Only AWS's own refusal, or a request that never left
 * this machine, proves that there is no key; everything else is `unknown` (I11, I13).
 */
export function classifyCreate(thrown: unknown): CreateOutcome {
  const failure = readFailure(thrown);
  const reason = describe(failure);
  if (failure.neverSent) return { kind: 'refused', code: 'create-refused', reason };
  if (!isDefiniteAnswer(failure)) return { kind: 'unknown', reason };
  return { kind: 'refused', code: refusalCode(failure.awsCode ?? ''), reason };
}

function refusalCode(awsCode: string): RefusalCode {
  if (awsCode === 'LimitExceeded') return 'no-free-slot';
  if (awsCode === 'NoSuchEntity') return 'user-gone';
  const code = AWS_CODES.get(awsCode);
  return code === 'throttled' || code === 'access-denied' ? code : 'create-refused';
}

/** AWS's words for "no such key", which is also what it says while a new key spreads. */
const NOT_YET_CODES = new Set([
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'AuthFailure',
  'UnrecognizedClientException',
]);

/**
 * What a failed GetCallerIdentity says about the key that signed it. A wrong signature is `unclear`:
 * AWS knows the key, so waiting for it is over, but our secret or our clock is wrong; the rotation
 * then ends before anything is touched (I4), with this reason.
 */
export function classifyProbe(thrown: unknown): SignerAnswer {
  const failure = readFailure(thrown);
  if (NOT_YET_CODES.has(failure.awsCode ?? '')) return { kind: 'not-yet' };
  if (AWS_CODES.get(failure.awsCode ?? '') === 'access-denied') {
    const hint = proofDenialHint(failure.awsText);
    return { kind: 'denied', reason: describe(failure), hint };
  }
  // A request that is too old or too young is refused with the same code.
  const isWrongSecret =
    SIGNATURE_CODES.has(failure.awsCode ?? '') && !/expired|not yet current/i.test(failure.awsText);
  return { kind: 'unclear', reason: describe(failure), ...(isWrongSecret && { isWrongSecret }) };
}

/** IAM is busy with the same entity; it asks to try again in a moment. */
export function isBusyEntity(thrown: unknown): boolean {
  const { awsCode } = readFailure(thrown);
  return awsCode === 'EntityTemporarilyUnmodifiable' || awsCode === 'ConcurrentModification';
}

/** The user or the key that the call is about does not exist. */
export function isNoSuchEntity(thrown: unknown): boolean {
  return readFailure(thrown).awsCode === 'NoSuchEntity';
}

const MISSING_CODES = new Set(['ResourceNotFoundException', 'ParameterNotFound']);

/** The secret or the parameter that the call is about does not exist. */
export function isMissingResource(thrown: unknown): boolean {
  return MISSING_CODES.has(readFailure(thrown).awsCode ?? '');
}

/** A secret that Secrets Manager still shows, and gives to nobody: it is deleted on a date. */
export function isMarkedForDeletion(thrown: unknown): boolean {
  const { awsCode, awsText } = readFailure(thrown);
  return awsCode === 'InvalidRequestException' && /marked (?:for|as) delet/i.test(awsText);
}

const THERE_CODES = new Set(['ResourceExistsException', 'ParameterAlreadyExists']);

/** Something of that name exists already, so that none was made. */
export function isThereAlready(thrown: unknown): boolean {
  return THERE_CODES.has(readFailure(thrown).awsCode ?? '');
}

/**
 * Secrets Manager has the secret, but no version of it has the stage asked for. One code is for both;
 * AWS: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT".
 */
export function isMissingStage(thrown: unknown): boolean {
  return isMissingResource(thrown) && /staging label/i.test(readFailure(thrown).awsText);
}

/** The stage is not on the version that it was to be taken from; nothing was moved. */
export function isStageElsewhere(thrown: unknown): boolean {
  return readFailure(thrown).awsCode === 'InvalidParameterException';
}
