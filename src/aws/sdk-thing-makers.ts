// Secrets and parameters that do not exist yet. Only caller-services.ts imports this file, when a run is to
// make some.

import {
  CreateSecretCommand,
  DescribeSecretCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { NewThing, ThingMaker } from '../base/aws-stores.ts';
import { isMissingResource, isThereAlready } from './classify.ts';
import { readOptions, type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

/** What is there until the first pair is. */
const PLACEHOLDER = '{}';

export function openSecretMaker(setup: ServiceSetup): ThingMaker {
  const client = new SecretsManagerClient(serviceConfig(setup));
  return {
    isThere: (name) =>
      whetherThere(setup, 'secretsmanager:DescribeSecret', () =>
        client.send(new DescribeSecretCommand({ SecretId: name }), readOptions(setup)),
      ),
    // With a value, KMS is asked whether the caller may write under its key, and what may not be written is not
    // made. Without one that would show at the first pair, when the key has been made.
    make: (name, thing) =>
      making(
        setup,
        permissionsFor('secretsmanager:CreateSecret', 'secretsmanager:TagResource', thing),
        () =>
          client.send(
            new CreateSecretCommand({
              Name: name,
              SecretString: PLACEHOLDER,
              Description: descriptionOf(thing),
              ...(thing.kmsKey !== undefined && { KmsKeyId: thing.kmsKey }),
              ...tagsOf(thing),
            }),
          ),
      ),
  };
}

export function openParameterMaker(setup: ServiceSetup): ThingMaker {
  const client = new SSMClient(serviceConfig(setup));
  return {
    isThere: (name) =>
      whetherThere(setup, 'ssm:GetParameter', () =>
        client.send(new GetParameterCommand({ Name: name }), readOptions(setup)),
      ),
    make: (name, thing) =>
      making(setup, permissionsFor('ssm:PutParameter', 'ssm:AddTagsToResource', thing), () =>
        client.send(
          new PutParameterCommand({
            Name: name,
            Value: PLACEHOLDER,
            Type: 'SecureString',
            Overwrite: false,
            Description: descriptionOf(thing),
            ...(thing.kmsKey !== undefined && { KeyId: thing.kmsKey }),
            ...tagsOf(thing),
          }),
        ),
      ),
  };
}

function descriptionOf({ user }: NewThing): string {
  return `Access key of the IAM user ${user}, kept up to date by keyturn`;
}

function tagsOf({ tags }: NewThing): { Tags?: { Key: string; Value: string }[] } {
  const all = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return all.length === 0 ? {} : { Tags: all };
}

function permissionsFor(create: string, tag: string, { tags }: NewThing): string {
  return Object.keys(tags).length === 0 ? create : `${create} and ${tag}`;
}

async function whetherThere(
  setup: ServiceSetup,
  permission: string,
  read: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await read();
    return true;
  } catch (thrown) {
    if (isMissingResource(thrown)) return false;
    throw serviceFailure(thrown, permission, setup);
  }
}

async function making(
  setup: ServiceSetup,
  permission: string,
  create: () => Promise<unknown>,
): Promise<void> {
  try {
    await create();
  } catch (thrown) {
    // Ours, whose answer was lost, or somebody else's: it is looked at like any other place.
    if (!isThereAlready(thrown)) throw serviceFailure(thrown, permission, setup);
  }
}
