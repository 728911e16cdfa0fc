// The AWS CLI and boto3 as clients of the sandbox. They are not dependencies of this package:
// tests that need them are skipped where they are not installed, and fail instead of being
// skipped when KEYTURN_TEST_REQUIRE_CLIENTS=1.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Outcome, Probe, Prober } from './probe.ts';

export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const AWS_CLI = process.env.KEYTURN_TEST_AWSCLI ?? '/usr/bin/aws';
const PYTHON = process.env.KEYTURN_TEST_PYTHON ?? '/usr/bin/python3';
const IS_REQUIRED = process.env.KEYTURN_TEST_REQUIRE_CLIENTS === '1';
const PARALLEL_MAX = 3;

/** The reason to skip a test that needs the AWS CLI; false when it can run. */
export function skipWithoutAwsCli(): string | false {
  if (IS_REQUIRED || existsSync(AWS_CLI)) return false;
  return `no AWS CLI at ${AWS_CLI}; install it or set KEYTURN_TEST_AWSCLI`;
}

/** The reason to skip a test that needs boto3; false when it can run. */
export function skipWithoutBoto3(): string | false {
  if (IS_REQUIRED || spawnSync(PYTHON, ['-c', 'import boto3']).status === 0) return false;
  return `no boto3 for ${PYTHON}; install python3-boto3 or set KEYTURN_TEST_PYTHON`;
}

/** Runs the AWS CLI against the probe's sandbox with more arguments. */
export function runAwsCli(probe: Probe, args: readonly string[]): Promise<Finished> {
  const fixed = [
    '--endpoint-url',
    probe.sandbox.url,
    '--region',
    probe.region ?? 'us-east-1',
    '--output',
    'json',
    '--no-cli-pager',
    ...(probe.credentials === undefined ? ['--no-sign-request'] : []),
  ];
  return run(AWS_CLI, [...fixed, ...args], '', probe);
}

/** The AWS CLI, each call a process of its own. */
export const probeByAwsCli: Prober = async (probes) => {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < probes.length; start += PARALLEL_MAX) {
    const batch = probes.slice(start, start + PARALLEL_MAX).map(async (probe) => {
      const input = JSON.stringify(probe.params ?? {});
      const args = [probe.service, kebab(probe.operation), '--cli-input-json', input];
      return cliOutcome(await runAwsCli(probe, args));
    });
    outcomes.push(...(await Promise.all(batch)));
  }
  return outcomes;
};

function cliOutcome({ exitCode, stderr }: Finished): Outcome {
  if (exitCode === 0) return { code: undefined, message: undefined, status: undefined };
  const match =
    /An error occurred \((\w+)\) when calling the \w+ operation(?: \(.*?\))?: (.*)/.exec(stderr);
  return { code: match?.[1] ?? 'NoCode', message: match?.[2] ?? stderr, status: undefined };
}

const PROBE_SCRIPT = `
import boto3, json, sys
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
outcomes = []
for probe in json.load(sys.stdin):
    credentials = probe.get('credentials')
    options = {'retries': {'total_max_attempts': 1}}
    if credentials is None:
        options['signature_version'] = UNSIGNED
    client = boto3.client(
        probe['service'], endpoint_url=probe['url'], region_name=probe['region'],
        aws_access_key_id=(credentials or {}).get('accessKeyId'),
        aws_secret_access_key=(credentials or {}).get('secretAccessKey'),
        aws_session_token=(credentials or {}).get('sessionToken'),
        config=Config(**options))
    try:
        client._make_api_call(probe['operation'], probe['params'])
        outcomes.append({'status': 200})
    except ClientError as error:
        outcomes.append({
            'code': error.response['Error']['Code'],
            'message': error.response['Error']['Message'],
            'status': error.response['ResponseMetadata']['HTTPStatusCode']})
json.dump(outcomes, sys.stdout)
`;

/** boto3, all calls in one process. */
export const probeByBoto3: Prober = async (probes) => {
  const input = probes.map((probe) => ({
    url: probe.sandbox.url,
    service: probe.service,
    operation: probe.operation,
    params: probe.params ?? {},
    credentials: probe.credentials,
    region: probe.region ?? 'us-east-1',
  }));
  return (await runPython(PROBE_SCRIPT, input)) as Outcome[];
};

/** Runs a Python script with JSON on its stdin; returns the JSON from its stdout. */
export async function runPython(script: string, input: unknown): Promise<unknown> {
  const { exitCode, stdout, stderr } = await run(PYTHON, ['-c', script], JSON.stringify(input));
  if (exitCode !== 0) throw new RangeError(`python ended with ${exitCode}: ${stderr}`);
  return JSON.parse(stdout);
}

function run(
  command: string,
  args: readonly string[],
  stdin: string,
  probe?: Probe,
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...credentialEnv(probe), AWS_MAX_ATTEMPTS: '1' },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    child.stdin.end(stdin);
  });
}

function credentialEnv(probe: Probe | undefined): Record<string, string> {
  const credentials = probe?.credentials;
  if (credentials === undefined) return {};
  return {
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    ...(credentials.sessionToken === undefined
      ? {}
      : { AWS_SESSION_TOKEN: credentials.sessionToken }),
  };
}

function kebab(operation: string): string {
  return operation.replaceAll(/(?<=[a-z])([A-Z])/g, '-$1').toLowerCase();
}
