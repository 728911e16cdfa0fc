// Lays out the files of a row, lets a tool ask, and says what it reached.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Certificates } from './certificates.ts';
import { nameOf } from './keys.ts';
import type { Recorder } from './recorder.ts';
import type { Outcome, Reached, Row } from './row.ts';
import type { Ask } from './tools.ts';

export interface Bench {
  readonly recorder: Recorder;
  readonly certificates: Certificates;
}

/** What became of it; words are kept for the reader of a failure. */
export type Tried = Reached | { readonly kind: 'refused'; readonly words: string };

export async function tryRow(
  row: Row,
  ask: Ask,
  { recorder, certificates }: Bench,
): Promise<Tried> {
  const folder = mkdtempSync(join(tmpdir(), 'keyturn-environment-'));
  try {
    const { ports } = recorder;
    const { authority, stranger } = certificates;
    const settings = row.of({ folder, ports, authority, stranger });
    const files = {
      '.aws/config': settings.config,
      '.aws/credentials': settings.credentials,
      'authority.pem': certificates.authorityText,
      ...settings.files,
    };
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) continue;
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    }
    recorder.clear();
    const env = Object.entries(settings.env ?? {}).map(
      ([name, text]) => [name, text === '~token' ? join(folder, 'token') : text] as const,
    );
    const error = await ask({
      settings,
      env: {
        ...(settings.isHomeless !== true && { HOME: folder }),
        KEYTURN_STATE_DIR: join(folder, 'state'),
        ...Object.fromEntries(env),
      },
      ports,
      trusted: settings.isTrusted === false ? undefined : authority,
    });
    return error === undefined ? reached(recorder) : { kind: 'refused', words: error };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reached({ requests, tunnels }: Recorder): Reached {
  const sts = requests.find(({ what }) => what === 'GetCallerIdentity');
  const iam = requests.find(({ what }) => what === 'ListAccessKeys');
  const web = requests.find(({ webIdentityToken }) => webIdentityToken !== undefined);
  const assumedBy = nameOf(requests.find(({ what }) => what === 'AssumeRole')?.keyId);
  const container = requests.find(({ what }) => what === '/container');
  const key = nameOf(iam?.keyId);
  const token = web?.webIdentityToken ?? container?.authorization;
  const [tunnel] = tunnels;
  return {
    kind: 'reached',
    ...(key !== undefined && { key }),
    ...(sts !== undefined && { sts: sts.host, region: sts.region ?? '' }),
    ...(iam !== undefined && { iam: iam.host, via: iam.via }),
    ...(tunnel?.credentials !== undefined && { proxyCredentials: tunnel.credentials }),
    ...(iam?.sessionToken !== undefined && { sessionToken: iam.sessionToken }),
    ...(assumedBy !== undefined && { assumedBy }),
    ...(token !== undefined && { token }),
  };
}

/** Whether a tool did what is expected; what is not mentioned there may be anything. */
export function isAsExpected(tried: Tried, expected: Outcome): boolean {
  if (tried.kind === 'refused') {
    return expected.kind === 'refused' && expected.words.test(tried.words);
  }
  return Object.entries(expected).every(([name, value]) => tried[name as keyof Reached] === value);
}
