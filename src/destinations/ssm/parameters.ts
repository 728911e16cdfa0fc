// What is the same for a parameter with a pair and for two parameters with a half each.

import type { Parameter, ParameterRoom } from '../../base/aws-stores.ts';
import { KeyturnError } from '../../base/errors.ts';
import { command } from '../../base/hint.ts';
import { refuseTooLong } from '../look.ts';

export const KIND = 'ssm';

/** Throws `not-deliverable` for a parameter that is kept in the clear. */
export function secureText({ text, isSecure }: Parameter, where: string): string {
  if (isSecure) return text.reveal();
  throw new KeyturnError('not-deliverable', `${where} is not a SecureString`, {
    hint: 'a secret must not be kept in the clear: delete it and make it anew with --type SecureString',
  });
}

/** I14: whether the parameter takes the text as its next version. Throws `not-deliverable`. */
export function refuseFull(text: string, { bytesMax, full }: ParameterRoom, where: string): void {
  refuseTooLong(text, bytesMax, where);
  if (full === undefined) return;
  throw new KeyturnError('not-deliverable', `${where} takes no further version: ${full.why}`, {
    hint: ['move that label to a later version, or take it off:', command(...full.freedBy)],
  });
}

export function wordsFor({ region, name }: { readonly region: string; readonly name: string }) {
  return `parameter ${name} in ${region}`;
}
