// Secrets that are not written, and how that is told.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { NEW, OLD } from '../destinations/contract.ts';
import { failsWith, ground, pairTexts } from './ground.ts';
import { makeSecret, putTexts, type TestCluster, textsIn } from './test-cluster.ts';

const CASES: readonly (readonly [
  why: string,
  made: Parameters<typeof makeSecret>[2],
  message: RegExp,
  hint: RegExp,
])[] = [
  [
    'is immutable',
    { object: { immutable: true } },
    /^the Secret .*\/aws-key of keyturn is immutable/,
    /make another Secret/,
  ],
  [
    'is owned by helm',
    { manager: 'helm' },
    /^"helm" owns AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the Secret .* whose next helm upgrade/,
    /--deliver 'kubernetes=keyturn\/.*\/aws-key\?force=helm'/,
  ],
  [
    'is made by an ExternalSecret',
    {
      object: {
        metadata: {
          ownerReferences: [
            {
              apiVersion: 'external-secrets.io/v1',
              kind: 'ExternalSecret',
              name: 'aws-key',
              uid: 'd9607e19-f88f-11e6-a518-42010a800195',
              controller: true,
            },
          ],
        },
      },
    },
    /is made by ExternalSecret\/aws-key, which would put its own value back$/,
    /force=ExternalSecret\/aws-key/,
  ],
  [
    'is a release of Helm',
    { object: { type: 'helm.sh/release.v1' } },
    /is a release of Helm/,
    /type Opaque/,
  ],
];

export function refuses(cluster: () => TestCluster): void {
  for (const [why, made, message, hint] of CASES) {
    it(`a Secret that ${why} is refused before a key is made, and at the write`, async (test) => {
      const { namespace, open } = await ground(test, cluster());
      const place = `${namespace}/aws-key`;
      await makeSecret(cluster(), place, { texts: pairTexts(OLD), ...made });
      const destination = await open(place);
      await assert.rejects(
        async () => destination.prepare?.(),
        failsWith('not-deliverable', message, hint),
      );
      await assert.rejects(destination.deliver(NEW), failsWith('delivery-failed', message));
      assert.deepEqual(await textsIn(cluster(), place), pairTexts(OLD));
    });
  }

  it('takes over from another manager when the operator names it', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place, { texts: pairTexts(OLD), manager: 'helm' });
    const destination = await open(`${place}?force=helm`);
    await destination.prepare?.();
    await destination.deliver(NEW);
    assert.deepEqual(await textsIn(cluster(), place), pairTexts(NEW));
    // Whoever takes them back is another owner again.
    await putTexts(cluster(), place, { texts: pairTexts(OLD), manager: 'argocd-controller' });
    assert.equal(
      await destination.holds(NEW.keyId, { kind: 'kubernetes', reference: '' }),
      undefined,
    );
    await assert.rejects(
      destination.deliver(NEW),
      failsWith('delivery-failed', /"argocd-controller" owns/),
    );
  });

  it('the names of other keys are told where a pair stands under them', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    // As AWS draws them, for what looks like one.
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const texts = { 's3-id': OLD.keyId, 's3-secret': secret };
    await makeSecret(cluster(), place, { texts });
    const destination = await open(`${place}?restart=deploy/api`);
    await assert.rejects(
      async () => destination.prepare?.(),
      failsWith(
        'not-deliverable',
        /has AKIAIOSFODNN7EXAMPLE at another place too/,
        /'kubernetes=keyturn\/.*\/aws-key#s3-id,s3-secret\?restart=deployment\/api'/,
      ),
    );
  });
}
