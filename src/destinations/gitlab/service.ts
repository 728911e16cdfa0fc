// Who asks GitLab, and where it is.

import { KeyturnError } from '../../base/errors.ts';
import type { HttpService } from '../../http/service.ts';
import type { Opening } from '../kind.ts';

const TOKEN_NAMES = ['KEYTURN_GITLAB_TOKEN', 'GITLAB_TOKEN'] as const;

type Around = Pick<Opening, 'http' | 'credentials'>;

/** Throws `not-deliverable` where no credential is set. */
export async function openGitlab({ http, credentials }: Around): Promise<HttpService> {
  const token = await credentials.fromEnvironment(...TOKEN_NAMES);
  const { address, setting } = addressIn(credentials);
  if (token !== undefined) {
    return await http({ name: 'GitLab', address, setting, headers: { 'private-token': token } });
  }
  const job =
    credentials.setting('CI_JOB_TOKEN') === undefined ? '' : '; CI_JOB_TOKEN may write no variable';
  throw new KeyturnError('not-deliverable', 'there is no token for GitLab', {
    hint: `set ${TOKEN_NAMES.join(' or ')} to a token with the scope api, or to \${file:PATH} or \${command:PROGRAM ARG...}${job}`,
  });
}

/** The host that the operator named, as glab takes it; else that of the CI job. */
function addressIn({ setting: read }: Around['credentials']) {
  const host = read('GITLAB_HOST');
  if (host !== undefined) {
    const url = /^https?:\/\//.test(host) ? host : `https://${host}`;
    return { address: `${url.replace(/\/+$/, '')}/api/v4`, setting: 'GITLAB_HOST' };
  }
  const address = read('CI_API_V4_URL');
  if (address !== undefined) return { address, setting: 'CI_API_V4_URL' };
  return { address: 'https://gitlab.com/api/v4', setting: 'GITLAB_HOST' };
}
