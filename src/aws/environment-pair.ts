// The pair of the environment. What cannot be meant is refused before it is sent: AWS would only say that the
// key or the signature is wrong. Files of variables bring such things along: `docker run --env-file` takes
// quotation marks for a part of the value, and a Secret of Kubernetes keeps the newline of `echo`.

import { KeyturnError } from '../base/errors.ts';
import { firstNotAscii } from '../credentials-file/odd-characters.ts';
import type { Credentials } from './credential-provider.ts';
import type { Environment } from './shared-config.ts';

/** An empty variable counts as none, as everywhere. Throws `no-credentials` where half of a pair is set. */
export function hasPair(env: Environment): boolean {
  const { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret } = env;
  if (!id) return false;
  if (secret) return true;
  throw new KeyturnError(
    'no-credentials',
    'AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not',
    { hint: 'set both, or neither' },
  );
}

export function environmentPair(env: Environment): Credentials {
  const { AWS_ACCESS_KEY_ID: accessKeyId = '', AWS_SECRET_ACCESS_KEY: secretAccessKey = '' } = env;
  const variable = tokenVariable(env);
  const sessionToken = variable && env[variable];
  return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
}

/** Throws `bad-value`, and `no-credentials` for a session without its token. */
export function refuseOddPair(env: Environment): void {
  const token = tokenVariable(env);
  const variables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', ...(token ? [token] : [])];
  for (const name of variables) {
    const odd = oddityOf(env[name] ?? '');
    if (odd === undefined) continue;
    const message = `${name} ${odd.what}, which AWS takes for a part of the value`;
    throw new KeyturnError('bad-value', message, { hint: odd.mend });
  }
  if (token !== undefined || env.AWS_ACCESS_KEY_ID?.startsWith('ASIA') !== true) return;
  throw new KeyturnError(
    'no-credentials',
    'AWS_ACCESS_KEY_ID is that of a session, and AWS_SESSION_TOKEN is not set',
    { hint: 'set AWS_SESSION_TOKEN as well, to the token that came with that key' },
  );
}

/** In words, behind the variable of the key: a token that an earlier session left there makes AWS refuse the key. */
export function describeToken(env: Environment): string {
  const token = tokenVariable(env);
  if (token === undefined) return '';
  const isLeftOver = env.AWS_ACCESS_KEY_ID?.startsWith('AKIA') === true;
  return `, with ${token}${isLeftOver ? ', which only a session has' : ''}`;
}

/** The second name is the older one, which the AWS CLI and boto3 still read. */
function tokenVariable(env: Environment): string | undefined {
  return ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'].find((name) => env[name]);
}

function oddityOf(text: string): { readonly what: string; readonly mend: string } | undefined {
  if (/^["']|["']$/.test(text)) {
    const mend = 'set it without them; docker run --env-file keeps those of its file';
    return { what: 'has quotation marks around it', mend };
  }
  const mend = 'set it anew, without that';
  const odd = firstNotAscii(text);
  if (odd !== undefined) return { what: `has ${odd.name} as its character ${odd.column}`, mend };
  return /^\s|\s$/.test(text) ? { what: 'begins or ends with a space', mend } : undefined;
}
