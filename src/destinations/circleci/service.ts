// Who asks CircleCI, and where it is.

import { KeyturnError } from '../../base/errors.ts';
import type { HttpService } from '../../http/service.ts';
import type { Opening } from '../kind.ts';

/** Those of CircleCI's own clients, behind one of ours. */
const TOKEN_NAMES = ['KEYTURN_CIRCLECI_TOKEN', 'CIRCLECI_CLI_TOKEN', 'CIRCLE_TOKEN'] as const;
const HOST_NAMES = ['CIRCLECI_HOST', 'CIRCLECI_CLI_HOST', 'CIRCLE_URL'] as const;

/** Throws `not-deliverable` where no credential is set. */
export async function openCircle({
  http,
  credentials,
}: Pick<Opening, 'http' | 'credentials'>): Promise<HttpService> {
  const token = await credentials.fromEnvironment(...TOKEN_NAMES);
  const setting = HOST_NAMES.find((name) => credentials.setting(name) !== undefined);
  const host = (setting && credentials.setting(setting)) ?? 'https://circleci.com';
  const address = `${/^https?:\/\//.test(host) ? host : `https://${host}`}/api/v2`;
  if (token !== undefined) {
    const headers = { 'circle-token': token };
    return await http({ name: 'CircleCI', address, setting: setting ?? HOST_NAMES[0], headers });
  }
  throw new KeyturnError('not-deliverable', 'there is no token for CircleCI', {
    hint: `set ${TOKEN_NAMES.join(', ')} to a personal API token, or to \${file:PATH} or \${command:PROGRAM ARG...}`,
  });
}
