// Why AWS denied a call, as far as its text says, and who can do something about it. Its texts are read here
// and in classify.ts alone; the phrases are those of AWS's page "Troubleshoot access denied error messages".

import type { KeyturnError } from '../base/errors.ts';

/**
 * `explicit` and `implicit`: the caller's own policies deny, or lack a permission. The others bind whatever
 * the caller's policies say. `unstated` where AWS gives no reason.
 */
export type Denial =
  | 'quarantine'
  | 'organization'
  | 'resource-control'
  | 'boundary'
  | 'session'
  | 'endpoint'
  | 'explicit'
  | 'implicit'
  | 'unstated';

export interface DeniedCall {
  /** AWS's name of the permission that the call needs, such as `iam:ListUsers`. */
  readonly permission: string;
  /** The user that the call was about. */
  readonly user?: string | undefined;
}

const PHRASES: readonly (readonly [phrase: RegExp, denial: Denial])[] = [
  [/AWSCompromisedKeyQuarantine/i, 'quarantine'],
  [/service control polic/i, 'organization'],
  [/resource control polic/i, 'resource-control'],
  [/permissions? boundar/i, 'boundary'],
  [/session polic/i, 'session'],
  [/vpc endpoint polic/i, 'endpoint'],
  [/explicit deny/i, 'explicit'],
  [/because no identity-based policy allows/i, 'implicit'],
];

export function denialOf(awsText: string): Denial {
  return PHRASES.find(([phrase]) => phrase.test(awsText))?.[1] ?? 'unstated';
}

/**
 * Whether a session that was opened with a code of an MFA device may do what was denied: policies that
 * demand MFA deny, or grant on that condition alone. What binds from outside seldom looks at it.
 */
export function mayNeedMfa({ code, message }: KeyturnError): boolean {
  const denial = denialOf(message);
  return WITH_DENIALS.has(code) && (denial === 'explicit' || denial === 'implicit');
}

/** Codes whose messages quote a denial. */
const WITH_DENIALS: ReadonlySet<string> = new Set([
  'access-denied',
  'unknown-owner',
  'last-use-unknown',
  'needs-operator',
]);

const PROOF = 'sts:GetCallerIdentity';

/** Who binds the new key of a user when it asks who it is; a call for which AWS demands no permission. */
const BINDING: Partial<Record<Denial, string>> = {
  'resource-control': 'a resource control policy of the organization',
  boundary: 'the permissions boundary of the user',
  session: 'the policy of the session',
  endpoint: 'the policy of the VPC endpoint that the call took',
  explicit: 'a policy',
};

/** What can be done when a new key may not ask who it is: no grant to anybody helps. */
export function proofDenialHint(awsText: string): string {
  const denial = denialOf(awsText);
  const whose = BINDING[denial];
  if (whose === undefined && denial !== 'implicit' && denial !== 'unstated') {
    return denialHint(awsText, { permission: PROOF });
  }
  if (whose === undefined) {
    return `no grant is needed for ${PROOF}, so a policy on the way forbids it, such as that of a VPC endpoint: allow it there, or run where the call takes another way`;
  }
  return /explicit deny/i.test(awsText)
    ? `${whose} denies ${PROOF} explicitly; that deny must go, a grant does not help`
    : `${whose} does not allow ${PROOF}; it has to, and a grant to the caller does not help`;
}

/** What can be done, and by whom: a grant helps only where a permission is what lacks. */
export function denialHint(awsText: string, { permission, user }: DeniedCall): string {
  switch (denialOf(awsText)) {
    case 'quarantine':
      return 'aws has quarantined this user because a key of it leaked; another administrator must rotate it, following the case in the AWS Health dashboard';
    case 'organization':
      return `the organization's service control policies forbid ${permission}; granting it in IAM does not help: whoever administers the organization can`;
    case 'resource-control':
      return `the organization's resource control policies forbid ${permission}; granting it in IAM does not help: whoever administers the organization can`;
    case 'boundary':
      return `the permissions boundary of the caller forbids ${permission}; a grant does not help: whoever set the boundary can widen it, or sign with another principal`;
    case 'session':
      return `the session was opened with a policy of its own, which forbids ${permission}; open it without that policy, or with a wider one`;
    case 'endpoint':
      return `the policy of the VPC endpoint that the call took forbids ${permission}; it has to allow it, a grant to the caller does not help`;
    case 'explicit':
      return `a policy denies ${permission} explicitly; that deny must go, a grant does not help`;
    case 'implicit':
    case 'unstated': {
      const about = user === undefined ? '' : ` on user ${user}`;
      return `grant ${permission}${about} to the caller`;
    }
  }
}
