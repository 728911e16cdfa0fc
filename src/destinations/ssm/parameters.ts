// What is the same for a parameter with a pair and for two parameters with a half each.

import type { HigherTier, Parameter, ParameterRoom } from '../../base/aws-stores.ts';
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

/** A parameter, and the tier that it may be moved up to. */
export interface Moving {
  readonly where: string;
  readonly tier: HigherTier | undefined;
}

/**
 * I14: whether the parameter takes the text as its next version, and the tier that it is moved to for that:
 * undefined where it stays in its own. Throws `not-deliverable`.
 */
export function tierFor(
  text: string,
  { bytesMax, full }: ParameterRoom,
  { where, tier }: Moving,
): HigherTier | undefined {
  const bytes = Buffer.byteLength(text);
  const isOverStandard = bytes > bytesMax && bytes <= ADVANCED_BYTES_MAX;
  if (isOverStandard && tier === undefined) {
    throw new KeyturnError(
      'not-deliverable',
      `${where} would hold ${bytes} bytes with the new pair, and ${bytesMax} are the most in the Standard tier`,
      {
        hint: `make room, or let keyturn move it to the Advanced tier (${ADVANCED_BYTES_MAX} bytes), with tier=advanced behind # of the place: that is charged, and does not go back`,
      },
    );
  }
  refuseTooLong(text, isOverStandard ? ADVANCED_BYTES_MAX : bytesMax, where);
  if (full === undefined) return isOverStandard ? tier : undefined;
  throw new KeyturnError('not-deliverable', `${where} takes no further version: ${full.why}`, {
    hint: ['move that label to a later version, or take it off:', command(...full.freedBy)],
  });
}

/** Said before it is done, because it cannot be taken back. */
export function remarkOnTier(name: string, tier: HigherTier | undefined, remark: Remark): void {
  if (tier === undefined) return;
  remark(
    `${name} does not fit into the Standard tier with the new pair, and is moved to ${tier === 'Advanced' ? 'Advanced' : 'Intelligent-Tiering, which makes it Advanced'}: that is charged, and does not go back`,
  );
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
