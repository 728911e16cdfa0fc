// The destinations in AWS pass the contract of all destinations, over the gateway that a run opens.

import { randomUUID } from 'node:crypto';
import { after, before, describe, type TestContext } from 'node:test';
import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { openGateway } from '../../src/aws/open-gateway.ts';
import { pairIn } from '../../src/destinations/key-fields.ts';
import type { IssuedKey } from '../../src/lifecycle/issued-key.ts';
import {
  FOREIGN,
  OLD,
  type Place,
  passesContract,
  type ServedPair,
  STRANGE,
} from '../destinations/contract.ts';
import { testOpening } from '../destinations/opening.ts';
import { type ConformanceTarget, openTarget, type TargetAccount, targetName } from './target.ts';

const REGION = 'us-east-1';
const HELD = `{"region": "eu-west-1", "AccessKeyId": "${OLD.keyId}", "SecretAccessKey": "${OLD.secret.reveal()}", "big": 12345678901234567890}`;

describe(`destinations, at ${targetName()}`, () => {
  let target: ConformanceTarget;
  before(async () => {
    target = await openTarget();
  });
  after(() => target.close());

  passesContract({
    kind: 'secrets-manager',
    open: async (test) => {
      const account = await target.openAccount();
      const client = new SecretsManagerClient(configuration(account));
      const place = `app/${randomUUID()}`;
      await client.send(new CreateSecretCommand({ Name: place, SecretString: HELD }));
      await client.send(new CreateSecretCommand({ Name: `${place}-unfit`, SecretString: 'text' }));
      const read = async () => {
        // Asked without a stage, moto forgets that it was moved (AWS reads AWSCURRENT then).
        const stage = { SecretId: place, VersionStage: 'AWSCURRENT' };
        return (await client.send(new GetSecretValueCommand(stage))).SecretString ?? '';
      };
      const hold = async (text: string) => {
        await client.send(new PutSecretValueCommand({ SecretId: place, SecretString: text }));
      };
      return await placeOf(test, account, { place, read, hold });
    },
  });

  passesContract({
    kind: 'ssm',
    open: async (test) => {
      const account = await target.openAccount();
      const client = new SSMClient(configuration(account));
      const place = `/app/${randomUUID()}`;
      const put = (name: string, value: string, type: 'SecureString' | 'String') =>
        client.send(new PutParameterCommand({ Name: name, Value: value, Type: type }));
      await put(place, HELD, 'SecureString');
      await put(`${place}-unfit`, '{}', 'String');
      const read = async () => {
        const command = new GetParameterCommand({ Name: place, WithDecryption: true });
        return (await client.send(command)).Parameter?.Value ?? '';
      };
      const hold = async (text: string) => {
        await client.send(
          new PutParameterCommand({
            ...{ Name: place, Value: text, Type: 'SecureString', Overwrite: true },
          }),
        );
      };
      return await placeOf(test, account, { place, read, hold });
    },
  });
});

function configuration({ endpoint, administrator }: TargetAccount) {
  return { endpoint, region: REGION, credentials: administrator.credentials };
}

/** A place that holds a text. */
interface TextAtHand {
  readonly place: string;
  readonly read: () => Promise<string>;
  readonly hold: (text: string) => Promise<void>;
}

function objectOf({ keyId, secret }: Pick<IssuedKey, 'keyId' | 'secret'>, more = ''): string {
  return `{"AccessKeyId": "${keyId}", "SecretAccessKey": "${secret.reveal()}"${more}}`;
}

async function placeOf(
  test: TestContext,
  { endpoint, administrator }: TargetAccount,
  { place, read, hold }: TextAtHand,
): Promise<Place> {
  const { accessKeyId, secretAccessKey } = administrator.credentials;
  const { opening, issue } = await testOpening(test);
  const gateway = await openGateway({
    profile: undefined,
    region: REGION,
    env: {
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      KEYTURN_ENDPOINT_GUARD: 'loopback',
    },
    maxParallel: 4,
    clock: opening.clock,
    emit: () => {},
  });
  test.after(() => gateway.close());
  const served = async (): Promise<ServedPair | undefined> => {
    const pair = pairIn(await read());
    return pair && { id: pair.id, secret: pair.secret.reveal() };
  };
  return {
    place: `${REGION}:${place}`,
    opening: { ...opening, aws: gateway.services },
    issue,
    served,
    others: async () => (await read()).replaceAll(/(Id|Key)": "[^"]*"/g, '$1'),
    unfit: `${REGION}:${place}-unfit`,
    whole: read,
    look: {
      "another user's living pair": () => hold(objectOf(FOREIGN)),
      'a pair whose owner is not known': () => hold(objectOf(STRANGE)),
      'the old pair at another place too': () =>
        hold(objectOf(OLD, `, "inner": {"text": "key ${OLD.keyId}"}`)),
    },
  };
}
