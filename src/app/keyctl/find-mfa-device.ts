// The MFA device of whoever signs: asked for once AWS has denied a call that a session with MFA may make.

import { gatewayFor } from './session.ts';
import type { KeyctlContext, MfaDevice, SessionOptions } from './types.ts';

export async function findMfaDevice(
  options: SessionOptions,
  context: KeyctlContext,
): Promise<MfaDevice | undefined> {
  const gateway = await gatewayFor(options, context);
  const { mfaDevice } = gateway;
  try {
    return mfaDevice === undefined ? undefined : { serial: await mfaDevice() };
  } finally {
    gateway.close();
  }
}
