// The facts in whatever the SDK throws. Nothing else of it is kept: its errors carry the request (with
// its session token) and the response (which may hold a new secret), and even AWS's text can quote the
// signed headers back (I8).

import { failedToConnect } from '../http/connect-errors.ts';
import type { Way } from '../http/unreachable.ts';

/** Safe to attach as the cause of an error. */
export interface FailureFacts {
  /** The SDK's name for the error, such as `TimeoutError`. */
  readonly name: string;
  /** AWS's own code when AWS answered (`NoSuchEntity`), else Node's (`ECONNREFUSED`). */
  readonly code: string | undefined;
  readonly httpStatus: number | undefined;
  readonly requestId: string | undefined;
}

export interface SdkFailure {
  readonly facts: FailureFacts;
  /** AWS's own code; undefined unless an answer of AWS was understood. */
  readonly awsCode: string | undefined;
  /** AWS's text: its first line, without a final period; empty unless AWS answered. */
  readonly awsText: string;
  /** Node's code of a network failure. */
  readonly networkCode: string | undefined;
  /** True when the network failed before the request could leave this machine. */
  readonly neverSent: boolean;
  /** The call was given up because of its abort signal. */
  readonly aborted: boolean;
  /** How the call went; known of those that failed on the wire. */
  readonly way: Way | undefined;
  /** What a proxy answered instead of connecting. */
  readonly proxyStatus: number | undefined;
  /** Why the SDK knows no endpoint of AWS's for these settings. */
  readonly endpointText: string | undefined;
}

interface SdkErrorShape {
  name?: unknown;
  message?: unknown;
  code?: unknown;
  syscall?: unknown;
  errors?: unknown;
  proxyStatus?: unknown;
  $fault?: unknown;
  Code?: unknown;
  Error?: { Code?: unknown };
  $metadata?: { httpStatusCode?: unknown; requestId?: unknown };
}

const TEXT_LENGTH_MAX = 500;

const WAYS = new WeakMap<object, Way>();

/** Remembers the way of a call that failed, for whoever words the failure. Returns what was thrown. */
export function onTheWay(thrown: unknown, way: Way): unknown {
  if (typeof thrown === 'object' && thrown !== null) WAYS.set(thrown, way);
  return thrown;
}

export function readFailure(thrown: unknown): SdkFailure {
  const error: SdkErrorShape = typeof thrown === 'object' && thrown !== null ? thrown : {};
  const name = text(error.name) ?? typeof thrown;
  const awsCode = readAwsCode(error, name);
  const networkCode = awsCode === undefined ? text(error.code) : undefined;
  const status = error.$metadata?.httpStatusCode;
  return {
    facts: {
      name,
      code: awsCode ?? networkCode,
      httpStatus: typeof status === 'number' ? status : undefined,
      requestId: text(error.$metadata?.requestId),
    },
    awsCode,
    awsText: awsCode === undefined ? '' : firstLine(text(error.message) ?? ''),
    networkCode,
    neverSent: awsCode === undefined && failedToConnect(error),
    aborted: name === 'AbortError',
    way: WAYS.get(error),
    proxyStatus: typeof error.proxyStatus === 'number' ? error.proxyStatus : undefined,
    endpointText: name === 'EndpointError' ? firstLine(text(error.message) ?? '') : undefined,
  };
}

/** The first line of a text, without its final period, and of bounded length. */
export function firstLine(message: string): string {
  const line = message.trim().split('\n', 1)[0] ?? '';
  return line.slice(0, TEXT_LENGTH_MAX).replace(/\.$/, '');
}

/**
 * The query protocol (IAM, STS) puts the code into `Error.Code`; the JSON protocols (SSO) leave only
 * the name. The SDK says `Unknown` for an error page that is not AWS's.
 */
function readAwsCode(error: SdkErrorShape, name: string): string | undefined {
  if (error.$fault === undefined) return undefined;
  return text(error.Error?.Code) ?? text(error.Code) ?? (name === 'Unknown' ? undefined : name);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
