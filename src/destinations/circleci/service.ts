// Who asks CircleCI, and where it is.

import { KeyturnError } from '../../base/errors.ts';
import type { HttpService } from '../../http/service.ts';
import type { Opening } from '../kind.ts';
import { withScheme } from '../place-options.ts';
import { addressIn, tokenOf } from '../service-place.ts';
import { type CirclePlace, USUAL_NAMES } from './place.ts';

/** Throws `not-deliverable` where no credential is set. */
export async function openCircle(
  { options }: CirclePlace,
  { http, credentials }: Pick<Opening, 'http' | 'credentials'>,
): Promise<HttpService> {
  const token = await tokenOf(options, USUAL_NAMES, credentials);
  const host = addressIn(options, USUAL_NAMES, credentials);
  const address = `${withScheme(host)}${USUAL_NAMES.tail}`;
  if (token !== undefined) {
    const headers = { 'circle-token': token };
    return await http({ name: 'CircleCI', address, setting: USUAL_NAMES.addresses[0], headers });
  }
  throw new KeyturnError('not-deliverable', 'there is no token for CircleCI', {
    hint: `set ${USUAL_NAMES.tokens.join(', ')} to a personal API token, or to \${file:PATH} or \${command:PROGRAM ARG...}`,
  });
}
