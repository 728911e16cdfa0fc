// Secrets of AWS Secrets Manager that hold texts for a while, over the SDK. Only open-aws-state.ts imports this
// file, when a store keeps secrets there.

import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { AwsKeptTexts } from '../base/aws-custody.ts';
import { Secret } from '../base/secret.ts';
import { isMarkedForDeletion, isMissingResource, isThereAlready } from './classify.ts';
import { resourceFailure, type ServiceSetup, serviceConfig } from './service-client.ts';

const DESCRIPTION =
  'The new access key of an IAM user, until every place has it. keyturn deletes it.';

export function openKeptTexts(setup: ServiceSetup): AwsKeptTexts {
  const client = new SecretsManagerClient(serviceConfig(setup));
  const failing = (thrown: unknown, permission: string, name: string) =>
    resourceFailure(
      thrown,
      { permission: `secretsmanager:${permission}`, resource: about(name) },
      setup,
    );
  return {
    region: setup.settings.region,
    create: async (name, { text, version }, { kmsKey, tags }) => {
      try {
        await client.send(
          new CreateSecretCommand({
            ...{ Name: name, SecretString: text.reveal(), ClientRequestToken: version },
            Description: DESCRIPTION,
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            ...(kmsKey !== undefined && { KmsKeyId: kmsKey }),
          }),
        );
        return true;
      } catch (thrown) {
        if (isThereAlready(thrown)) return false;
        throw failing(thrown, 'CreateSecret and secretsmanager:TagResource', name);
      }
    },
    replace: async (name, { text, version }) => {
      try {
        await client.send(
          new PutSecretValueCommand({
            ...{ SecretId: name, SecretString: text.reveal(), ClientRequestToken: version },
          }),
        );
      } catch (thrown) {
        throw failing(thrown, 'PutSecretValue', name);
      }
    },
    read: async (name) => {
      try {
        const command = new GetSecretValueCommand({ SecretId: name });
        const { SecretString: text } = await client.send(command);
        // A binary one is not ours.
        return new Secret(text ?? '');
      } catch (thrown) {
        if (isMissingResource(thrown)) return undefined;
        throw failing(thrown, 'GetSecretValue', name);
      }
    },
    remove: async (name) => {
      try {
        await client.send(
          new DeleteSecretCommand({ SecretId: name, ForceDeleteWithoutRecovery: true }),
        );
      } catch (thrown) {
        // What somebody has marked for deletion goes on its date.
        if (isMissingResource(thrown) || isMarkedForDeletion(thrown)) return;
        throw failing(thrown, 'DeleteSecret', name);
      }
    },
  };
}

function about(name: string) {
  return {
    what: `secret ${name}`,
    madeBy: ['aws', 'secretsmanager', 'list-secrets'],
    restoredBy: ['aws', 'secretsmanager', 'restore-secret', '--secret-id', name],
  };
}
