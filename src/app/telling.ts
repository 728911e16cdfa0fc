// Where it goes what a run tells afterwards: from flags, the environment and the configuration, settled once.

import type { Environment } from '../base/environment.ts';
import type { MetricsModel, NotifyModel } from '../config/tell-model.ts';
import type { MetricsAccounts } from './metrics/run-metrics.ts';

/** How the collector of OpenTelemetry is reached, as far as the configuration says it. */
export interface OtlpSettings {
  readonly endpoint: string | undefined;
  /** Where each value is. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number | undefined;
}

export interface Telling {
  readonly metrics: {
    /** Absolute. */
    readonly file: string | undefined;
    readonly accounts: MetricsAccounts;
    readonly otlp: OtlpSettings | undefined;
    /** Whether whoever began the run asked for them, and not the configuration alone. */
    readonly isAsked: boolean;
  };
  readonly notify: NotifyModel | undefined;
}

export interface Asked {
  /** Absolute. */
  readonly file: string | undefined;
  readonly accounts: MetricsAccounts | undefined;
}

/** What is told where no configuration says anything. */
export function tellingOf(asked: Asked, env: Environment): Telling {
  const otlp = isExported(env) ? NO_SETTINGS : undefined;
  const isAsked = asked.file !== undefined;
  return {
    metrics: { file: asked.file, accounts: asked.accounts ?? 'all', otlp, isAsked },
    notify: undefined,
  };
}

/** With what a configuration says; flags and the environment win. */
export function withConfigured(
  telling: Telling,
  {
    metrics,
    notify,
  }: { readonly metrics?: MetricsModel | undefined; readonly notify?: NotifyModel | undefined },
  {
    asked,
    env,
    absolute,
  }: {
    readonly asked: Asked;
    readonly env: Environment;
    readonly absolute: (path: string) => string;
  },
): Telling {
  const { file, accounts, otlp } = metrics ?? {};
  const configured = otlp === undefined || isSwitchedOff(env) ? undefined : settingsOf(otlp);
  return {
    notify,
    metrics: {
      file: telling.metrics.file ?? (file === undefined ? undefined : absolute(file)),
      accounts: asked.accounts ?? accounts ?? 'all',
      otlp: configured ?? telling.metrics.otlp,
      isAsked: telling.metrics.isAsked,
    },
  };
}

const NO_SETTINGS: OtlpSettings = { endpoint: undefined, headers: {}, timeoutMs: undefined };

function settingsOf(otlp: NonNullable<MetricsModel['otlp']>): OtlpSettings {
  if (otlp === true) return NO_SETTINGS;
  const { endpoint, headers = {}, timeout_s: timeout } = otlp;
  return { endpoint, headers, timeoutMs: timeout === undefined ? undefined : timeout * 1_000 };
}

/** OpenTelemetry's own switch: an endpoint alone may be there for other programs. */
function isExported(env: Environment): boolean {
  if (isSwitchedOff(env)) return false;
  return exporters(env).includes('otlp');
}

function isSwitchedOff(env: Environment): boolean {
  return env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || exporters(env).includes('none');
}

function exporters({ OTEL_METRICS_EXPORTER: text = '' }: Environment): readonly string[] {
  return text.split(',').map((each) => each.trim().toLowerCase());
}
