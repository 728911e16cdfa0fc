// One call, described as data, so that three clients written by others can make the same one.

import * as iam from '@aws-sdk/client-iam';
import * as sts from '@aws-sdk/client-sts';
import type { Sandbox } from '../../src/sandbox/index.ts';
import type { Credentials } from './sdk.ts';

export interface Probe {
  readonly sandbox: Sandbox;
  readonly service: 'iam' | 'sts' | 'organizations' | 'secretsmanager' | 'ssm';
  readonly operation: string;
  readonly params?: Readonly<Record<string, unknown>>;
  /** Undefined for an unsigned call. */
  readonly credentials: Credentials | undefined;
  readonly region?: string;
}

export interface Outcome {
  /** AWS's error code; undefined when the call succeeded. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  /** Undefined where the client does not tell. */
  readonly status: number | undefined;
}

/** A client that makes calls, each once. */
export type Prober = (probes: readonly Probe[]) => Promise<Outcome[]>;

interface AnyClient {
  send(command: unknown): Promise<unknown>;
}

const MODULES = { iam, sts } as unknown as Record<
  'iam' | 'sts',
  Record<string, new (input: unknown) => AnyClient>
>;
const CLIENT_NAMES = { iam: 'IAMClient', sts: 'STSClient' } as const;

/** The AWS SDK for JavaScript. */
export const probeBySdk: Prober = async (probes) => {
  const outcomes: Outcome[] = [];
  for (const probe of probes) outcomes.push(await sdkOutcome(probe));
  return outcomes;
};

async function sdkOutcome(probe: Probe): Promise<Outcome> {
  if (probe.service !== 'iam' && probe.service !== 'sts')
    throw new RangeError('no SDK client here');
  const module = MODULES[probe.service];
  const Client = module[CLIENT_NAMES[probe.service]];
  const Command = module[`${probe.operation}Command`];
  if (Client === undefined || Command === undefined) throw new RangeError(probe.operation);
  const client = new Client({
    endpoint: probe.sandbox.url,
    region: probe.region ?? 'us-east-1',
    maxAttempts: 1,
    credentials: probe.credentials ?? { accessKeyId: 'none', secretAccessKey: 'none' },
    ...(probe.credentials === undefined ? { signer: unsigned } : {}),
  });
  try {
    await client.send(new Command(probe.params ?? {}));
    return { code: undefined, message: undefined, status: 200 };
  } catch (thrown) {
    const error = thrown as Error & {
      readonly Code?: string;
      readonly $metadata?: { readonly httpStatusCode?: number };
    };
    return {
      code: error.Code ?? error.name,
      message: error.message,
      status: error.$metadata?.httpStatusCode,
    };
  }
}

const unsigned = { sign: async (request: unknown) => request };
