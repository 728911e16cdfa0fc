// All secrets of Secrets Manager and all parameters of Systems Manager in a region, with what they hold. Only
// caller-services.ts imports this file, when somebody asks where keys are.
//
//   the names, page by page -> those that are wanted -> their values, twenty or ten a call -> one by one where
//   a call about several is refused
//
// A call about several is refused as a whole where one of them is denied (parameters), or where the caller may
// not make calls about several (secrets); then each is asked for by itself, so that only what is denied is unread.

import {
  type APIErrorType,
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import type { ListedThing, ListWish, ThingLister } from '../base/aws-stores.ts';
import type { KeyturnError } from '../base/errors.ts';
import { Secret } from '../base/secret.ts';
import { isMissingResource } from './classify.ts';
import { readOptions, type ServiceSetup, serviceConfig, serviceFailure } from './service-client.ts';

const SECRETS_A_PAGE = 100;
const SECRETS_A_CALL = 20;
const PARAMETERS_A_PAGE = 50;
const PARAMETERS_A_CALL = 10;

export function openSecretLister(setup: ServiceSetup): ThingLister {
  const client = new SecretsManagerClient(serviceConfig(setup));
  const options = readOptions(setup);

  async function* names({ beginning, isWanted }: ListWish): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const page = new ListSecretsCommand({
        MaxResults: SECRETS_A_PAGE,
        ...(beginning !== '' && { Filters: [{ Key: 'name', Values: [beginning] }] }),
        ...(token !== undefined && { NextToken: token }),
      });
      const answer = await asking('secretsmanager:ListSecrets', setup, () =>
        client.send(page, options),
      );
      for (const { Name: name } of answer.SecretList ?? []) {
        if (name !== undefined && isWanted(name)) yield name;
      }
      token = answer.NextToken;
    } while (token);
  }

  const one = async (name: string): Promise<ListedThing | undefined> => {
    const permission = 'secretsmanager:GetSecretValue';
    return await readAlone(name, { setup, permission }, async () => {
      const answer = await client.send(new GetSecretValueCommand({ SecretId: name }), options);
      return textOf(answer);
    });
  };

  let isBatchRefused = false;
  const several = async (
    wanted: readonly string[],
  ): Promise<readonly ListedThing[] | undefined> => {
    if (isBatchRefused) return undefined;
    const permission = 'secretsmanager:BatchGetSecretValue';
    const command = new BatchGetSecretValueCommand({ SecretIdList: [...wanted] });
    try {
      const answer = await client.send(command, options);
      const values = answer.SecretValues ?? [];
      const found: ListedThing[] = [];
      for (const name of wanted) {
        const value = values.find((each) => each.Name === name);
        const denied = answer.Errors?.find(
          ({ SecretId: id, ErrorCode: code }) => isNamed(id, name) && code === DENIED,
        );
        if (value === undefined && denied !== undefined) {
          const error = serviceFailure(refusalOf(denied), 'secretsmanager:GetSecretValue', setup);
          found.push({ kind: 'unread', name, error });
          continue;
        }
        // What an answer leaves out, or calls another error, is asked for by itself: that tells why.
        const thing = value === undefined ? await one(name) : thingOf(name, textOf(value));
        if (thing !== undefined) found.push(thing);
      }
      return found;
    } catch (thrown) {
      const error = serviceFailure(thrown, permission, setup);
      if (!isRefusalOfOne(error)) throw error;
      isBatchRefused = true;
      return undefined;
    }
  };

  return { list: (wish) => inBatches(names(wish), { size: SECRETS_A_CALL, several, one }) };
}

export function openParameterLister(setup: ServiceSetup): ThingLister {
  const client = new SSMClient(serviceConfig(setup));
  const options = readOptions(setup);

  async function* names({ beginning, isWanted }: ListWish): AsyncGenerator<string> {
    let token: string | undefined;
    do {
      const filter = { Key: 'Name', Option: 'BeginsWith', Values: [beginning] };
      const page = new DescribeParametersCommand({
        MaxResults: PARAMETERS_A_PAGE,
        ...(beginning !== '' && { ParameterFilters: [filter] }),
        ...(token !== undefined && { NextToken: token }),
      });
      const answer = await asking('ssm:DescribeParameters', setup, () =>
        client.send(page, options),
      );
      for (const { Name: name } of answer.Parameters ?? []) {
        if (name !== undefined && isWanted(name)) yield name;
      }
      token = answer.NextToken;
    } while (token);
  }

  const one = async (name: string): Promise<ListedThing | undefined> =>
    await readAlone(name, { setup, permission: 'ssm:GetParameter' }, async () => {
      const command = new GetParameterCommand({ Name: name, WithDecryption: true });
      return (await client.send(command, options)).Parameter?.Value;
    });

  const several = async (
    wanted: readonly string[],
  ): Promise<readonly ListedThing[] | undefined> => {
    const command = new GetParametersCommand({ Names: [...wanted], WithDecryption: true });
    try {
      const { Parameters: values = [] } = await client.send(command, options);
      const found: ListedThing[] = [];
      for (const name of wanted) {
        const value = values.find((each) => each.Name === name);
        const thing = value === undefined ? await one(name) : thingOf(name, value.Value);
        if (thing !== undefined) found.push(thing);
      }
      return found;
    } catch (thrown) {
      const error = serviceFailure(thrown, 'ssm:GetParameters', setup);
      if (!isRefusalOfOne(error)) throw error;
      return undefined;
    }
  };

  return { list: (wish) => inBatches(names(wish), { size: PARAMETERS_A_CALL, several, one }) };
}

const DENIED = 'AccessDeniedException';

/** AWS names a secret as it was asked for, or by its ARN. */
function isNamed(id: string | undefined, name: string): boolean {
  if (id === name) return true;
  const own = id?.split(':secret:')[1];
  return own === name || own?.slice(0, -7) === name;
}

/** An error about one of several in the form of one about a call. */
function refusalOf({ ErrorCode: name, Message: message }: APIErrorType): unknown {
  return { name, message, $fault: 'client', $metadata: {} };
}

interface Reading {
  readonly size: number;
  /** Undefined where each has to be asked for by itself. */
  readonly several: (names: readonly string[]) => Promise<readonly ListedThing[] | undefined>;
  /** Undefined for one that has gone meanwhile. */
  readonly one: (name: string) => Promise<ListedThing | undefined>;
}

async function* inBatches(
  names: AsyncIterable<string>,
  { size, several, one }: Reading,
): AsyncGenerator<ListedThing> {
  const read = async (batch: readonly string[]): Promise<readonly ListedThing[]> => {
    const together = await several(batch);
    if (together !== undefined) return together;
    const found: ListedThing[] = [];
    for (const name of batch) {
      const thing = await one(name);
      if (thing !== undefined) found.push(thing);
    }
    return found;
  };
  let batch: string[] = [];
  for await (const name of names) {
    batch.push(name);
    if (batch.length < size) continue;
    yield* await read(batch);
    batch = [];
  }
  if (batch.length > 0) yield* await read(batch);
}

async function readAlone(
  name: string,
  { setup, permission }: { readonly setup: ServiceSetup; readonly permission: string },
  read: () => Promise<string | undefined>,
): Promise<ListedThing | undefined> {
  try {
    return thingOf(name, await read());
  } catch (thrown) {
    if (isMissingResource(thrown)) return undefined;
    const error = serviceFailure(thrown, permission, setup);
    if (error.isStop || !isAboutOne(error)) throw error;
    return { kind: 'unread', name, error };
  }
}

/** Whether others may be read all the same. */
function isAboutOne(error: KeyturnError): boolean {
  return error.stops !== 'run' || error.code === 'access-denied';
}

/** Whether a call about several was refused for what is asked, and not for who asks or how fast. */
function isRefusalOfOne(error: KeyturnError): boolean {
  return !error.isStop && error.code !== 'throttled' && isAboutOne(error);
}

function thingOf(name: string, text: string | undefined): ListedThing {
  return text === undefined
    ? { kind: 'empty', name }
    : { kind: 'read', name, text: new Secret(text) };
}

/** Bytes become the characters of the same numbers, so that what is text in them can be read. */
function textOf({
  SecretString: text,
  SecretBinary: bytes,
}: {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: Uint8Array | undefined;
}): string | undefined {
  return text ?? (bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1'));
}

async function asking<T>(
  permission: string,
  setup: ServiceSetup,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (thrown) {
    throw serviceFailure(thrown, permission, setup);
  }
}
