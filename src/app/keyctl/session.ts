// One account as a profile sees it: gateway, state on disk, and the executor's surroundings.

import { KeyturnError } from '../../base/errors.ts';
import type { Destination } from '../../destinations/destination.ts';
import type { ExecutorContext } from '../../executor/context.ts';
import { newId } from '../../executor/runtime.ts';
import type { AccountGateway } from '../../iam/gateway.ts';
import { type GatewayOptions, openGateway } from '../../iam/open-gateway.ts';
import type { AccountState } from '../../journal/journal.ts';
import { openAccountState, readAccountState } from '../../journal/open-account-state.ts';
import { QUIET_DAYS } from '../../lifecycle/slot.ts';
import { executorContext } from '../executor-context.ts';
import { environmentFor } from './profile-file.ts';
import type { KeyctlContext, SessionOptions } from './types.ts';

const CALLS_AT_ONCE = 8;

/** Throws what openGateway throws; a missing MFA code is `no-credentials` with a hint. */
export async function gatewayFor(
  options: SessionOptions,
  context: KeyctlContext,
): Promise<AccountGateway> {
  return await openGateway(gatewayOptions(options, context));
}

/** How the profile reaches AWS. */
export function gatewayOptions(options: SessionOptions, context: KeyctlContext): GatewayOptions {
  const { mfaCode, askMfaCode } = options;
  return {
    profile: options.authProfile,
    region: options.region,
    env: environmentFor(options, context.env),
    maxParallel: CALLS_AT_ONCE,
    clock: context.clock,
    emit: context.emit,
    signal: context.signal,
    mfaCode: mfaCode === undefined ? (askMfaCode ?? refuseToAsk) : async () => mfaCode,
    isMfaWanted: mfaCode !== undefined,
  };
}

async function refuseToAsk(serial: string): Promise<string> {
  throw new KeyturnError('no-credentials', `the code of the MFA device ${serial} is needed`, {
    hint: 'name it with --mfa-code, or run in a terminal to be asked',
  });
}

/** `write` makes and checks the state directory; `read` leaves no trace, as a dry run must. */
export async function stateFor(
  access: 'read' | 'write',
  account: string,
  options: SessionOptions,
  context: KeyctlContext,
): Promise<AccountState> {
  const open = access === 'write' ? openAccountState : readAccountState;
  return await open({ stateDir: options.stateDir, account, clock: context.clock, run: newId() });
}

/**
 * The executor's surroundings; reads and retirements deliver nothing, so the hand-off will do. What
 * another face or another profile left open is not finished here: it would end with other keys than
 * the ones that the person was shown.
 */
export function executorFor(
  gateway: AccountGateway,
  state: AccountState,
  { clock, emit, signal }: KeyctlContext,
  destination?: Destination,
): ExecutorContext {
  return executorContext({
    gateway,
    state,
    run: newId(),
    clock,
    emit,
    signal,
    policy: {
      oldKeyFate: 'keep',
      // Named keys are rotated whatever their age; the numbers below serve the fleet only.
      daysThreshold: 1,
      cleanupInactive: false,
      inactiveDays: QUIET_DAYS,
    },
    ...(destination !== undefined && { deliver: destination }),
    finishesOthers: false,
  });
}
