// An AWS to test against, in this process: IAM and STS over HTTP on loopback.

export interface PracticeOptions {
  /** Users in the account beside its administrator; 40 when left out. */
  readonly users?: number;
  /** The same seed gives the same account; random when left out. */
  readonly seed?: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly latencyMs?: number;
  /** How long a new key is refused at first, as in the real IAM. */
  readonly keyLagSeconds?: number;
}

export interface PracticeSandbox {
  /** For example `http://127.0.0.1:40123`. */
  readonly url: string;
  /**
   * What an AWS client needs in its environment to call it as the account's administrator; keyturn takes its
   * time from it too.
   */
  readonly env: Readonly<Record<string, string>>;
  /** Moves its clock ahead, and with it the time of whatever runs with `env`. */
  readonly advance: (durationMs: number) => void;
  /** Cuts every connection and stops. */
  readonly close: () => Promise<void>;
}

/** Rejects when the port is taken. */
export async function startSandbox(options: PracticeOptions = {}): Promise<PracticeSandbox> {
  const { serveSandbox } = await import('../sandbox/serve.ts');
  const { sandbox } = await serveSandbox(options);
  return {
    url: sandbox.url,
    env: {
      ...sandbox.endpointEnv(),
      KEYTURN_ENDPOINT_GUARD: 'loopback',
      KEYTURN_SANDBOX: sandbox.url,
    },
    advance: (durationMs) => sandbox.advance(durationMs),
    close: () => sandbox.close(),
  };
}
