// Whether a key really signs: a call over HTTP with the SDK, not a look into the sandbox.

import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { credentialsOf, stsOf } from '../sandbox/sdk.ts';
import type { Arena } from './arena.ts';

/** The name of the user as whom the key signs; undefined when AWS refuses it. */
export async function signsAs(
  { sandbox }: Arena,
  key: { readonly id: string; readonly secret: string },
): Promise<string | undefined> {
  const { clock } = sandbox;
  // This process lives on this machine's time, whatever time the scene has come to.
  const skewMs = clock.signatureSkewMs;
  clock.signatureSkewMs = 0;
  const sts = stsOf(sandbox, credentialsOf(key));
  try {
    const { Arn } = await sts.send(new GetCallerIdentityCommand({}));
    return Arn?.split('/').at(-1);
  } catch {
    return undefined;
  } finally {
    clock.signatureSkewMs = skewMs;
    sts.destroy();
  }
}
