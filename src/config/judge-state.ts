// Where state and new secrets are kept, judged as a run would.

import { KeyturnError } from '../base/errors.ts';
import { readCustody } from '../custody/wish.ts';
import { isTablePlace } from '../state/dynamodb/place.ts';
import { refuseMisspelt } from '../state/misspelt-place.ts';
import type { Found } from './fault.ts';
import type { ConfigModel } from './model.ts';

export function judgeState({ state, custody }: ConfigModel): readonly Found[] {
  return [...judgePlace(state), ...judgeCustody(custody ?? {}, state)];
}

function judgePlace(state: string | undefined): readonly Found[] {
  if (state === undefined) return [];
  try {
    refuseMisspelt(state);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof KeyturnError)) throw thrown;
    const { message, hint } = thrown;
    const told = hint === undefined ? message : `${message}; ${hint}`;
    return [{ path: ['state'], code: 'bad-value', message: told }];
  }
}

/** What is said of a kind that is not the one of the file; a kind that the file leaves out may be said by the run. */
function judgeCustody(
  { by, kms_key: kmsKey, tags = {} }: NonNullable<ConfigModel['custody']>,
  state: string | undefined,
): readonly Found[] {
  const found: Found[] = [];
  const idle = (key: string, message: string) =>
    found.push({ path: ['custody', key], isKey: true, code: 'conflict', message });
  const kind = by === undefined ? undefined : readCustody(by)?.kind;
  if (kmsKey !== undefined && kind !== undefined && !['kms', 'secrets-manager'].includes(kind)) {
    idle('kms_key', `a KMS key has no effect with "by: ${by}"; leave it out, or write "by: kms"`);
  } else if (kmsKey !== undefined && kind === undefined && state !== undefined) {
    if (!isTablePlace(state)) {
      idle('kms_key', 'secrets lie in clear in a directory all the same; write "by: kms" too');
    }
  }
  if (kind !== undefined && kind !== 'secrets-manager' && Object.keys(tags).length > 0) {
    idle('tags', `tags have no effect with "by: ${by}"; they are of secrets-manager=PREFIX`);
  }
  const own = Object.keys(tags).find((key) => /^keyturn:/i.test(key));
  if (own !== undefined) {
    const message = `tags that begin with "keyturn:" are set by keyturn; leave this one out`;
    found.push({ path: ['custody', 'tags', own], isKey: true, code: 'bad-value', message });
  }
  return found;
}
