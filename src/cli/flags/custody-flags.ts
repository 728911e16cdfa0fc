// How the secrets of new keys are kept until their places have them: for every command that may keep, open or
// remove one.

import { isAbsolute } from 'node:path';
import { type CustodyValues, custodyWish } from '../../app/custody-wish.ts';
import type { Environment } from '../../base/environment.ts';
import { flagWords as wordsOfFlag } from '../../base/shell-words.ts';
import { CUSTODY_TAKES, type CustodyKind, custodyText, readCustody } from '../../custody/wish.ts';
import type { FlagTable, ValueRule } from './flag.ts';
import * as rule from './value-rules.ts';

const KEPT = 'How new secrets are kept';

const custodyRule: ValueRule<CustodyKind> = {
  takes: CUSTODY_TAKES,
  example: 'secrets-manager=keyturn/custody',
  placeholder: 'KIND',
  read: readCustody,
};

export const CUSTODY_FLAGS = {
  custody: {
    names: ['custody'],
    rule: custodyRule,
    group: KEPT,
    about:
      'How the secret of a new key is kept until every place has it. kms: sealed with a data key of AWS KMS. age:RECIPIENT[,RECIPIENT]: sealed to age recipients; after the death of a run somebody with an identity has to go on. secrets-manager=PREFIX: in a secret PREFIX/ACCOUNT/KEY of its own, which is deleted then. plain: in a file that only its owner reads, in a directory alone. What was kept otherwise before is opened as it was kept.',
    fallback: 'KEYTURN_CUSTODY, else kms in a table and plain in a directory',
  },
  custodyIdentity: {
    names: ['custody-identity'],
    // Judged where it is used, by words that do not repeat it: it may be the identity itself.
    rule: { ...rule.path, takes: 'where the identity is', placeholder: 'REFERENCE' },
    group: KEPT,
    about:
      // biome-ignore lint/suspicious/noTemplateCurlyInString: references, as they are written
      'Where an age identity is that opens what --custody age sealed: ${file:/PATH}, ${env:NAME} or ${command:PROGRAM ARG}; one a line, as age-keygen writes them. Never the identity itself.',
    fallback: 'KEYTURN_CUSTODY_IDENTITY, the identity itself or where it is',
  },
  custodyKmsKey: {
    names: ['custody-kms-key'],
    rule: rule.kmsKey,
    group: KEPT,
    about:
      'The KMS key of --custody kms, or of the secrets of secrets-manager: its ID, ARN or alias/NAME.',
    fallback: "KEYTURN_CUSTODY_KMS_KEY, else alias/TABLE, or AWS's own key of Secrets Manager",
  },
  custodyTags: {
    names: ['custody-tags'],
    isList: true,
    rule: rule.tags,
    group: KEPT,
    about: 'Tags of the secrets of --custody secrets-manager, beside keyturn:custody=true.',
    fallback: 'KEYTURN_CUSTODY_TAGS, else none',
  },
} as const satisfies FlagTable;

/** For a later command about the same secrets. */
export function custodyWords(values: CustodyValues): readonly string[] {
  const { custody, custodyIdentity, custodyKmsKey, custodyTags } = values;
  return [
    ...wordsOfFlag('--custody', custody && custodyText(custody)),
    ...wordsOfFlag('--custody-identity', custodyIdentity),
    ...wordsOfFlag('--custody-kms-key', custodyKmsKey),
    ...wordsOfFlag('--custody-tags', custodyTags?.map((pair) => pair.join('=')).join(',')),
  ];
}

/** Those of the values that are about custody. */
export function custodyOf({
  custody,
  custodyIdentity,
  custodyKmsKey,
  custodyTags,
}: CustodyValues): CustodyValues {
  return { custody, custodyIdentity, custodyKmsKey, custodyTags };
}

/** Whether new secrets are where nobody reads them without a key, an identity or a permission. */
export function isCustodySealed(
  { state, custody }: { readonly state: string; readonly custody: CustodyValues },
  env: Environment,
): boolean {
  const { custody: asked } = custodyWish(custody, env);
  return !isAbsolute(state) || (asked !== undefined && asked.kind !== 'plain');
}
