// What came of a user, for whoever has a configuration: hints name the keys of its file, and no flags.

import type { UserOutcome } from '../engine/outcome.ts';

export function inFileTerms(outcome: UserOutcome): UserOutcome {
  const { rotation, cleanup, plan } = outcome;
  return {
    ...outcome,
    ...(rotation?.kind === 'failed' && { rotation: { ...rotation, error: rotation.error.inFile } }),
    ...(cleanup !== undefined && { cleanup: { ...cleanup, error: cleanup.error?.inFile } }),
    ...(plan !== undefined && {
      plan: { ...plan, keys: plan.keys.map((key) => ({ ...key, error: key.error?.inFile })) },
    }),
  };
}
