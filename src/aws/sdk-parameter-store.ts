// AWS Systems Manager's Parameter Store over the SDK. Only caller-services.ts imports this file, when
// it is used.

import {
  GetParameterCommand,
  GetParameterHistoryCommand,
  type ParameterHistory,
  type ParameterInlinePolicy,
  PutParameterCommand,
  type Parameter as SdkParameter,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type {
  Parameter,
  ParameterPolicy,
  ParameterRoom,
  ParameterStore,
} from '../base/aws-stores.ts';
import { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import {
  readOptions,
  resourceFailure,
  type ServiceSetup,
  serviceConfig,
} from './service-client.ts';

export function openParameterStore(setup: ServiceSetup): ParameterStore {
  const client = new SSMClient(serviceConfig(setup));

  const read: ParameterStore['read'] = async (name) => {
    try {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      const answer = await client.send(command, readOptions(setup));
      return toParameter(name, answer.Parameter ?? {});
    } catch (thrown) {
      throw failure(thrown, 'ssm:GetParameter', name, setup);
    }
  };

  const versions = historyReader(client, setup);

  const write: ParameterStore['write'] = async (name, text, { what = 'secret', tier } = {}) => {
    // Left out, AWS would encrypt with the account's own key whatever the parameter has had.
    const [current] = await versions(name, false);
    try {
      const answer = await client.send(
        new PutParameterCommand({
          Name: name,
          Value: text.reveal(),
          Type: what === 'secret' ? 'SecureString' : (current?.Type ?? 'SecureString'),
          Overwrite: true,
          ...(current?.KeyId !== undefined && { KeyId: current.KeyId }),
          ...(current?.Tier === 'Advanced' ? { Tier: current.Tier } : tier && { Tier: tier }),
        }),
      );
      return String(answer.Version ?? '');
    } catch (thrown) {
      throw failure(thrown, 'ssm:PutParameter', name, setup);
    }
  };

  const history: ParameterStore['history'] = async (name) =>
    (await versions(name, true)).map((version) => toParameter(name, version));

  const room: ParameterStore['room'] = async (name) =>
    roomBeside(await versions(name, false), ['--name', name, '--region', setup.settings.region]);

  return { read, write, history, room };
}

/** Every version that is kept, the newest first. */
function historyReader(client: SSMClient, setup: ServiceSetup) {
  return async (name: string, isDecrypted: boolean): Promise<ParameterHistory[]> => {
    const found: ParameterHistory[] = [];
    let token: string | undefined;
    try {
      do {
        const page = {
          Name: name,
          WithDecryption: isDecrypted,
          ...(token && { NextToken: token }),
        };
        const command = new GetParameterHistoryCommand(page);
        const answer = await client.send(command, readOptions(setup));
        found.push(...(answer.Parameters ?? []));
        token = answer.NextToken;
      } while (token);
    } catch (thrown) {
      throw failure(thrown, 'ssm:GetParameterHistory', name, setup);
    }
    return found.sort((a, b) => (b.Version ?? 0) - (a.Version ?? 0));
  };
}

/** AWS drops the oldest version for a new one, unless it has a label. */
const VERSIONS_MAX = 100;
const STANDARD_BYTES_MAX = 4_096;
const ADVANCED_BYTES_MAX = 8_192;

/** The versions are all that are kept, the newest first; `named` are the flags that name the parameter. */
export function roomBeside(
  kept: readonly ParameterHistory[],
  named: readonly string[],
): ParameterRoom {
  const newest = kept[0];
  const { Labels: labels = [], Version: version } = kept.at(-1) ?? {};
  const isBlocked = kept.length >= VERSIONS_MAX && labels.length > 0;
  const about = [...named, '--parameter-version', String(version), '--labels', ...labels];
  return {
    bytesMax: newest?.Tier === 'Advanced' ? ADVANCED_BYTES_MAX : STANDARD_BYTES_MAX,
    full: isBlocked
      ? {
          why: `it has ${kept.length} versions, and the oldest, ${version}, has a label`,
          freedBy: ['aws', 'ssm', 'unlabel-parameter-version', ...about],
        }
      : undefined,
    labels: new Map(
      kept.flatMap(({ Labels = [], Version: number }) =>
        Labels.map((label) => [label, String(number)] as const),
      ),
    ),
    policies: (newest?.Policies ?? []).map(policyIn),
  };
}

/** What cannot be read of it is left out: it is AWS's to say. */
function policyIn({ PolicyType, PolicyText = '' }: ParameterInlinePolicy): ParameterPolicy {
  const type = PolicyType ?? 'unknown';
  try {
    const { Attributes } = JSON.parse(PolicyText) as { Attributes?: { Timestamp?: unknown } };
    const at = Attributes?.Timestamp;
    return typeof at === 'string' ? { type, at } : { type };
  } catch {
    return { type };
  }
}

function toParameter(
  name: string,
  { Type, Value, Version, LastModifiedDate }: SdkParameter | ParameterHistory,
): Parameter {
  if (Value === undefined || Version === undefined) {
    throw new KeyturnError('aws-error', `the answer about parameter ${name} is not aws's`, {
      hint: 'check for a proxy between this machine and the endpoint',
    });
  }
  return {
    text: new Secret(Value),
    isSecure: Type === 'SecureString',
    version: String(Version),
    modifiedAt: LastModifiedDate,
  };
}

function failure(
  thrown: unknown,
  permission: string,
  name: string,
  setup: ServiceSetup,
): KeyturnError {
  const resource = {
    what: `parameter ${name}`,
    madeBy: [
      ...['aws', 'ssm', 'put-parameter', '--name', name],
      ...['--type', 'SecureString', '--value', '{}'],
    ],
  };
  return resourceFailure(thrown, { permission, resource }, setup);
}
