// Where a target deviates from AWS, one by one. A behaviour counts as AWS's only when AWS's
// documentation says so or a recording made against AWS shows it; `source` says which.
// docs/conformance.md carries this table for readers; quirks.test.ts keeps the two equal.

import type { TargetName } from './target.ts';

export interface Quirk {
  readonly target: TargetName;
  /** What AWS does. */
  readonly aws: string;
  /** What the target does instead; the tests assert it. */
  readonly deviation: string;
  /** Why we believe that AWS behaves as `aws` says. */
  readonly source: string;
}

const USER_GUIDE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide';
const API = 'https://docs.aws.amazon.com/IAM/latest/APIReference';
const STS_API = 'https://docs.aws.amazon.com/STS/latest/APIReference';
const ORGANIZATIONS_API = 'https://docs.aws.amazon.com/organizations/latest/APIReference';
const SECRETS_API = 'https://docs.aws.amazon.com/secretsmanager/latest/apireference';
const RECORDED_LAST_USED =
  'recorded against AWS, 2026-02: https://github.com/localstack/localstack/pull/13838';
const RECORDED_REPORT =
  'recorded against AWS, 2026-09: https://github.com/radkawar/stackd (testdata/aws/iam/credential_report.json)';

export const QUIRKS = {
  'inactive-key-signs': {
    target: 'moto',
    aws: 'A key that is made Inactive cannot be used for calls.',
    deviation: 'An Inactive key goes on signing: moto never reads the status.',
    source: `${API}/API_UpdateAccessKey.html, ${USER_GUIDE}/id_credentials_access-keys.html`,
  },
  'clock-skew-unchecked': {
    target: 'moto',
    aws: 'A signature that was made long before the request arrives, such as an hour, is refused.',
    deviation: 'Any time of signing is accepted.',
    source: `${USER_GUIDE}/reference_sigv-troubleshooting.html`,
  },
  'users-in-one-page': {
    target: 'moto',
    aws: 'ListUsers returns at most MaxItems users and a Marker for the rest.',
    deviation: 'ListUsers ignores MaxItems and returns all users at once.',
    source: `${API}/API_ListUsers.html`,
  },
  'keys-in-one-page': {
    target: 'moto',
    aws: 'ListAccessKeys returns at most MaxItems keys and a Marker for the rest.',
    deviation: 'ListAccessKeys ignores MaxItems and returns all keys at once.',
    source: `${API}/API_ListAccessKeys.html`,
  },
  'details-in-one-page': {
    target: 'moto',
    aws: 'GetAccountAuthorizationDetails returns at most MaxItems items and a Marker for the rest.',
    deviation: 'It ignores MaxItems and returns everything at once.',
    source: `${API}/API_GetAccountAuthorizationDetails.html`,
  },
  'details-input-unchecked': {
    target: 'moto',
    aws: 'GetAccountAuthorizationDetails refuses a MaxItems outside 1 to 1,000 and a Filter that is no type with ValidationError, 400.',
    deviation: 'Any number and any word are taken.',
    source: `${API}/API_GetAccountAuthorizationDetails.html (valid range, valid values), ${API}/CommonErrors.html`,
  },
  'key-list-without-end': {
    target: 'moto',
    aws: 'ListAccessKeys says with IsTruncated whether there is more.',
    deviation: 'IsTruncated is left out.',
    source: `${API}/API_ListAccessKeys.html (sample response)`,
  },
  'names-differ-by-case': {
    target: 'moto',
    aws: 'User names are unique without regard to case.',
    deviation: 'Names that differ only in case are two users.',
    source: `${API}/API_CreateUser.html (UserName)`,
  },
  'last-use-of-unknown-key': {
    target: 'moto',
    aws: 'GetAccessKeyLastUsed of a key that does not exist is answered with AccessDenied, 403.',
    deviation: 'It is answered with NoSuchEntity, 404.',
    source: RECORDED_LAST_USED,
  },
  'last-use-of-foreign-key': {
    target: 'moto',
    aws: 'GetAccessKeyLastUsed tells nothing about a key of another account.',
    deviation: 'It tells the user name and the last use of any key of any account.',
    source: `${USER_GUIDE}/reference_policies_evaluation-logic-cross-account.html: users of another account can be reached only through a policy on the resource, which an IAM user cannot have`,
  },
  'status-unchecked': {
    target: 'moto',
    aws: 'UpdateAccessKey refuses a status that does not exist with ValidationError, 400.',
    deviation: 'Any word becomes the status of the key.',
    source: `${API}/API_UpdateAccessKey.html (Status: valid values), ${API}/CommonErrors.html`,
  },
  'report-without-root': {
    target: 'moto',
    aws: 'The first row of the credential report is the root user, as `<root_account>`.',
    deviation: 'The report has rows for users only.',
    source: `${USER_GUIDE}/id_credentials_getting-report.html; ${RECORDED_REPORT}`,
  },
  'report-time-fixed': {
    target: 'moto',
    aws: 'GeneratedTime is when the credential report was made.',
    deviation: 'GeneratedTime is 2015-02-02T20:02:02Z, always.',
    source: `${API}/API_GetCredentialReport.html`,
  },
  'report-not-kept': {
    target: 'moto',
    aws: 'Within four hours the same credential report is returned again, whatever changed.',
    deviation: 'Every request makes a new report.',
    source: `${USER_GUIDE}/id_credentials_getting-report.html; ${RECORDED_REPORT}`,
  },
  'accounts-without-organization': {
    target: 'moto',
    aws: 'ListAccounts of an account that is in no organization is AWSOrganizationsNotInUseException.',
    deviation: 'It is answered with an empty list.',
    source: `${ORGANIZATIONS_API}/API_ListAccounts.html`,
  },
  'accounts-shown-to-members': {
    target: 'moto',
    aws: 'ListAccounts is for the management account and delegated administrators; other members get AccessDeniedException.',
    deviation: 'Every member gets the list.',
    source: `${ORGANIZATIONS_API}/API_ListAccounts.html`,
  },
  'any-role-opens': {
    target: 'moto',
    aws: 'AssumeRole of a role that is not there, or does not trust the caller, is AccessDenied, 403.',
    deviation: 'Any ARN opens a session.',
    source: `${STS_API}/API_AssumeRole.html`,
  },
  'suspended-account-opens': {
    target: 'moto',
    aws: 'AssumeRole into a suspended account is AccessDenied, 403.',
    deviation: 'It opens a session.',
    source: 'seen: https://github.com/CrowdStrike/cloud-resource-estimator/issues/25',
  },
  'role-duration-unchecked': {
    target: 'moto',
    aws: 'AssumeRole refuses a DurationSeconds beyond the maximum of the role with ValidationError, 400.',
    deviation: 'Any duration up to twelve hours is given.',
    source: `${STS_API}/API_AssumeRole.html (DurationSeconds)`,
  },
  'denied-in-xml': {
    target: 'moto',
    aws: 'Services that speak AWS JSON refuse who has no permission with AccessDeniedException, 400, in JSON.',
    deviation: 'The refusal is AccessDenied, 403, in XML.',
    source: `${ORGANIZATIONS_API}/CommonErrors.html, https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html`,
  },
  'missing-secret-404': {
    target: 'moto',
    aws: 'What is not there is ResourceNotFoundException with status 400.',
    deviation: 'The status is 404.',
    source: `${SECRETS_API}/API_GetSecretValue.html (Errors)`,
  },
  'token-made-up': {
    target: 'moto',
    aws: 'Who speaks HTTP without an SDK must send a ClientRequestToken.',
    deviation: 'A missing one is made up.',
    source: `${SECRETS_API}/API_CreateSecret.html (ClientRequestToken)`,
  },
  'deleted-secret-written': {
    target: 'moto',
    aws: 'A secret that is marked for deletion takes no new value: InvalidRequestException.',
    deviation: 'It takes one.',
    source: `${SECRETS_API}/API_PutSecretValue.html (InvalidRequestException)`,
  },
  'parameter-name-unchecked': {
    target: 'moto',
    aws: 'A parameter name has no space, and begins with a slash when it has one: else ValidationException.',
    deviation: 'Such names are taken.',
    source: 'https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html',
  },
  'parameter-size-unchecked': {
    target: 'moto',
    aws: 'A standard parameter holds 4,096 characters; more is a ValidationException.',
    deviation: 'It holds any length.',
    source:
      'https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html',
  },
  'label-on-two-versions': {
    target: 'moto',
    aws: 'A label that is on one version is put on another only when RemoveFromVersionId names the first.',
    deviation: 'Labels other than AWSCURRENT need none, and are then on both.',
    source: `${SECRETS_API}/API_UpdateSecretVersionStage.html`,
  },
  'current-removed': {
    target: 'moto',
    aws: 'AWSCURRENT can be moved but not removed: InvalidParameterException.',
    deviation: 'It is removed, and the secret has no current version.',
    source:
      'seen: https://github.com/hashicorp/terraform-provider-aws (resource aws_secretsmanager_secret_version)',
  },
} as const satisfies Record<string, Quirk>;

export type QuirkId = keyof typeof QUIRKS;
