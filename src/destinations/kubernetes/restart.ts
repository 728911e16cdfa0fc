// Workloads that are started anew once a Secret has its pair, as `kubectl rollout restart` does it. The time
// that is written is the one at which the Secret was, by the clock of the cluster: repeated, it is the same, so
// that a delivery that is repeated starts nothing twice.

import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { type ClusterApi, RESTARTED_AT } from './api.ts';
import { nameOfWorkload, type SecretAt, type Workload } from './place.ts';
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
  const names = context === undefined ? [] : ['--context', context];
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

/** Throws what the first of them that cannot be restarted throws; the others wait for the next attempt. */
export async function restartWorkloads(
  at: SecretAt,
  writtenAt: string,
  api: ClusterApi,
): Promise<void> {
  for (const workload of at.restart) {
    if (isRestarted(await api.workload(at.namespace, workload), writtenAt)) continue;
    await api.restart(at.namespace, workload, writtenAt);
  }
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
