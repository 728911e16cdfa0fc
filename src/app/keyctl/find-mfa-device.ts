// The MFA device of whoever signs: asked for once AWS has denied a call that a session with MFA may make.

import { gatewayFor } from './session.ts';
import type { KeyctlContext, SessionOptions } from './types.ts';

/** Undefined where none is known, and where a session signs already. */
export async function findMfaDevice(
  options: SessionOptions,
  context: KeyctlContext,
): Promise<string | undefined> {
  const gateway = await gatewayFor(options, context);
  try {
    return await gateway.mfaDevice?.();
  } finally {
    gateway.close();
  }
}
