// A policy that demands MFA denies what a pair by itself tries. AWS says no more than that it is denied, so
// the step is tried by itself first, and once more in a session that a code of the MFA device opened.

import type { MfaDevice } from '../../app/keyctl/types.ts';
import { denialOf, mayNeedMfa } from '../../aws/denial.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import type { Pair } from './options.ts';
import { type StepContext, sessionOptions } from './step-context.ts';

/** Who signs, and whose key it is about, where it is one's. */
type Signer = Pick<Pair, 'authProfile'> & Partial<Pair>;

/**
 * What the step comes to. It may be taken twice, so it begins anew each time. Throws the denial where no
 * device is known, and where nobody can be asked for its code: then the hint names the device. Throws `cancelled`
 * where somebody is asked, and leaves.
 */
export async function withMfa<Value>(
  run: StepContext,
  signer: Signer,
  step: (run: StepContext) => Promise<Value>,
): Promise<Value> {
  try {
    return await step(run);
  } catch (thrown) {
    const denied = toKeyturnError(thrown);
    const device = await deviceFor(run, signer, denied);
    if (device === undefined) throw denied;
    const { serial } = device;
    if (serial === undefined) throw withoutDevice(denied, signer.authProfile);
    if (run.ask === undefined) throw withDevice(denied, serial);
    run.hideWaiting();
    run.session.voice.remark('AWS denied that; it may allow it with MFA');
    return await step({ ...run, isMfaWanted: true }).catch((again) => {
      const error = toKeyturnError(again);
      // Whoever leaves the question wants to know what it was about, and has left all the same.
      if (error.code === 'cancelled') run.session.voice.error(withDevice(denied, serial));
      throw error;
    });
  }
}

/** Undefined where a code would not help, or was used already. */
async function deviceFor(
  run: StepContext,
  { authProfile, targetProfile }: Signer,
  denied: KeyturnError,
): Promise<MfaDevice | undefined> {
  const { isMfaWanted, options, parts, context } = run;
  // As the step itself: a profile's own key is managed with its pair, whatever role it may assume.
  const signsWithPair = authProfile !== undefined && authProfile === targetProfile;
  const session = { ...sessionOptions(run, authProfile), signsWithPair };
  if (isMfaWanted || options.session().mfaCode !== undefined || !mayNeedMfa(denied)) {
    return undefined;
  }
  return await parts.findMfaDevice(session, context).catch(() => undefined);
}

function withDevice(denied: KeyturnError, serial: string): KeyturnError {
  return withHint(denied, `if a policy demands MFA, add --mfa-code with a code of ${serial}`);
}

/** Where a permission lacks, MFA is seldom why; where a policy denies, it often is. */
function withoutDevice(denied: KeyturnError, profile: Pair['authProfile']): KeyturnError {
  if (profile === undefined || denialOf(denied.message) !== 'explicit') return denied;
  const what = `add mfa_serial = ARN of the device to profile ${profile}, and run again`;
  return withHint(denied, `if that policy demands MFA, ${what}`);
}

function withHint(denied: KeyturnError, first: string): KeyturnError {
  const { code, message, hintParts, notBefore } = denied;
  return new KeyturnError(code, message, {
    hint: [first, ...hintParts],
    notBefore,
    cause: denied,
  });
}
