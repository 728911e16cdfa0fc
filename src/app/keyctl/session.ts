// One account as a profile sees it: its gateway, and the account at work.

import type { AccountGateway } from '../../aws/gateway.ts';
import type { GatewayOptions } from '../../aws/gateway-options.ts';
import { openGateway } from '../../aws/open-gateway.ts';
import { KeyturnError } from '../../base/errors.ts';
import { type AccountWork, PROMPT_VERIFICATION } from '../../engine/account-work.ts';
import type { DeliveryTarget } from '../../lifecycle/record.ts';
import { PATIENT } from '../../lifecycle/retire-policy.ts';
import { type AccountParts, accountWork } from '../account-work.ts';
import { environmentFor } from './profile-file.ts';
import type { KeyctlContext, SessionOptions, TargetOptions } from './types.ts';

const CALLS_AT_ONCE = 8;

type SigningOptions = SessionOptions & Partial<Pick<TargetOptions, 'targetProfile'>>;

/** Throws what openGateway throws; a missing MFA code is `no-credentials` with a hint. */
export async function gatewayFor(
  options: SigningOptions,
  context: KeyctlContext,
): Promise<AccountGateway> {
  return await openGateway(gatewayOptions(options, context));
}

/** How the profile reaches AWS. */
export function gatewayOptions(options: SigningOptions, context: KeyctlContext): GatewayOptions {
  const { mfaCode, askMfaCode, authProfile, targetProfile } = options;
  return {
    profile: options.authProfile,
    region: options.region,
    env: environmentFor(options, context.env),
    maxParallel: CALLS_AT_ONCE,
    clock: context.clock,
    emit: context.emit,
    signal: context.signal,
    run: context.state.run,
    mfaCode: mfaCode === undefined ? (askMfaCode ?? refuseToAsk) : async () => mfaCode,
    isMfaWanted: mfaCode !== undefined || options.isMfaWanted === true,
    sessions: context.sessions,
    // The key that is rotated is managed by its owner, and not by a role that it may assume.
    signsWithPair:
      options.signsWithPair ?? (authProfile !== undefined && authProfile === targetProfile),
  };
}

async function refuseToAsk(serial: string): Promise<string> {
  throw new KeyturnError('no-credentials', `the code of the MFA device ${serial} is needed`, {
    hint: 'name it with --mfa-code, or run in a terminal to be asked',
  });
}

/** An open account, and what the person said about its keys. */
export interface WorkParts extends Pick<AccountParts, 'gateway' | 'state'> {
  readonly said?: Pick<
    TargetOptions,
    'orphans' | 'movedFrom' | 'wordCommand' | 'reach' | 'oldKeyFate' | 'retire'
  >;
}

/**
 * One account as keyctl works on it; what only reads or retires keys delivers nothing, so custody will
 * do. What another face or another profile left open is not finished here: it would end with other
 * keys than the ones that the person was shown.
 */
export function workFor(
  { gateway, state, said = {} }: WorkParts,
  { clock, emit, signal, changes }: KeyctlContext,
  deliver?: DeliveryTarget,
): AccountWork {
  const { orphans = new Set(), movedFrom, wordCommand, reach } = said;
  const { oldKeyFate = 'keep', retire = PATIENT } = said;
  return accountWork({
    ...{ gateway, state, clock, emit, signal },
    ...(changes !== undefined && { changes }),
    policy: {
      ...{ oldKeyFate, retire, cleanUpDays: undefined, verification: PROMPT_VERIFICATION },
      // The successor of the key that signs is in the profile that signs (I7).
      ...{ replacesOwnKey: oldKeyFate !== 'keep', takesDeliver: false },
      ...{ orphans, movedFrom, wordCommand, reach },
    },
    ...(deliver !== undefined && { deliver }),
    isAttended: true,
    finishesOthers: false,
  });
}
