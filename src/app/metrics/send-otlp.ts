// Sends metrics to a collector of OpenTelemetry over HTTP. Where it is, and what it wants to see, the configuration
// says, else the environment as OpenTelemetry has it.

import type { MessengerOptions } from '../../aws/open-messengers.ts';
import type { Environment } from '../../base/environment.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { isLoopback } from '../../base/loopback.ts';
import { isMetadataHost } from '../../base/metadata-host.ts';
import { printable } from '../../base/printable.ts';
import { Secret } from '../../base/secret.ts';
import { VERSION } from '../../base/version.ts';
import { nodePrograms } from '../node-programs.ts';
import { placeCredentials } from '../place-credentials.ts';
import { placeHttp } from '../place-http.ts';
import type { OtlpSettings } from '../telling.ts';
import type { Sample } from './families.ts';
import { otlpPayload } from './otlp.ts';

const TIMEOUT_MS = 10_000;
const DEFAULT_ENDPOINT = 'http://localhost:4318';

/** Never throws: what was not taken is a warning. */
export async function sendOtlp(
  samples: readonly Sample[],
  settings: OtlpSettings,
  options: MessengerOptions,
): Promise<void> {
  const { env, emit, clock, signal } = options;
  let shown = 'otlp';
  try {
    refuseGrpc(settings, env);
    const endpoint = endpointOf(settings, env);
    shown = endpoint.url.origin;
    const headers = await headersOf(settings, env);
    const payload = otlpPayload(
      samples,
      { attributes: resourceIn(env), version: VERSION },
      clock.now(),
    );
    const { openMessengers } = await import('../../aws/open-messengers.ts');
    const messengers = await openMessengers(options);
    try {
      const http = placeHttp({ env, ways: { ...messengers.ways, signal } }, clock);
      const service = await http({
        name: 'the collector',
        address: endpoint.url.origin,
        setting: endpoint.setting,
        headers,
      });
      const answer = await service.send({
        method: 'POST',
        path: endpoint.url.pathname.slice(1) + endpoint.url.search,
        // Some collectors know their callers by it.
        hidesPath: true,
        body: payload,
        // A point that comes twice is the same point.
        isRepeatable: true,
        endsWithRun: true,
        requestMs: settings.timeoutMs ?? timeoutIn(env),
        bytesMax: 1_048_576,
      });
      const remark = rejectedIn(answer.json());
      if (remark !== undefined) emit({ code: 'metrics-remarked', to: shown, remark });
      emit({ code: 'metrics-written', to: shown });
    } finally {
      messengers.close();
    }
  } catch (thrown) {
    const reason = signal.aborted ? 'there was no more time' : toKeyturnError(thrown).message;
    emit({ code: 'metrics-not-written', to: shown, reason });
  }
}

/** Where a collector that speaks another protocol alone is named, ours would be noise to it. */
function refuseGrpc({ endpoint }: OtlpSettings, env: Environment): void {
  const protocol = env.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL || env.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (endpoint !== undefined || protocol !== 'grpc') return;
  throw new KeyturnError(
    'bad-value',
    'OTEL_EXPORTER_OTLP_PROTOCOL is grpc, and keyturn speaks http/json',
    {
      hint: 'name the address for HTTP, of port 4318 as a rule, in OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, and set OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/json',
    },
  );
}

interface Endpoint {
  readonly url: URL;
  readonly setting: string;
}

/** What is said for metrics alone is the whole address; what is said for all signals is where their paths begin. */
function endpointOf({ endpoint }: OtlpSettings, env: Environment): Endpoint {
  const whole = env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT;
  const all = env.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint !== undefined) return checked(below(endpoint), 'endpoint of metrics.otlp');
  if (whole) return checked(whole, 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT');
  if (all) return checked(below(all), 'OTEL_EXPORTER_OTLP_ENDPOINT');
  return checked(below(DEFAULT_ENDPOINT), 'endpoint of metrics.otlp');
}

function below(text: string): string {
  return `${text.replace(/\/+$/, '')}/v1/metrics`;
}

function checked(text: string, setting: string): Endpoint {
  const refuse = (why: string) =>
    new KeyturnError('bad-value', `${setting} ${why}`, {
      hint: 'write an https URL such as https://otel.example.com:4318',
    });
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) throw refuse('is no https URL');
  if (url.username !== '' || url.password !== '') throw refuse('has a user or a password in it');
  if (isMetadataHost(url.hostname)) throw refuse('is an address at which no collector is');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse('is of http on another machine, where anybody on the way could read it');
  }
  return { url, setting };
}

/** `name=value,name=value`, each value encoded as in a URL; what is said for metrics alone wins. */
async function headersOf(
  { headers }: OtlpSettings,
  env: Environment,
): Promise<Readonly<Record<string, Secret>>> {
  const credentials = placeCredentials(env, nodePrograms(env));
  const found = new Map<string, Secret>();
  for (const text of [env.OTEL_EXPORTER_OTLP_HEADERS, env.OTEL_EXPORTER_OTLP_METRICS_HEADERS]) {
    for (const [name, value] of pairsIn(text)) found.set(name.toLowerCase(), new Secret(value));
  }
  for (const [name, reference] of Object.entries(headers)) {
    found.set(name.toLowerCase(), await credentials.resolve(reference));
  }
  return Object.fromEntries(found);
}

function resourceIn(env: Environment): Readonly<Record<string, string>> {
  const { OTEL_SERVICE_NAME: name } = env;
  return {
    ...Object.fromEntries(pairsIn(env.OTEL_RESOURCE_ATTRIBUTES)),
    ...(name && { 'service.name': name }),
  };
}

function pairsIn(text = ''): readonly (readonly [string, string])[] {
  return text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at)).trim();
    return name === '' ? [] : [[name, decoded(pair.slice(at + 1).trim())] as const];
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function timeoutIn(env: Environment): number {
  const text = env.OTEL_EXPORTER_OTLP_METRICS_TIMEOUT || env.OTEL_EXPORTER_OTLP_TIMEOUT || '';
  const milliseconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return milliseconds > 0 ? milliseconds : TIMEOUT_MS;
}

/** Some of them were refused, or the collector has something to say. */
function rejectedIn(body: unknown): string | undefined {
  const { partialSuccess } = (body ?? {}) as { partialSuccess?: Record<string, unknown> };
  const { rejectedDataPoints: count = 0, errorMessage = '' } = partialSuccess ?? {};
  if (Number(count) === 0 && errorMessage === '') return undefined;
  const words = printable(String(errorMessage).replaceAll(/\s+/g, ' ')).slice(0, 300);
  return `${Number(count)} points were refused${words === '' ? '' : `: ${words}`}`;
}
