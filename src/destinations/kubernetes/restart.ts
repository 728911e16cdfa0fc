// Workloads that are started anew once a Secret has its pair, as `kubectl rollout restart` does it. The time
// that is written is the one at which the Secret was, by the clock of the cluster: repeated, it is the same, so
// that a delivery that is repeated starts nothing twice.

import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { type ClusterApi, RESTARTED_AT } from './api.ts';
import { IN_CLUSTER, nameOfWorkload, type SecretAt, type Workload } from './place.ts';
import { rolloutOf } from './rollout.ts';
import { FIELD_MANAGER, recordIn } from './secret-object.ts';

/** Whether all of them are there and would start anew. Throws `not-deliverable`. */
export async function examineWorkloads(at: SecretAt, api: ClusterApi): Promise<void> {
  for (const workload of at.restart) {
    const found = await api.workload(at.namespace, workload);
    const where = `${nameOfWorkload(workload)} in ${at.namespace}`;
    if (found === undefined) {
      throw new KeyturnError('not-deliverable', `there is no ${where} that could be restarted`, {
        hint: ['check the name behind restart=; these are there:', listOf(at, workload)],
      });
    }
    const why = whyNot(found);
    if (why !== undefined) {
      throw new KeyturnError(
        'not-deliverable',
        `a restart of ${where} would start nothing: ${why}`,
        {
          hint: 'put that right, or leave it out of restart=',
        },
      );
    }
    const access = {
      group: 'apps',
      resource: `${workload.resource}s`,
      name: workload.name,
    } as const;
    const may = await api.mayI({ ...access, verb: 'patch', namespace: at.namespace });
    if (may !== false) continue;
    throw new KeyturnError('not-deliverable', `the account may not restart ${where}`, {
      hint: `let its Role patch ${access.resource} of apps named ${workload.name}`,
    });
  }
}

function listOf({ namespace, context }: SecretAt, { resource }: Workload) {
  const names = context === undefined || context === IN_CLUSTER ? [] : ['--context', context];
  return command('kubectl', ...names, '--namespace', namespace, 'get', `${resource}s`);
}

function whyNot(body: unknown): string | undefined {
  const { paused, updateStrategy } = recordIn(recordIn(body).spec);
  if (paused === true) return 'it is paused (kubectl rollout resume)';
  if (recordIn(updateStrategy).type === 'OnDelete') {
    return 'its updateStrategy is OnDelete, which replaces a pod only when somebody deletes it';
  }
  return undefined;
}

/** For all of them together; a rollout that takes longer is waited for by the next run. */
const WAIT_MS_MAX = 300_000;
const PAUSE_MS = 2_000;

export interface Restarting {
  readonly at: SecretAt;
  readonly api: ClusterApi;
  readonly clock: Clock;
}

/**
 * Resolves when all their pods are new ones. Throws for what cannot be restarted, and for a rollout that has
 * failed or takes too long: then what it replaces still has the old key.
 */
export async function restartWorkloads(
  { at, api, clock }: Restarting,
  writtenAt: string,
): Promise<void> {
  const { namespace } = at;
  for (const workload of at.restart) {
    if (isRestarted(await api.workload(namespace, workload), writtenAt)) continue;
    await api.restart(namespace, workload, writtenAt);
  }
  let leftMs = WAIT_MS_MAX;
  for (const workload of at.restart) {
    for (;;) {
      const rollout = rolloutOf(workload.resource, await api.workload(namespace, workload));
      if (rollout.kind === 'done') break;
      if (rollout.kind === 'failed' || leftMs <= 0) throw unfinished(at, workload, rollout.words);
      leftMs -= PAUSE_MS;
      await clock.sleep(PAUSE_MS);
    }
  }
}

function unfinished(at: SecretAt, workload: Workload, why: string): KeyturnError {
  const { namespace, context } = at;
  const names = context === undefined || context === IN_CLUSTER ? [] : ['--context', context];
  const status = ['rollout', 'status', nameOfWorkload(workload)];
  return new KeyturnError(
    'delivery-failed',
    `the rollout of ${nameOfWorkload(workload)} in ${namespace} is not at its end: ${why}`,
    { hint: ['look why:', command('kubectl', ...names, '--namespace', namespace, ...status)] },
  );
}

/** Only what keyturn wrote is believed: the annotation of others has the time of their own clocks. */
function isRestarted(body: unknown, writtenAt: string): boolean {
  const { metadata, spec } = recordIn(body);
  const template = recordIn(recordIn(recordIn(spec).template).metadata);
  const at = recordIn(template.annotations)[RESTARTED_AT];
  const { managedFields } = recordIn(metadata);
  const entries = Array.isArray(managedFields) ? managedFields.map(recordIn) : [];
  const isOurs = entries.some(
    ({ manager, fieldsV1 }) =>
      manager === FIELD_MANAGER && JSON.stringify(fieldsV1 ?? {}).includes(`"f:${RESTARTED_AT}"`),
  );
  return isOurs && typeof at === 'string' && at >= writtenAt;
}
