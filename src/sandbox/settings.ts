// What can be chosen when a sandbox starts, and changed while it runs.

/** Seconds for every service, or per service (`iam`, `sts`, `ssm`, …); a service left out has none. */
export type Lag = number | Readonly<Record<string, number>>;

/** Requests per second, account and service, and how many may come at once. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface SandboxSettings {
  /** Added to every answer, in milliseconds. */
  latencyMs: number;
  /** How long a new or re-activated key is refused, on the sandbox clock. */
  keyLagSeconds: Lag;
  /** How long a deactivated or deleted key still works, on the sandbox clock. */
  deactivationLagSeconds: Lag;
  /** How long after a call its key's last use shows, on the sandbox clock. */
  lastUsedLagSeconds: number;
  /** How long readers of secrets and parameters see what was before a write. */
  readLagSeconds: Lag;
  /** How long a credential report takes to make, on the sandbox clock. */
  reportSeconds: number;
  /** The token bucket of each account at each service; undefined for no limit. */
  rate: Rate | undefined;
  /** The token buckets of some services, such as `organizations`, in place of `rate`. */
  serviceRates: Readonly<Record<string, Rate>>;
}

export function resolveSettings(options: Partial<SandboxSettings>): SandboxSettings {
  return {
    latencyMs: options.latencyMs ?? 0,
    keyLagSeconds: options.keyLagSeconds ?? 0,
    deactivationLagSeconds: options.deactivationLagSeconds ?? 0,
    lastUsedLagSeconds: options.lastUsedLagSeconds ?? 300,
    readLagSeconds: options.readLagSeconds ?? 0,
    reportSeconds: options.reportSeconds ?? 2,
    rate: options.rate,
    serviceRates: options.serviceRates ?? {},
  };
}

/** The rate that a service allows each account; undefined for no limit. */
export function rateOf(settings: SandboxSettings, service: string): Rate | undefined {
  return settings.serviceRates[service] ?? settings.rate;
}

/** The lag of one service in milliseconds. */
export function lagMs(lag: Lag, service: string): number {
  return (typeof lag === 'number' ? lag : (lag[service] ?? 0)) * 1000;
}
