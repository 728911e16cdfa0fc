// What a Secret of a cluster promises as a destination: the contract of all kinds, and what only Secrets have.
// Run against the small API of fake-api.ts always, and against a real kube-apiserver in a lane of its own.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { nodePrograms } from '../../src/app/node-programs.ts';
import { placeCredentials } from '../../src/app/place-credentials.ts';
import { KeyturnError } from '../../src/base/errors.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import type { Opening } from '../../src/destinations/kind.ts';
import { openDestination } from '../../src/destinations/kinds.ts';
import { FOREIGN, NEW, OLD, type Place, STRANGE } from '../destinations/contract.ts';
import { testOpening } from '../destinations/opening.ts';
import {
  ask,
  done,
  makeSecret,
  newNamespace,
  putTexts,
  type TestCluster,
  textsIn,
  writeKubeconfig,
} from './test-cluster.ts';

const KEYS = { id: 'AWS_ACCESS_KEY_ID', secret: 'AWS_SECRET_ACCESS_KEY' };

export function pairTexts({ keyId, secret }: typeof OLD): Record<string, string> {
  return { [KEYS.id]: keyId, [KEYS.secret]: secret.reveal() };
}

export interface Ground {
  readonly namespace: string;
  readonly opening: Opening;
  readonly issue: Place['issue'];
  readonly open: (place: string) => Promise<Destination>;
}

/** A namespace of its own, and what a destination is opened with there. */
export async function ground(test: TestContext, cluster: TestCluster): Promise<Ground> {
  const { folder, opening: base, issue } = await testOpening(test);
  const env = { ...process.env, KUBECONFIG: writeKubeconfig(cluster, folder) };
  const programs = nodePrograms(env);
  const opening = { ...base, programs, credentials: placeCredentials(env, programs) };
  const namespace = await newNamespace(cluster);
  return {
    namespace,
    opening,
    issue,
    open: async (place) => {
      const opened = await openDestination({ kind: 'kubernetes', place }, opening);
      assert.ok(opened !== undefined, place);
      return opened;
    },
  };
}

/** A place for the contract of all kinds. */
export async function contractPlace(test: TestContext, cluster: TestCluster): Promise<Place> {
  const { namespace, opening, issue } = await ground(test, cluster);
  const place = `${namespace}/aws-key`;
  await makeSecret(cluster, place, {
    texts: { ...pairTexts(OLD), other: 'kept', bytes: '\u0000\u00ff' },
  });
  const whole = async () => await textsIn(cluster, place);
  const put = async (pair: typeof OLD) =>
    await putTexts(cluster, place, { texts: pairTexts(pair) });
  return {
    place,
    opening,
    issue,
    served: async () => {
      const texts = await whole();
      return { id: texts[KEYS.id] ?? '', secret: texts[KEYS.secret] ?? '' };
    },
    others: async () => {
      const { [KEYS.id]: _, [KEYS.secret]: __, ...others } = await whole();
      return others;
    },
    unfit: `${namespace}/nowhere`,
    look: {
      "another user's living pair": async () => await put(FOREIGN),
      'a pair whose owner is not known': async () => await put(STRANGE),
      'the old pair at another place too': async () =>
        await putTexts(cluster, place, { texts: { credentials: iniOf(OLD) } }),
    },
    whole,
  };
}

function iniOf({ keyId, secret }: typeof OLD): string {
  return `[default]\naws_access_key_id = ${keyId}\naws_secret_access_key = ${secret.reveal()}\n`;
}

export function failsWith(code: string, message: RegExp, hint?: RegExp) {
  return (thrown: unknown): boolean => {
    assert.ok(thrown instanceof KeyturnError, String(thrown));
    assert.match(thrown.message, message);
    assert.equal(thrown.code, code);
    if (hint !== undefined) assert.match(thrown.hint ?? '', hint);
    assert.ok(!`${thrown.message} ${thrown.hint}`.includes(NEW.secret.reveal()));
    return true;
  };
}

export function secretsOfACluster(name: string, cluster: () => TestCluster): void {
  describe(`Secrets of ${name}`, () => {
    writes(cluster);
    refuses(cluster);
    restarts(cluster);
    rights(cluster);
  });
}

function writes(cluster: () => TestCluster): void {
  const secretAt = async (place: string) => {
    const [namespace, name] = place.split('/');
    return (await done(ask(cluster(), `GET /api/v1/namespaces/${namespace}/secrets/${name}`))) as {
      type: string;
      metadata: { resourceVersion: string; labels?: object; annotations?: object };
    };
  };

  it('only the two keys are written: labels, annotations and type stay, and again nothing is', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    const metadata = { labels: { app: 'api' }, annotations: { note: 'kept' } };
    const object = { type: 'example.com/key', metadata };
    await makeSecret(cluster(), place, { texts: pairTexts(OLD), object });
    const destination = await open(place);
    await destination.deliver(NEW);
    const after = await secretAt(place);
    assert.deepEqual(
      [after.type, after.metadata.labels, after.metadata.annotations],
      ['example.com/key', metadata.labels, metadata.annotations],
    );
    await destination.deliver(NEW);
    const again = await secretAt(place);
    assert.equal(again.metadata.resourceVersion, after.metadata.resourceVersion);
  });

  it('two users have their keys in one Secret, and neither takes those of the other away', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place);
    await (await open(`${place}#A_ID,A_SECRET`)).deliver(NEW);
    const other = { ...NEW, keyId: STRANGE.keyId, secret: STRANGE.secret };
    const { opening } = await ground(test, cluster());
    const whoseKey: Opening['whoseKey'] = async () => ({ kind: 'user', user: 'bob' });
    const forBob = { ...opening, user: 'bob', oldKeyId: FOREIGN.keyId, whoseKey };
    const target = { kind: 'kubernetes', place: `${place}#B_ID,B_SECRET` };
    // What alice has there is no trace of bob's.
    const bobs = await openDestination(target, {
      ...forBob,
      whoseKey: async (id) => ({ kind: 'user', user: id === NEW.keyId ? 'alice' : 'bob' }),
    });
    await bobs?.deliver(other);
    assert.deepEqual(await textsIn(cluster(), place), {
      A_ID: NEW.keyId,
      A_SECRET: NEW.secret.reveal(),
      B_ID: other.keyId,
      B_SECRET: other.secret.reveal(),
    });
  });

  it('is made where the operator asks for it, with tags as annotations, and never twice', async (test) => {
    const { namespace, opening } = await ground(test, cluster());
    const place = `creator/${namespace}/aws-key`;
    const making = { ...opening, newPlaces: { tags: { team: 'payments' } } };
    const destination = await openDestination({ kind: 'kubernetes', place }, making);
    assert.ok(destination?.making !== undefined);
    await destination.prepare?.();
    assert.deepEqual(await destination.making.missing(), [destination.place]);
    await destination.making.make();
    assert.deepEqual(await destination.making.missing(), []);
    await destination.making.make();
    await destination.deliver(NEW);
    const { metadata } = await secretAt(`${namespace}/aws-key`);
    assert.deepEqual(metadata.annotations, { team: 'payments' });
    assert.deepEqual(await textsIn(cluster(), `${namespace}/aws-key`), pairTexts(NEW));
  });

  it('a change of somebody else between reading and writing stays, and is written beside', async (test) => {
    const { namespace, open, opening } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place, { texts: pairTexts(OLD) });
    let isChanged = false;
    const whoseKey = opening.whoseKey;
    const meddling: Opening = {
      ...opening,
      oldKeyId: NEW.keyId,
      whoseKey: async (id) => {
        // Between the reading and the writing, whose key is there is asked.
        if (!isChanged) await putTexts(cluster(), place, { texts: { other: 'new' } });
        isChanged = true;
        return await whoseKey(id);
      },
    };
    await (await open(place)).prepare?.();
    const destination = await openDestination({ kind: 'kubernetes', place }, meddling);
    await destination?.deliver(NEW);
    assert.ok(isChanged);
    assert.deepEqual(await textsIn(cluster(), place), { ...pairTexts(NEW), other: 'new' });
  });
}

function refuses(cluster: () => TestCluster): void {
  const cases: readonly (readonly [
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
  for (const [why, made, message, hint] of cases) {
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

function restarts(cluster: () => TestCluster): void {
  const path = (namespace: string) => `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const make = async (namespace: string, spec: object = {}) => {
    const labels = { app: 'api' };
    const containers = [{ name: 'api', image: 'registry.example.com/api:1' }];
    const template = { metadata: { labels }, spec: { containers } };
    const metadata = { name: 'api' };
    const whole = { selector: { matchLabels: labels }, template, ...spec };
    await done(ask(cluster(), `POST ${path(namespace)}`, { metadata, spec: whole }));
  };
  const restartedAt = async (namespace: string) => {
    const body = await done(ask(cluster(), `GET ${path(namespace)}/api`));
    const { metadata, spec } = body as {
      metadata: { generation: number };
      spec: { template: { metadata: { annotations?: Record<string, string> } } };
    };
    const at = spec.template.metadata.annotations?.['kubectl.kubernetes.io/restartedAt'];
    return { at, generation: metadata.generation };
  };

  it('a workload is restarted once the Secret has the pair, and once only', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
    await make(namespace);
    const destination = await open(`${namespace}/aws-key?restart=deployment/api`);
    await destination.prepare?.();
    assert.equal((await restartedAt(namespace)).at, undefined);
    await destination.deliver(NEW);
    const first = await restartedAt(namespace);
    assert.match(first.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    await destination.deliver(NEW);
    assert.deepEqual(await restartedAt(namespace), first);
  });

  for (const [why, spec, message] of [
    ['is not there', undefined, /^there is no deployment\/api in /],
    ['is paused', { paused: true }, /would start nothing: it is paused/],
  ] as const) {
    it(`a workload that ${why} is refused before a key is made`, async (test) => {
      const { namespace, open } = await ground(test, cluster());
      await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
      if (spec !== undefined) await make(namespace, spec);
      const destination = await open(`${namespace}/aws-key?restart=deployment/api`);
      await assert.rejects(
        async () => destination.prepare?.(),
        failsWith('not-deliverable', message),
      );
    });
  }

  it('a workload that cannot be restarted loses no key, and is restarted by the next attempt', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster(), place, { texts: pairTexts(OLD) });
    const destination = await open(`${place}?restart=deployment/api`);
    await assert.rejects(
      destination.deliver(NEW),
      failsWith('delivery-failed', /has the new pair, and what reads it could not be restarted/),
    );
    assert.deepEqual(await textsIn(cluster(), place), pairTexts(NEW));
    await make(namespace);
    await destination.deliver(NEW);
    assert.ok((await restartedAt(namespace)).at !== undefined);
  });
}

function rights(cluster: () => TestCluster): void {
  const cases: readonly (readonly [who: string, message: RegExp, hint: RegExp])[] = [
    ['reader', /^the account of reader may not patch the Secret/, /Role with patch on secrets/],
    ['stranger', /refuses GET .*: HTTP 401/, /does not know the token/],
    ['nowhere', /^there is no context "nowhere" in /, /kubectl config get-contexts/],
  ];
  for (const [who, message, hint] of cases) {
    it(`${who} is refused before a key is made`, async (test) => {
      const { namespace, open } = await ground(test, cluster());
      await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
      await assert.rejects(
        async () => await (await open(`${who}/${namespace}/aws-key`)).prepare?.(),
        failsWith('not-deliverable', message, hint),
      );
    });
  }

  it('a Secret that the Role does not name is refused in the words of the cluster', async (test) => {
    const { namespace, open } = await ground(test, cluster());
    await makeSecret(cluster(), `${namespace}/another`, { texts: pairTexts(OLD) });
    await assert.rejects(
      async () => await (await open(`${namespace}/another`)).prepare?.(),
      failsWith(
        'not-deliverable',
        /HTTP 403, secrets "another" is forbidden/,
        /give the account a Role/,
      ),
    );
  });

  it('what a record names leads back to the cluster, whatever context is current', async (test) => {
    const { namespace, opening, open } = await ground(test, cluster());
    await makeSecret(cluster(), `${namespace}/aws-key`, { texts: pairTexts(OLD) });
    const { place } = await open(`${namespace}/aws-key`);
    assert.match(place, new RegExp(`^keyturn/${namespace}/aws-key\\?cluster=`));
    const moved = place.replace(/\?cluster=.*/, '?cluster=elsewhere.example.com:6443');
    const destination = await openDestination({ kind: 'kubernetes', place: moved }, opening);
    await assert.rejects(
      async () => await destination?.deliver(NEW),
      failsWith('delivery-failed', /^the context "keyturn" leads to .* here, and /, /KUBECONFIG/),
    );
  });
}
