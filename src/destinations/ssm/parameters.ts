// What is the same for a parameter with a pair and for two parameters with a half each.

import type { Parameter, ParameterRoom } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { refuseTooLong } from '../look.ts';
import type { Remark } from '../remarks.ts';

export const KIND = 'ssm';

/** AWS's bound for a parameter of the Advanced tier. */
const ADVANCED_BYTES_MAX = 8_192;

/** Throws `not-deliverable` for a parameter that is kept in the clear. */
export function secureText({ text, isSecure }: Parameter, where: string): string {
  if (isSecure) return text.reveal();
  throw new KeyturnError('not-deliverable', `${where} is not a SecureString`, {
    hint: 'a secret must not be kept in the clear: delete it and make it anew with --type SecureString',
  });
}

/** I14: whether the parameter takes the text as its next version. Throws `not-deliverable`. */
export function refuseFull(text: string, { bytesMax, full }: ParameterRoom, where: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes > bytesMax && bytes <= ADVANCED_BYTES_MAX) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} would hold ${bytes} bytes with the new pair, and ${bytesMax} are the most in the Standard tier`,
      {
        hint: `make room, or move it to the Advanced tier (${ADVANCED_BYTES_MAX} bytes) where Parameter Store edits it: that is charged, does not go back, and is kept from then on`,
      },
    );
  }
  refuseTooLong(text, bytesMax, where);
  if (full === undefined) return;
  throw new KeyturnError('not-deliverable', `${where} takes no further version: ${full.why}`, {
    hint: ['move that label to a later version, or take it off:', command(...full.freedBy)],
  });
}

/** What the new version does not do for those who read the parameter otherwise than by its name. */
export function remarkOn(
  name: string,
  { labels = new Map(), policies = [] }: ParameterRoom,
  remark: Remark,
): void {
  for (const [label, version] of labels) {
    remark(
      `readers of ${name}:${label} keep version ${version} until somebody moves the label (aws ssm label-parameter-version)`,
    );
  }
  for (const { type, at } of policies) {
    if (type !== 'Expiration') continue;
    const when = at === undefined ? 'on its date' : `at ${at}`;
    remark(`an Expiration policy deletes ${name} ${when}, and a new value does not move that`);
  }
}

export function wordsFor({ region, name }: { readonly region: string; readonly name: string }) {
  return `parameter ${name} in ${region}`;
}
