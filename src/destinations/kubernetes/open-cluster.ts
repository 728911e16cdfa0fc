// Opens the cluster that a context leads to.

import { delimiter } from 'node:path';
import type { Opening } from '../kind.ts';
import { ClusterApi } from './api.ts';
import { type Around, type Cluster, findCluster } from './cluster.ts';
import { SignIn } from './sign-in.ts';
import { readTextFile } from './text-file.ts';

type Surroundings = Pick<Opening, 'clock' | 'programs' | 'http' | 'credentials'>;

const SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Undefined: the current one. Throws `not-deliverable`. */
export async function openCluster(
  context: string | undefined,
  around: Surroundings,
): Promise<ClusterApi> {
  return apiOfCluster(await clusterAt(context, around), around);
}

export function apiOfCluster(
  cluster: Cluster,
  { clock, programs, http }: Surroundings,
): ClusterApi {
  return new ClusterApi(
    cluster,
    new SignIn(cluster, { clock, programs, readFile: readTextFile }),
    http,
  );
}

export async function clusterAt(
  context: string | undefined,
  { credentials }: Pick<Opening, 'credentials'>,
): Promise<Cluster> {
  const around: Around = {
    setting: (name) => credentials.setting(name),
    readFile: readTextFile,
    pathSeparator: delimiter,
    serviceAccount: SERVICE_ACCOUNT,
  };
  return await findCluster(context, around);
}
