import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readDelivery } from '../../app/read-delivery.ts';
import { isMeantBy } from '../kinds.ts';
import { SAMPLE_FACTS } from '../place.ts';
import { kubernetes } from './index.ts';
import { jointSecrets, placeOfSecret, secretAskedAs, secretAt, thingsOfSecret } from './place.ts';

const EKS = 'arn:aws:eks:eu-west-1:123456789012:cluster/prod';

describe('a Secret as a place', () => {
  const read: readonly (readonly [text: string, written: string])[] = [
    ['payments/aws-key', 'payments/aws-key'],
    ['payments/aws.key#AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY', 'payments/aws.key'],
    ['payments/aws-key#s3.id,s3.secret', 'payments/aws-key#s3.id,s3.secret'],
    [`${EKS}/payments/aws-key`, `${EKS}/payments/aws-key`],
    [
      'default/api-example-com:6443/kube:admin/ns/name',
      'default/api-example-com:6443/kube:admin/ns/name',
    ],
    ['a%23b%3Fc/ns/name', 'a%23b%3Fc/ns/name'],
    ['ns/name?restart=deploy/api,sts/db', 'ns/name?restart=deployment/api,statefulset/db'],
    ['ns/name?force=helm,helm&restart=ds/x', 'ns/name?restart=daemonset/x&force=helm'],
    ['in-cluster/ns/name?cluster=10.96.0.1~ab', 'in-cluster/ns/name?cluster=10.96.0.1~ab'],
  ];
  for (const [text, written] of read) {
    it(`reads ${text}`, () => {
      const at = secretAt(text);
      assert.ok(at !== undefined);
      assert.equal(placeOfSecret(at), written);
      assert.deepEqual(secretAt(written), at);
    });
  }

  const refused = [
    'name',
    '/ns/name',
    'ns/',
    'Payments/aws-key',
    'payments/aws_key',
    'payments/-key',
    `payments/${'a'.repeat(254)}`,
    'payments/aws-key#ID,',
    'payments/aws-key#',
    'payments/aws-key#ID,ID',
    'payments/aws-key#ID,SECRET,MORE',
    'payments/aws-key#..ID,SECRET',
    'payments/aws-key#id=ID,secret=SECRET',
    'payments/aws-key?',
    'payments/aws-key?restart=',
    'payments/aws-key?restart=cronjob/api',
    'payments/aws-key?restart=deployment/Api',
    'payments/aws-key?restart=constructor/api',
    'payments/aws-key?force=a&force=b',
    'payments/aws-key?wait=yes',
    'payments/aws-key?cluster=a,b',
    'a%0Ab/payments/aws-key',
    'a%zz/payments/aws-key',
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 60))}`, () =>
      assert.equal(secretAt(text), undefined));
  }

  it('is read from --deliver, and refused there in words', () => {
    const template = 'apps/{user}#{user}.id,{user}.secret?restart=deployment/{user}';
    assert.equal(readDelivery(`kubernetes=${template}`, undefined, '--deliver').template, template);
    assert.throws(
      () => readDelivery('kubernetes=apps/x', undefined, '--deliver'),
      /into one place/,
    );
    assert.throws(
      () => readDelivery('kubernetes=Apps/x', 'ann', '--deliver'),
      /"Apps\/x" is none: a Kubernetes Secret takes NAMESPACE\/SECRET/,
    );
    assert.throws(
      () => kubernetes.placeFor('apps/{user}', { ...SAMPLE_FACTS, user: 'Ann_B' }),
      /Ann_B/,
    );
  });
});

describe('one Secret among others', () => {
  const pinned = 'prod/ns/svc-billing#A,B?restart=deployment/api&cluster=api.example.com:6443';

  it('is the same under another name of its context, and not in another cluster', () => {
    const target = { kind: 'kubernetes', place: pinned };
    const own = pinned.replace('prod/', 'other/').replace('deployment/api', 'daemonset/x');
    assert.equal(
      jointSecrets({ kind: 'kubernetes', place: own }, target)?.place,
      'other/ns/svc-billing#A,B?restart=daemonset/x,deployment/api&cluster=api.example.com:6443',
    );
    const elsewhere = { kind: 'kubernetes', place: pinned.replace('api.', 'eu.') };
    assert.equal(jointSecrets(elsewhere, target), undefined);
    assert.deepEqual(thingsOfSecret(target), [
      'api.example.com:6443 ns/svc-billing#A',
      'api.example.com:6443 ns/svc-billing#B',
    ]);
  });

  it('is told as an operator writes it, and means the place that it became', () => {
    const asked = secretAskedAs(pinned, 'svc-billing')?.template;
    assert.equal(asked, 'prod/ns/{user}#A,B?restart=deployment/api');
    const facts = { ...SAMPLE_FACTS, user: 'svc-billing' };
    const named = { kind: 'kubernetes', name: asked ?? '' };
    assert.equal(isMeantBy(named, { kind: 'kubernetes', place: pinned }, facts), true);
    const other = { kind: 'kubernetes', name: 'test/ns/{user}#A,B' };
    assert.equal(isMeantBy(other, { kind: 'kubernetes', place: pinned }, facts), false);
  });
});
