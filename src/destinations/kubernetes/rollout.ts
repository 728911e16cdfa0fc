// How far a workload is with starting its pods anew, by the rules of `kubectl rollout status`. Pure.

import type { Resource } from './place.ts';
import { recordIn } from './secret-object.ts';

export type Rollout =
  | { readonly kind: 'done' }
  | { readonly kind: 'under-way' | 'failed'; readonly words: string };

const DONE: Rollout = { kind: 'done' };

export function rolloutOf(resource: Resource, body: unknown): Rollout {
  const { metadata, spec, status } = recordIn(body);
  const generation = countIn(metadata, 'generation');
  const observed = countIn(status, 'observedGeneration');
  if (observed < generation) return underWay('its controller has not seen the restart yet');
  return RULES[resource](recordIn(spec), recordIn(status));
}

type Fields = Readonly<Record<string, unknown>>;

const RULES: Readonly<Record<Resource, (spec: Fields, status: Fields) => Rollout>> = {
  deployment: (spec, status) => {
    const conditions = Array.isArray(status.conditions) ? status.conditions.map(recordIn) : [];
    if (conditions.some(({ reason }) => reason === 'ProgressDeadlineExceeded')) {
      return { kind: 'failed', words: 'its new pods do not come up (ProgressDeadlineExceeded)' };
    }
    const [wanted, updated] = [countIn(spec, 'replicas', 1), countIn(status, 'updatedReplicas')];
    if (updated < wanted) return underWay(`${updated} of ${wanted} pods are new`);
    const old = countIn(status, 'replicas') - updated;
    if (old > 0) return underWay(`${old} old ${old === 1 ? 'pod is' : 'pods are'} still there`);
    const available = countIn(status, 'availableReplicas');
    return available < updated ? underWay(`${available} of ${updated} pods are available`) : DONE;
  },
  statefulset: (spec, status) => {
    const [wanted, ready] = [countIn(spec, 'replicas', 1), countIn(status, 'readyReplicas')];
    if (ready < wanted) return underWay(`${ready} of ${wanted} pods are ready`);
    const isNew = status.updateRevision === status.currentRevision;
    const updated = countIn(status, 'updatedReplicas');
    return isNew || wanted === 0 ? DONE : underWay(`${updated} of ${wanted} pods are new`);
  },
  daemonset: (_, status) => {
    const wanted = countIn(status, 'desiredNumberScheduled');
    const updated = countIn(status, 'updatedNumberScheduled');
    if (updated < wanted) return underWay(`${updated} of ${wanted} pods are new`);
    const available = countIn(status, 'numberAvailable');
    return available < wanted ? underWay(`${available} of ${wanted} pods are available`) : DONE;
  },
};

function underWay(words: string): Rollout {
  return { kind: 'under-way', words };
}

function countIn(fields: unknown, name: string, missing = 0): number {
  const value = recordIn(fields)[name];
  return typeof value === 'number' ? value : missing;
}
