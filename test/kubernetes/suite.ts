// What a Secret of a cluster promises as a destination beside the contract of all kinds. Run against the small
// API of fake-api.ts always, and against a real kube-apiserver in a lane of its own.

import { describe } from 'node:test';
import { refuses } from './refuses.ts';
import { restarts, rights } from './restarts.ts';
import type { TestCluster } from './test-cluster.ts';
import { writes } from './writes.ts';

export function secretsOfACluster(name: string, cluster: () => TestCluster): void {
  describe(`Secrets of ${name}`, () => {
    writes(cluster);
    refuses(cluster);
    restarts(cluster);
    rights(cluster);
  });
}
