// AWS Secrets Manager over the SDK. Only caller-services.ts imports this file, when it is used.

import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Replica, SecretStore, SecretVersion, VersionStage } from '../base/aws-stores.ts';
import { KeyturnError, toKeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { isMissingStage, isStageElsewhere } from './classify.ts';
import {
  readOptions,
  resourceFailure,
  type ServiceSetup,
  serviceConfig,
} from './service-client.ts';

/**
 * The stage of a version that is not current yet. AWSPENDING would be taken for a rotation of Secrets
 * Manager's own that is still going on.
 */
const PENDING_STAGE = 'keyturn-pending' satisfies VersionStage;
/** The stage of such a rotation. */
const OWN_ROTATION_STAGE = 'AWSPENDING' satisfies VersionStage;
/** Stages that Secrets Manager and keyturn move; whoever reads by another one moves it. */
const MOVED_STAGES: readonly string[] = [
  'AWSCURRENT',
  'AWSPREVIOUS',
  OWN_ROTATION_STAGE,
  PENDING_STAGE,
] satisfies readonly VersionStage[];

export function openSecretStore(setup: ServiceSetup): SecretStore {
  const client = new SecretsManagerClient(serviceConfig(setup));

  const value: SecretStore['read'] = async (name, stage) => {
    const command = new GetSecretValueCommand({ SecretId: name, VersionStage: stage });
    try {
      const answer = await client.send(command, readOptions(setup));
      const { VersionId: versionId, SecretString: text } = answer;
      if (versionId === undefined) throw unreadable(name);
      return { versionId, text: text === undefined ? undefined : new Secret(text) };
    } catch (thrown) {
      if (isMissingStage(thrown)) return undefined;
      throw failure(thrown, 'secretsmanager:GetSecretValue', name, setup);
    }
  };

  const known = new Map<string, Described>();
  /** Where the stage of a rotation of its own was when it was looked for last. */
  const ownRotationAt = new Map<string, string | undefined>();
  const ownRotation = async (name: string): Promise<SecretVersion | undefined> => {
    try {
      const found = await described(name, client, setup);
      known.set(name, found);
      return found.pending;
    } catch (thrown) {
      if (toKeyturnError(thrown).code !== 'access-denied') throw thrown;
      // Who may not describe the secret is told by the value, where the version has one.
      return await value(name, OWN_ROTATION_STAGE);
    }
  };
  const read: SecretStore['read'] = async (name, stage) => {
    if (stage !== OWN_ROTATION_STAGE) return await value(name, stage);
    const pending = await ownRotation(name);
    ownRotationAt.set(name, pending?.versionId);
    return pending;
  };

  return {
    ...{ read, ...writing(client, setup, ownRotationAt) },
    replicas: (name) => replicasOf(name, client, setup),
    rotator: async (name) => known.get(name)?.rotator,
    otherStages: async (name) => known.get(name)?.otherStages ?? new Map(),
  };
}

/** `ownRotationAt`: the version with the stage of a rotation of its own, where that was looked for. */
function writing(
  client: SecretsManagerClient,
  setup: ServiceSetup,
  ownRotationAt: Map<string, string | undefined>,
): Pick<SecretStore, 'stage' | 'promote'> {
  const stage: SecretStore['stage'] = async (name, versionId, text) => {
    try {
      await client.send(
        new PutSecretValueCommand({
          SecretId: name,
          ClientRequestToken: versionId,
          SecretString: text.reveal(),
          VersionStages: [PENDING_STAGE],
        }),
      );
    } catch (thrown) {
      throw failure(thrown, 'secretsmanager:PutSecretValue', name, setup);
    }
  };

  const moveStage = async (name: string, stage: VersionStage, from?: string, to?: string) => {
    await client.send(
      new UpdateSecretVersionStageCommand({
        SecretId: name,
        VersionStage: stage,
        ...(to !== undefined && { MoveToVersionId: to }),
        // Without it AWS refuses where the stage is on another version: that is the swap's compare.
        ...(from !== undefined && { RemoveFromVersionId: from }),
      }),
    );
  };

  const promote: SecretStore['promote'] = async (name, to, from) => {
    try {
      // I14: a rotation of its own that is over may leave its stage on the version that it made current. Once
      // another one is current, the stage would tell everybody, AWS included, that one is under way.
      if (from !== undefined && ownRotationAt.get(name) === from) {
        await moveStage(name, OWN_ROTATION_STAGE, from);
        ownRotationAt.delete(name);
      }
      await moveStage(name, 'AWSCURRENT', from, to);
      return true;
    } catch (thrown) {
      if (isStageElsewhere(thrown)) return false;
      throw failure(thrown, 'secretsmanager:UpdateSecretVersionStage', name, setup);
    }
  };

  return { stage, promote };
}

/** Copies in other regions; none where the secret may not be described. */
async function replicasOf(
  name: string,
  client: SecretsManagerClient,
  setup: ServiceSetup,
): Promise<readonly Replica[]> {
  try {
    const command = new DescribeSecretCommand({ SecretId: name });
    const { ReplicationStatus = [] } = await client.send(command, readOptions(setup));
    return ReplicationStatus.flatMap(({ Region: region, Status, StatusMessage: why }) =>
      region === undefined ? [] : [{ region, status: Status ?? 'unknown', why }],
    );
  } catch (thrown) {
    const error = failure(thrown, 'secretsmanager:DescribeSecret', name, setup);
    if (error.code === 'access-denied') return [];
    throw error;
  }
}

interface Described {
  readonly pending: SecretVersion | undefined;
  readonly rotator: string | undefined;
  readonly otherStages: ReadonlyMap<string, string>;
}

/** The version of a rotation of Secrets Manager's own may have no value, so it is asked by its label. */
async function described(
  name: string,
  client: SecretsManagerClient,
  setup: ServiceSetup,
): Promise<Described> {
  try {
    const command = new DescribeSecretCommand({ SecretId: name });
    const answer = await client.send(command, readOptions(setup));
    const { VersionIdsToStages, RotationEnabled, RotationLambdaARN } = answer;
    const stages = new Map(
      Object.entries(VersionIdsToStages ?? {}).flatMap(([id, ofVersion]) =>
        ofVersion.map((stage) => [stage, id] as const),
      ),
    );
    const versionId = stages.get(OWN_ROTATION_STAGE);
    for (const stage of MOVED_STAGES) stages.delete(stage);
    return {
      pending: versionId === undefined ? undefined : { versionId, text: undefined },
      // Of a secret that a service manages AWS names no function.
      rotator: RotationEnabled === true ? (RotationLambdaARN ?? 'AWS') : undefined,
      otherStages: stages,
    };
  } catch (thrown) {
    throw failure(thrown, 'secretsmanager:DescribeSecret', name, setup);
  }
}

function failure(
  thrown: unknown,
  permission: string,
  name: string,
  setup: ServiceSetup,
): KeyturnError {
  const resource = {
    what: `secret ${name}`,
    madeBy: ['aws', 'secretsmanager', 'create-secret', '--name', name, '--secret-string', '{}'],
    restoredBy: ['aws', 'secretsmanager', 'restore-secret', '--secret-id', name],
  };
  return resourceFailure(thrown, { permission, resource }, setup);
}

function unreadable(name: string): KeyturnError {
  return new KeyturnError('aws-error', `the answer about secret ${name} is not aws's`, {
    hint: 'check for a proxy between this machine and the endpoint',
  });
}
