import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ErrorCode } from '../base/error-codes.ts';
import { KeyturnError } from '../base/errors.ts';
import {
  type Call,
  classify,
  classifyCreate,
  classifyProbe,
  isDefiniteThrottle,
  isThrottle,
} from './classify.ts';

const CALL: Call = {
  permission: 'iam:ListAccessKeys',
  user: 'svc-one',
  endpoint: undefined,
  region: 'us-east-1',
};

/** An error as the SDK throws it for an answer of the query protocol. */
function awsError(code: string, status = 403, message = 'No.'): Error {
  return Object.assign(new Error(message), {
    name: `${code}Exception`,
    $fault: status >= 500 ? 'server' : 'client',
    $metadata: { httpStatusCode: status, requestId: 'r-1' },
    Error: { Type: 'Sender', Code: code, Message: message },
  });
}

function networkError(code: string, syscall?: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

const ALL_CODES: readonly (readonly [string, ErrorCode])[] = [
  ['ExpiredToken', 'expired-token'],
  ['ExpiredTokenException', 'expired-token'],
  ['TokenRefreshRequired', 'expired-token'],
  ['UnauthorizedException', 'expired-token'],
  ['InvalidGrantException', 'expired-token'],
  ['InvalidClientTokenId', 'invalid-credentials'],
  ['InvalidAccessKeyId', 'invalid-credentials'],
  ['UnrecognizedClientException', 'invalid-credentials'],
  ['AuthFailure', 'invalid-credentials'],
  ['MissingAuthenticationToken', 'invalid-credentials'],
  ['IncompleteSignature', 'invalid-credentials'],
  ['InvalidIdentityToken', 'invalid-credentials'],
  ['SignatureDoesNotMatch', 'invalid-credentials'],
  ['InvalidSignatureException', 'invalid-credentials'],
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
  ['Throttling', 'throttled'],
  ['ThrottlingException', 'throttled'],
  ['ThrottledException', 'throttled'],
  ['RequestLimitExceeded', 'throttled'],
  ['RequestThrottled', 'throttled'],
  ['RequestThrottledException', 'throttled'],
  ['TooManyRequestsException', 'throttled'],
  ['SlowDown', 'throttled'],
  ['LimitExceeded', 'aws-error'],
  ['ServiceFailure', 'aws-error'],
  ['ValidationError', 'aws-error'],
  ['SomethingNew', 'aws-error'],
];

describe("the meaning of AWS's errors", () => {
  it('a wrong secret is told from a key that aws does not take', () => {
    const hintOf = (name: string) => classify(awsError(name, 403, 'no'), CALL).hint ?? '';
    assert.match(
      hintOf('SignatureDoesNotMatch'),
      /the secret beside it is not the one of that key/,
    );
    assert.match(hintOf('InvalidClientTokenId'), /deleted, Inactive, mistyped/);
  });

  for (const [awsCode, code] of ALL_CODES) {
    it(`${awsCode} is ${code}`, () => {
      const error = classify(awsError(awsCode), CALL);
      assert.equal(error.code, code);
      assert.deepEqual(error.cause, {
        name: `${awsCode}Exception`,
        code: awsCode,
        httpStatus: 403,
        requestId: 'r-1',
      });
    });
  }

  for (const [text, code] of [
    ['Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z', 'clock-skew'],
    ['Signature not yet current: 20260101T001000Z is still later than …', 'clock-skew'],
    ['Credential should be scoped to a valid region.', 'wrong-region'],
    ['The request signature we calculated does not match', 'invalid-credentials'],
  ] as const) {
    it(`SignatureDoesNotMatch with "${text.slice(0, 20)}…" is ${code}`, () => {
      assert.equal(classify(awsError('SignatureDoesNotMatch', 403, text), CALL).code, code);
    });
  }

  it('keeps an error of ours as it is', () => {
    const ours = new KeyturnError('expired-token', 'over');
    assert.equal(classify(ours, CALL), ours);
  });

  it('takes the name for the code where a protocol gives no other (IAM Identity Center)', () => {
    const error = { name: 'UnauthorizedException', message: 'x', $fault: 'client', $metadata: {} };
    assert.equal(classify(error, CALL).code, 'expired-token');
  });

  it('is not fooled by an error page that AWS did not write', () => {
    const page = { name: 'Unknown', $fault: 'client', $metadata: { httpStatusCode: 403 } };
    const error = classify(page, CALL);
    assert.equal(error.code, 'aws-error');
    assert.match(error.message, /an answer that cannot be read \(HTTP 403\)/);
  });

  it('survives whatever else is thrown', () => {
    for (const thrown of [undefined, null, 'text', 7, {}]) {
      assert.equal(classify(thrown, CALL).code, 'aws-error');
    }
  });
});

describe('the meaning of network errors', () => {
  for (const code of ['ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH', 'EPIPE', 'CERT_HAS_EXPIRED']) {
    it(`${code} is endpoint-unreachable`, () => {
      const error = classify(networkError(code, 'connect'), CALL);
      assert.equal(error.code, 'endpoint-unreachable');
      assert.match(error.message, new RegExp(code));
    });
  }

  it('blames the region when its host does not exist and no region is spelled like it', () => {
    const lost = networkError('ENOTFOUND', 'getaddrinfo');
    assert.equal(classify(lost, { ...CALL, region: 'mars' }).code, 'wrong-region');
    assert.equal(classify(lost, { ...CALL, region: 'us-gov-west-1' }).code, 'endpoint-unreachable');
    const configured = { ...CALL, region: 'mars', endpoint: 'http://sandbox.invalid/' };
    assert.equal(classify(lost, configured).code, 'endpoint-unreachable');
  });
});

describe('the hint for a missing permission', () => {
  function hint(text: string): string {
    return classify(awsError('AccessDenied', 403, text), CALL).hint ?? '';
  }

  it('names the permission to grant, and the user', () => {
    const text = 'User: arn:… is not authorized to perform: iam:ListAccessKeys on resource: user x';
    assert.equal(hint(text), 'grant iam:ListAccessKeys on user svc-one to the caller');
  });

  it('does not send the reader to IAM when the organization forbids it', () => {
    for (const text of [
      'x with an explicit deny in a service control policy',
      'x because no service control policy allows the iam:ListAccessKeys action',
    ]) {
      assert.match(
        hint(text),
        /service control policies .* does not help: whoever administers the organization can$/,
      );
    }
  });

  it('tells a quarantined user apart', () => {
    const text =
      'x with an explicit deny in an identity-based policy: arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    assert.match(hint(text), /quarantined .* another administrator must rotate it/);
  });

  it('says that a deny must go when a policy denies explicitly', () => {
    const text = 'x with an explicit deny in an identity-based policy';
    assert.match(hint(text), /that deny must go, a grant does not help$/);
  });
});

describe('who can do something about a denial', () => {
  for (const [text, hint] of [
    [
      'x with an explicit deny in a permissions boundary',
      /^the permissions boundary of the caller/,
    ],
    [
      'x because no permissions boundary allows the action',
      /^the permissions boundary of the caller/,
    ],
    [
      'x with an explicit deny in a resource control policy',
      /^the organization's resource control/,
    ],
    ['x because no session policy allows the action', /^the session was opened with a policy/],
    ['x because no identity-based policy allows the action', /^grant iam:ListAccessKeys on user/],
  ] as const) {
    it(text, () => {
      assert.match(classify(awsError('AccessDenied', 403, text), CALL).hint ?? '', hint);
    });
  }

  for (const [text, hint] of [
    [
      'MultiFactorAuthentication failed with invalid MFA one time pass code. ',
      /^each code is taken once/,
    ],
    [
      'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
      /^mfa_serial of the profile must be/,
    ],
  ] as const) {
    it(text.trim(), () => {
      const error = classify(awsError('AccessDenied', 403, text), CALL);
      assert.equal(error.code, 'mfa-refused');
      assert.match(error.hint ?? '', hint);
    });
  }
});

describe('what a failed CreateAccessKey leaves behind (I2, I13)', () => {
  for (const [what, thrown, expected] of [
    ['the quota', awsError('LimitExceeded', 409), 'no-free-slot'],
    ['an unknown user', awsError('NoSuchEntity', 404), 'user-gone'],
    ['a denial', awsError('AccessDenied', 403), 'access-denied'],
    ['a throttle', awsError('Throttling', 400), 'throttled'],
    ['another refusal', awsError('ConcurrentModification', 409), 'create-refused'],
    ['a server error', awsError('ServiceFailure', 500), 'unknown'],
    ['a throttle with status 503', awsError('Throttling', 503), 'unknown'],
    ['a reset connection', networkError('ECONNRESET', 'read'), 'unknown'],
    ['a broken pipe', networkError('EPIPE', 'write'), 'unknown'],
    ['an unreachable host while reading', networkError('EHOSTUNREACH', 'read'), 'unknown'],
    ['a refused connection', networkError('ECONNREFUSED', 'connect'), 'create-refused'],
    ['an unknown host', networkError('ENOTFOUND', 'getaddrinfo'), 'create-refused'],
    [
      'a host that refuses at each address',
      Object.assign(new Error('all'), {
        code: 'ECONNREFUSED',
        errors: [networkError('ECONNREFUSED', 'connect'), networkError('ETIMEDOUT', 'connect')],
      }),
      'create-refused',
    ],
    [
      'a host of which one address failed later',
      Object.assign(new Error('all'), {
        errors: [networkError('ECONNREFUSED', 'connect'), networkError('ECONNRESET', 'read')],
      }),
      'unknown',
    ],
    ['a time-out', Object.assign(new Error('late'), { name: 'TimeoutError' }), 'unknown'],
    ['a fault of the program', new TypeError('x is not a function'), 'unknown'],
    ['nothing that we know', undefined, 'unknown'],
  ] as const) {
    it(`${what}: ${expected}`, () => {
      const outcome = classifyCreate(thrown);
      assert.equal(outcome.kind === 'refused' ? outcome.code : outcome.kind, expected);
    });
  }

  it('never counts the quota as a throttle', () => {
    const quota = awsError('LimitExceeded', 409);
    assert.ok(!isThrottle(quota) && !isDefiniteThrottle(quota));
    const throttle = awsError('Throttling', 400);
    assert.ok(isThrottle(throttle) && isDefiniteThrottle(throttle));
    assert.ok(!isDefiniteThrottle(awsError('Throttling', 503)));
  });
});

describe('what a failed probe says about a new key (I4)', () => {
  for (const code of [
    'InvalidClientTokenId',
    'InvalidAccessKeyId',
    'AuthFailure',
    'UnrecognizedClientException',
  ]) {
    it(`${code}: not yet`, () => {
      assert.deepEqual(classifyProbe(awsError(code)), { kind: 'not-yet' });
    });
  }
  for (const thrown of [
    awsError('SignatureDoesNotMatch'),
    awsError('Throttling', 400),
    awsError('ServiceFailure', 500),
    networkError('ECONNREFUSED', 'connect'),
    // A proxy on the way, and no answer of AWS's.
    { name: 'Unknown', $metadata: { httpStatusCode: 403 } },
  ]) {
    it(`${'message' in thrown ? thrown.message : 'HTTP 403 without a code'} ${thrown.name}: unclear`, () => {
      assert.equal(classifyProbe(thrown).kind, 'unclear');
    });
  }
  const asked =
    'User: arn:aws:iam::123456789012:user/a is not authorized to perform: sts:GetCallerIdentity';
  for (const [why, policy] of [
    [
      'because no VPC endpoint policy allows the sts:GetCallerIdentity action',
      /VPC endpoint.*has to/,
    ],
    ['with an explicit deny in a VPC endpoint policy', /VPC endpoint.*has to allow/],
    ['with an explicit deny in a resource control policy', /resource control policies/],
    ['with an explicit deny in a service control policy', /service control policies/],
    [
      'because no permissions boundary allows the sts:GetCallerIdentity action',
      /boundary.*widen it/,
    ],
  ] as const) {
    it(`AccessDenied ${why}: denied, and the hint names the policy`, () => {
      const answer = classifyProbe(awsError('AccessDenied', 403, `${asked} ${why}`));
      assert.ok(answer.kind === 'denied');
      assert.match(answer.reason, /AccessDenied/);
      assert.match(answer.hint, policy);
    });
  }
});
