// UpdateSecretVersionStage: a label moves only when the caller knows where it is.

import { optionalString, requiredString } from '../json-input.ts';
import type { Call, Operation } from '../operation.ts';
import type { ResultFields } from '../result.ts';
import { CURRENT, moveStage } from './secret.ts';
import { invalidParameter } from './secret-input.ts';
import { openState, targetSecret, targetSecretResource, writeState } from './target-secret.ts';

export const stageOperations: Readonly<Record<string, Operation>> = {
  UpdateSecretVersionStage: {
    access: 'write',
    resource: targetSecretResource,
    run: updateSecretVersionStage,
  },
};

function updateSecretVersionStage(call: Call): ResultFields {
  const secret = targetSecret(call);
  const { versions, stages } = openState(secret);
  const stage = requiredString(call, 'VersionStage');
  const from = optionalString(call, 'RemoveFromVersionId');
  const to = optionalString(call, 'MoveToVersionId');
  for (const id of [from, to]) {
    if (id !== undefined && !versions.has(id)) throw invalidParameter(`Not a valid version: ${id}`);
  }
  const holder = stages.get(stage);
  checkHolder(stage, holder, { from, to });
  if (to !== undefined && to !== holder) {
    writeState(call, secret, { stages: moveStage(stages, stage, to) });
  } else if (to === undefined) {
    if (stage === CURRENT) {
      throw invalidParameter(
        'You can only move staging label AWSCURRENT to a different secret version. It can’t be completely removed.',
      );
    }
    writeState(call, secret, { stages: new Map([...stages].filter(([label]) => label !== stage)) });
  }
  return { ARN: secret.arn, Name: secret.name };
}

/** Throws unless `from` is the version that has the label now. */
function checkHolder(
  stage: string,
  holder: string | undefined,
  { from, to }: { readonly from: string | undefined; readonly to: string | undefined },
): void {
  if (from === undefined) {
    if (to === undefined) {
      throw invalidParameter('You must provide MoveToVersionId or RemoveFromVersionId.');
    }
    if (holder === undefined || holder === to) return;
    throw invalidParameter(
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  if (from !== holder) {
    throw invalidParameter(
      `When you move staging label ${stage}, if you specify RemoveFromVersionId, it must be set to the version that currently has the label.`,
    );
  }
}
