import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Resource } from './place.ts';
import { rolloutOf } from './rollout.ts';

const cases: readonly (readonly [Resource, spec: object, status: object, expected: string])[] = [
  [
    'deployment',
    { replicas: 2 },
    { observedGeneration: 1 },
    'under-way its controller has not seen the restart yet',
  ],
  [
    'deployment',
    { replicas: 2 },
    { replicas: 3, updatedReplicas: 1 },
    'under-way 1 of 2 pods are new',
  ],
  [
    'deployment',
    { replicas: 2 },
    { replicas: 3, updatedReplicas: 2 },
    'under-way 1 old pod is still there',
  ],
  ['deployment', {}, { replicas: 1, updatedReplicas: 1 }, 'under-way 0 of 1 pods are available'],
  [
    'deployment',
    { replicas: 2 },
    { replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
    'done',
  ],
  ['deployment', { replicas: 0 }, {}, 'done'],
  [
    'deployment',
    {},
    { conditions: [{ reason: 'ProgressDeadlineExceeded' }] },
    'failed its new pods do not come up (ProgressDeadlineExceeded)',
  ],
  ['statefulset', { replicas: 2 }, { readyReplicas: 1 }, 'under-way 1 of 2 pods are ready'],
  [
    'statefulset',
    { replicas: 2 },
    { readyReplicas: 2, updatedReplicas: 1, updateRevision: 'b', currentRevision: 'a' },
    'under-way 1 of 2 pods are new',
  ],
  [
    'statefulset',
    { replicas: 1 },
    { readyReplicas: 1, updateRevision: 'b', currentRevision: 'b' },
    'done',
  ],
  [
    'daemonset',
    {},
    { desiredNumberScheduled: 2, updatedNumberScheduled: 1 },
    'under-way 1 of 2 pods are new',
  ],
  [
    'daemonset',
    {},
    { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 },
    'under-way 1 of 2 pods are available',
  ],
  [
    'daemonset',
    {},
    { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 },
    'done',
  ],
];

describe('a rollout', () => {
  for (const [resource, spec, status, expected] of cases) {
    it(`of a ${resource}: ${expected}`, () => {
      const body = {
        metadata: { generation: 2 },
        spec,
        status: { observedGeneration: 2, ...status },
      };
      const found = rolloutOf(resource, body);
      assert.equal(found.kind === 'done' ? 'done' : `${found.kind} ${found.words}`, expected);
    });
  }

  it('of what is no workload is not at its end', () => {
    assert.equal(rolloutOf('deployment', undefined).kind, 'under-way');
  });
});
