// The few calls to the API of a cluster. What it answers is told in its own words, without a secret.

import { Turns } from '../../base/turns.ts';
import { HttpFailure } from '../../http/failure.ts';
import type { HttpAnswer, HttpCall, HttpService, OpenService } from '../../http/service.ts';
import { pathOf } from '../../http/service.ts';
import type { Cluster } from './cluster.ts';
import type { SecretAt, Workload } from './place.ts';
import { FIELD_MANAGER, recordIn } from './secret-object.ts';
import type { SignedIn, SignIn } from './sign-in.ts';

export interface Access {
  readonly verb: 'get' | 'patch' | 'create';
  readonly group: '' | 'apps';
  readonly resource: string;
  readonly namespace: string;
  readonly name: string | undefined;
}

/** Each Secret may hold a megabyte. */
const SECRETS_A_PAGE = 50;
const PAGE_BYTES_MAX = 96 * 1_048_576;

export class ClusterApi {
  /** Users of a run may share a Secret: their writes would be each other's changes. */
  readonly turns = new Turns();
  readonly #cluster: Cluster;
  readonly #signIn: SignIn;
  readonly #open: OpenService;
  readonly #services = new Map<string, Promise<HttpService>>();

  constructor(cluster: Cluster, signIn: SignIn, open: OpenService) {
    this.#cluster = cluster;
    this.#signIn = signIn;
    this.#open = open;
  }

  /** Undefined when there is none. Without a resourceVersion the answer is never an old one. */
  async secret({ namespace, name }: SecretAt): Promise<unknown> {
    const path = pathOf`api/v1/namespaces/${namespace}/secrets/${name}`;
    return await this.#read(path);
  }

  /** All Secrets of a namespace, or of the cluster, page by page. */
  async *secretsIn(namespace: string | undefined): AsyncGenerator<unknown> {
    const path =
      namespace === undefined ? 'api/v1/secrets' : pathOf`api/v1/namespaces/${namespace}/secrets`;
    let token: string | undefined;
    do {
      const query = { limit: SECRETS_A_PAGE, continue: token };
      const call = { method: 'GET', path, query, bytesMax: PAGE_BYTES_MAX } as const;
      const page = recordIn((await this.#send(call)).json());
      yield* Array.isArray(page.items) ? page.items : [];
      const next = recordIn(page.metadata).continue;
      token = typeof next === 'string' && next !== '' ? next : undefined;
    } while (token !== undefined);
  }

  async workload(namespace: string, { resource, name }: Workload): Promise<unknown> {
    return await this.#read(pathOf`apis/apps/v1/namespaces/${namespace}/${`${resource}s`}/${name}`);
  }

  /** `force`: whether keys that others own are taken over. */
  async apply(
    { namespace, name }: SecretAt,
    patch: unknown,
    force: boolean,
  ): Promise<'done' | 'changed'> {
    const answer = await this.#send({
      method: 'PATCH',
      path: pathOf`api/v1/namespaces/${namespace}/secrets/${name}`,
      query: { fieldManager: FIELD_MANAGER, force: force ? 'true' : undefined },
      contentType: 'application/apply-patch+yaml',
      body: patch,
      // What comes twice, or late, finds another resourceVersion and changes nothing.
      isRepeatable: true,
      // 404: the namespace has gone.
      accepts: [404, 409],
    });
    return answer.status < 300 ? 'done' : 'changed';
  }

  /** Resolves with false where somebody else was faster. */
  async create({ namespace }: SecretAt, secret: unknown): Promise<boolean> {
    const answer = await this.#send({
      method: 'POST',
      path: pathOf`api/v1/namespaces/${namespace}/secrets`,
      query: { fieldManager: FIELD_MANAGER },
      body: secret,
      accepts: [409],
    });
    return answer.status < 300;
  }

  /** As `kubectl rollout restart` does it. */
  async restart(namespace: string, { resource, name }: Workload, at: string): Promise<void> {
    const annotations = { [RESTARTED_AT]: at };
    await this.#send({
      method: 'PATCH',
      path: pathOf`apis/apps/v1/namespaces/${namespace}/${`${resource}s`}/${name}`,
      query: { fieldManager: FIELD_MANAGER },
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { template: { metadata: { annotations } } } },
      // The same annotation again changes nothing.
      isRepeatable: true,
    });
  }

  /** A question that is sent as POST and stores nothing. Undefined where the cluster does not tell. */
  async mayI({ verb, group, resource, namespace, name }: Access): Promise<boolean | undefined> {
    const answer = await this.#send({
      method: 'POST',
      path: 'apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { verb, group, resource, namespace, name } },
      },
      isRepeatable: true,
      accepts: [403, 404, 405],
    });
    const { allowed } = recordIn(recordIn(answer.json()).status);
    return typeof allowed === 'boolean' && answer.status < 300 ? allowed : undefined;
  }

  async #read(path: string): Promise<unknown> {
    const answer = await this.#send({ method: 'GET', path, accepts: [404] });
    // What is no JSON is no "not there".
    return answer.status === 404 ? undefined : (answer.json() ?? null);
  }

  async #send(call: HttpCall): Promise<HttpAnswer> {
    try {
      return await this.#sendAs(await this.#signIn.current(), call);
    } catch (thrown) {
      // A 401 says that nothing was done.
      const isUnknown = thrown instanceof HttpFailure && thrown.status === 401;
      if (!isUnknown || !this.#signIn.forget()) throw worded(thrown, this.#cluster);
    }
    try {
      return await this.#sendAs(await this.#signIn.current(), call);
    } catch (thrown) {
      throw worded(thrown, this.#cluster);
    }
  }

  async #sendAs({ headers, certificate }: SignedIn, call: HttpCall): Promise<HttpAnswer> {
    const key = certificate?.cert ?? '';
    const service = this.#services.get(key) ?? this.#opened(certificate);
    this.#services.set(key, service);
    return await (await service).send({ ...call, headers });
  }

  async #opened(certificate: SignedIn['certificate']): Promise<HttpService> {
    const { server, context, ca, caSetting, serverName, proxy } = this.#cluster;
    return await this.#open({
      name: 'Kubernetes',
      address: server,
      setting: `the server of the context ${JSON.stringify(context)}`,
      proxy: proxy && {
        url: proxy,
        setting: `proxy-url of the context ${JSON.stringify(context)}`,
      },
      tls: { ca, caSetting, certificate, serverName },
    });
  }
}

export const RESTARTED_AT = 'kubectl.kubernetes.io/restartedAt';

/** What to do about the two answers that are about who asks. */
function worded(thrown: unknown, { context }: Cluster): unknown {
  if (!(thrown instanceof HttpFailure)) return thrown;
  if (thrown.status === 401) {
    return thrown.withHint(
      `the cluster does not know the token or the certificate of ${context}, or it has expired: sign in again, or renew it`,
    );
  }
  if (thrown.status === 403) {
    return thrown.withHint(
      'give the account a Role with get and patch on this Secret, or list on Secrets to look into them; docs/destinations/kubernetes.md has one',
    );
  }
  return thrown;
}
