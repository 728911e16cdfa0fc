// Which hand-off file each new key of a run has; its secret only when a destination prints it (I8).

import type { AccessKeyId } from '../base/access-key-id.ts';
import { toKeyturnError } from '../base/errors.ts';
import { deliversCustody, printsSecret } from '../destinations/kinds.ts';
import type { UserOutcome } from '../engine/outcome.ts';
import type { Custody } from '../state/state-store.ts';
import { type AccountIssue, type HandedOff, reportIssue } from './build-report.ts';

export async function collectHandoffs(
  outcomes: readonly UserOutcome[],
  custody: Custody,
  printsSecrets: boolean,
): Promise<{ handoff: Map<AccessKeyId, HandedOff>; errors: AccountIssue[] }> {
  const found = new Map<AccessKeyId, HandedOff>();
  const errors: AccountIssue[] = [];
  for (const { user, rotation } of outcomes) {
    if (rotation === undefined || rotation.kind === 'would-rotate') continue;
    const { newKeyId } = rotation;
    if (newKeyId === undefined) continue;
    const path = custody.describe(newKeyId);
    try {
      const entry = await custody.get(newKeyId);
      const receipts = rotation.kind === 'rotated' ? rotation.receipts : [];
      // A rotation goes where it was promised to go when it began, whatever this run prints.
      const isPrinted = printsSecrets && receipts.some(({ kind }) => printsSecret(kind));
      const kept = receipts.find(({ kind }) => deliversCustody(kind));
      const left = entry === undefined ? kept?.reference : path;
      if (left === undefined) continue;
      found.set(newKeyId, { path: left, secret: isPrinted ? entry?.secret : undefined });
    } catch (thrown) {
      // One damaged file must not cost the others their place in the result. A rotation that
      // failed has said so itself.
      found.set(newKeyId, { path, secret: undefined });
      if (rotation.kind === 'rotated') errors.push(reportIssue(toKeyturnError(thrown), user));
    }
  }
  return { handoff: found, errors };
}
