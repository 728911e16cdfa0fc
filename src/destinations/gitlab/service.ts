// Who asks GitLab, and where it is.

import { KeyturnError } from '../../base/errors.ts';
import type { HttpService } from '../../http/service.ts';
import type { Opening } from '../kind.ts';
import { withScheme } from '../place-options.ts';
import { addressIn, tokenOf } from '../service-place.ts';
import { type GitlabPlace, USUAL_NAMES } from './place.ts';

type Around = Pick<Opening, 'http' | 'credentials'>;

/** Throws `not-deliverable` where no credential is set. */
export async function openGitlab(
  { options }: GitlabPlace,
  { http, credentials }: Around,
): Promise<HttpService> {
  const token = await tokenOf(options, USUAL_NAMES, credentials);
  const address = apiAt(addressIn(options, USUAL_NAMES, credentials));
  const setting = USUAL_NAMES.addresses[0];
  if (token !== undefined) {
    return await http({ name: 'GitLab', address, setting, headers: { 'private-token': token } });
  }
  const hasJobToken = credentials.setting('CI_JOB_TOKEN') !== undefined;
  const job = hasJobToken ? '; CI_JOB_TOKEN may write no variable' : '';
  throw new KeyturnError('not-deliverable', 'there is no token for GitLab', {
    hint: `set ${USUAL_NAMES.tokens.join(' or ')} to a token with the scope api, or to \${file:PATH} or \${command:PROGRAM ARG...}${job}`,
  });
}

/** Of a host, a URL, or the API's own address. */
function apiAt(named: string): string {
  const url = withScheme(named);
  return url.endsWith(USUAL_NAMES.tail) ? url : `${url}${USUAL_NAMES.tail}`;
}
