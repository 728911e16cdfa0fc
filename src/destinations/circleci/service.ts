// Who asks CircleCI, and where it is.

import { KeyturnError } from '../../base/errors.ts';
import type { HttpService } from '../../http/service.ts';
import type { Opening } from '../kind.ts';
import { withScheme } from '../place-options.ts';
import { addressIn, tokenOf, type UsualNames } from '../service-place.ts';
import type { CirclePlace } from './place.ts';

/** Those of CircleCI's own clients, behind one of ours. */
export const USUAL_NAMES: UsualNames = {
  service: 'CircleCI',
  addresses: ['CIRCLECI_HOST', 'CIRCLECI_CLI_HOST', 'CIRCLE_URL'],
  tokens: ['KEYTURN_CIRCLECI_TOKEN', 'CIRCLECI_CLI_TOKEN', 'CIRCLE_TOKEN'],
};

/** Throws `not-deliverable` where no credential is set. */
export async function openCircle(
  { options }: CirclePlace,
  { http, credentials }: Pick<Opening, 'http' | 'credentials'>,
): Promise<HttpService> {
  const token = await tokenOf(options, USUAL_NAMES, credentials);
  const host = addressIn(options, USUAL_NAMES, credentials) ?? 'circleci.com';
  const address = `${withScheme(host)}/api/v2`;
  if (token !== undefined) {
    const headers = { 'circle-token': token };
    return await http({ name: 'CircleCI', address, setting: USUAL_NAMES.addresses[0], headers });
  }
  throw new KeyturnError('not-deliverable', 'there is no token for CircleCI', {
    hint: `set ${USUAL_NAMES.tokens.join(', ')} to a personal API token, or to \${file:PATH} or \${command:PROGRAM ARG...}`,
  });
}
