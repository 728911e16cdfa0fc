import { after, before } from 'node:test';
import { passesContract } from '../../../test/destinations/contract.ts';
import { WHOLE_FORMS } from '../../../test/destinations/form-texts.ts';
import { type FakeCluster, startFakeCluster } from '../../../test/kubernetes/fake-api.ts';
import { contractPlace, onePlace } from '../../../test/kubernetes/ground.ts';
import { secretsOfACluster } from '../../../test/kubernetes/suite.ts';

let cluster: FakeCluster;

before(async () => {
  cluster = await startFakeCluster();
});
after(async () => await cluster.close());

passesContract({ kind: 'kubernetes', open: (test) => contractPlace(test, cluster) });
for (const form of [undefined, ...WHOLE_FORMS]) {
  passesContract({ kind: 'kubernetes', open: (test) => onePlace(test, cluster, form) });
}
secretsOfACluster('the small API', () => cluster);
