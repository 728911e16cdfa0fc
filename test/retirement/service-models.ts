// Places in services outside AWS: OpenBao's own server, and the small services of the contract tests.

import { accessKeyId } from '../../src/base/access-key-id.ts';
import { Secret } from '../../src/base/secret.ts';
import type { AccessKey, Sandbox } from '../../src/sandbox/index.ts';
import {
  TOKEN as CIRCLE_TOKEN,
  CONTEXT_ID,
  startCircle,
} from '../destinations/circleci/fake-circleci.ts';
import { TOKEN as GITHUB_TOKEN, startGithub } from '../destinations/github/fake-github.ts';
import { fill, formOf } from '../destinations/github/subject.ts';
import { TOKEN as GITLAB_TOKEN, startGitlab } from '../destinations/gitlab/fake-gitlab.ts';
import type { Ending } from '../destinations/json-server.ts';
import { type FakeCluster, startFakeCluster } from '../kubernetes/fake-api.ts';
import {
  ask,
  makeSecret,
  newNamespace,
  textsIn,
  writeKubeconfig,
} from '../kubernetes/test-cluster.ts';
import { ROOT, startBao } from '../openbao/bao-server.ts';
import { clockOf } from './daily-run.ts';
import type { ModelledPlaces, PairOf, PlaceModel, PlaceModels } from './place-models.ts';
import type { Pair } from './reader.ts';

const [ID, SECRET] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];

export interface Around {
  readonly sandbox: Sandbox;
  readonly folder: string;
  readonly pairOf: PairOf;
}

export async function serviceModels(around: Around, ending: Ending): Promise<ModelledPlaces> {
  const parts = await Promise.all([
    vault(around, ending),
    kubernetes(around, ending),
    github(around, ending),
    gitlab(around, ending),
    circleci(around, ending),
  ]);
  return {
    models: Object.assign({}, ...parts.map(({ models }) => models)),
    env: Object.assign({}, ...parts.map(({ env }) => env)),
  };
}

async function vault({ pairOf }: Around, ending: Ending): Promise<ModelledPlaces> {
  const bao = await startBao();
  ending.after(() => void bao.close());
  const make: PlaceModel['make'] = async (user, { id, secret }, variant) => {
    const data = { access_key_id: id, secret_access_key: secret, host: 'kept' };
    await bao.must('POST', `secret/data/app/${user}`, { body: { data } });
    const read = async () => {
      const { data: held } = await bao.must('GET', `secret/data/app/${user}`);
      return pairOf(held.data.access_key_id, held.data.secret_access_key);
    };
    return { deliver: { kind: 'vault', template: `secret/app/${user}${variant}` }, read };
  };
  return { models: { vault: { make } }, env: { VAULT_ADDR: bao.url, VAULT_TOKEN: ROOT } };
}

async function kubernetes({ folder, pairOf }: Around, ending: Ending): Promise<ModelledPlaces> {
  const cluster = await startFakeCluster();
  cluster.rollsOut = true;
  ending.after(() => void cluster.close());
  const make: PlaceModel['make'] = async (_, { id, secret }, variant) => {
    const namespace = await newNamespace(cluster);
    const place = `${namespace}/aws-key`;
    await makeSecret(cluster, place, { texts: { [ID]: id, [SECRET]: secret } });
    const inSecret = async () => {
      const { [ID]: heldId, [SECRET]: heldSecret } = await textsIn(cluster, place);
      return pairOf(heldId, heldSecret);
    };
    const [, workload] = /restart=deployment\/(\w+)/.exec(variant) ?? [];
    const read =
      workload === undefined
        ? inSecret
        : await podsOf(cluster, `apps/v1/namespaces/${namespace}/deployments`, {
            name: workload,
            inSecret,
          });
    return { deliver: { kind: 'kubernetes', template: `${place}${variant}` }, read };
  };
  const env = { KUBECONFIG: writeKubeconfig(cluster, folder) };
  return { models: { kubernetes: { make } }, env };
}

interface Workload {
  readonly name: string;
  readonly inSecret: () => Promise<Pair>;
}

/** What the pods of a workload have in their variables: what the Secret had when they were made, and no more. */
async function podsOf(
  cluster: FakeCluster,
  path: string,
  { name, inSecret }: Workload,
): Promise<() => Promise<Pair>> {
  const deployment = { metadata: { name }, spec: { template: { metadata: {} } } };
  await ask(cluster, `POST /apis/${path}`, deployment);
  const generation = async () => {
    const { body } = await ask(cluster, `GET /apis/${path}/${name}`);
    return (body as { metadata: { generation: number } }).metadata.generation;
  };
  let madeBy = await generation();
  let held = await inSecret();
  return async () => {
    const now = await generation();
    if (now !== madeBy) held = await inSecret();
    madeBy = now;
    return held;
  };
}

async function github({ sandbox, pairOf }: Around, ending: Ending): Promise<ModelledPlaces> {
  const service = await startGithub(ending, clockOf(sandbox));
  const model = (kind: string, name: (user: string) => string, store: string): PlaceModel => ({
    make: (user, { id, secret }, variant) => {
      const environment = variant === '' ? 'actions' : `environments/${variant.slice(1)}`;
      const at = store.replace('{user}', user).replace(/actions$/, environment);
      const issued = { keyId: accessKeyId(id), secret: new Secret(secret) };
      fill(service, at, formOf(), issued);
      return {
        deliver: { kind, template: `${name(user)}${variant}` },
        read: () => pairOf(service.value(at, ID), service.value(at, SECRET)),
      };
    },
  });
  const ofRepository = (kind: string, service: string) =>
    model(kind, (user) => `acme/${user}`, `repos/acme/{user}/${service}`);
  const ofOrganization = (kind: string, service: string) =>
    model(kind, (user) => user, `orgs/{user}/${service}`);
  const models: PlaceModels = {
    github: ofRepository('github', 'actions'),
    'github-org': ofOrganization('github-org', 'actions'),
    'github-dependabot': ofRepository('github-dependabot', 'dependabot'),
    'github-dependabot-org': ofOrganization('github-dependabot-org', 'dependabot'),
    'github-codespaces': ofRepository('github-codespaces', 'codespaces'),
    'github-codespaces-org': ofOrganization('github-codespaces-org', 'codespaces'),
  };
  return { models, env: { GITHUB_API_URL: service.url, KEYTURN_GITHUB_TOKEN: GITHUB_TOKEN } };
}

async function gitlab({ pairOf }: Around, ending: Ending): Promise<ModelledPlaces> {
  const service = await startGitlab(ending);
  const model = (kind: string, are: string): PlaceModel => ({
    make: (user, { id, secret }: AccessKey, variant) => {
      const owner = `${are} acme/${user}`;
      const traits = variant === '' ? {} : { masked: true, hidden: true };
      const scope = { environment_scope: '*' };
      service.put(owner, { key: ID, value: id, ...scope });
      service.put(owner, { key: SECRET, value: secret, ...scope, ...traits });
      return {
        deliver: { kind, template: `acme/${user}` },
        read: () => pairOf(service.value(owner, ID, '*'), service.value(owner, SECRET, '*')),
      };
    },
  });
  return {
    models: {
      gitlab: model('gitlab', 'projects'),
      'gitlab-group': model('gitlab-group', 'groups'),
    },
    env: { GITLAB_HOST: service.url, KEYTURN_GITLAB_TOKEN: GITLAB_TOKEN },
  };
}

async function circleci({ sandbox, pairOf }: Around, ending: Ending): Promise<ModelledPlaces> {
  const service = await startCircle(ending, clockOf(sandbox));
  const contexts: { id: string; name: string }[] = [];
  service.contexts.set('gh/acme', contexts);
  const model = (kind: string, holderOf: (user: string) => string): PlaceModel => ({
    make: (user, { id, secret }) => {
      const holder = holderOf(user);
      service.put(holder, ID, id);
      service.put(holder, SECRET, secret);
      return {
        deliver: { kind, template: `gh/acme/${user}` },
        read: () => pairOf(service.value(holder, ID), service.value(holder, SECRET)),
      };
    },
  });
  const contextOf = (name: string): string => {
    const id = `${String(contexts.length + 1).padStart(8, '0')}${CONTEXT_ID.slice(8)}`;
    contexts.push({ id, name });
    return id;
  };
  return {
    models: {
      circleci: model('circleci', (user) => `gh/acme/${user}`),
      'circleci-context': model('circleci-context', contextOf),
    },
    env: { CIRCLECI_HOST: service.url, KEYTURN_CIRCLECI_TOKEN: CIRCLE_TOKEN },
  };
}
