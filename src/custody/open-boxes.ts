// Makes the box that a wish names, and the others that may be needed for what is there already.

import type { AwsKeptTexts } from '../base/aws-custody.ts';
import type { AwsDataKeys } from '../base/aws-tables.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Box, BoxOf } from './box.ts';
import type { BoxOpeners } from './boxes.ts';
import type { CustodyWish } from './wish.ts';

export interface BoxesParts {
  readonly wish: CustodyWish;
  /** What is sealed for one place is opened in no other. */
  readonly place: string;
  /** The KMS key of the place, unless another one is named; undefined where it has none. */
  readonly usualKey: string | undefined;
  /** The command that goes on with what waits there, unless the wish knows a better one. */
  readonly goesOnBy: string;
  readonly aws: () => Promise<BoxesAws>;
}

export interface BoxesAws {
  readonly region: string;
  readonly dataKeys: AwsDataKeys;
  readonly texts: (region: string | undefined) => Promise<AwsKeptTexts>;
}

export interface OpenedBoxes {
  /** Undefined where secrets lie in the store as they are. */
  readonly chosen: Box | undefined;
  readonly openers: BoxOpeners;
}

/** Nobody at AWS is asked yet. Throws `bad-value` for a wish that the place cannot grant. */
export async function openBoxes(parts: BoxesParts): Promise<OpenedBoxes> {
  const openers = {
    kms: () => openKms(parts),
    age: () => openAge(parts, []),
    'secrets-manager': () => openTexts(parts, 'keyturn'),
  };
  return { chosen: await chosenBox(parts), openers };
}

async function chosenBox(parts: BoxesParts): Promise<Box | undefined> {
  const { custody } = parts.wish;
  switch (custody?.kind) {
    case 'kms':
      return await openKms(parts);
    case 'age':
      return await openAge(parts, custody.recipients);
    case 'secrets-manager':
      return await openTexts(parts, custody.prefix);
    default:
      return undefined;
  }
}

async function openKms({ wish, place, usualKey, aws }: BoxesParts): Promise<BoxOf<'kms'>> {
  // Beside Secrets Manager it is the key of its secrets.
  const named = wish.custody?.kind === 'secrets-manager' ? undefined : wish.kmsKey;
  const keyId = named ?? usualKey;
  if (keyId === undefined) {
    throw new KeyturnError('bad-value', 'secrets are to be sealed by KMS, and no key is named', {
      hint: 'name it with --custody-kms-key, as an ID, an ARN or alias/NAME',
    });
  }
  const { kmsBox } = await import('./kms-box.ts');
  const { dataKeys } = await aws();
  return kmsBox({ dataKeys, keyId, place });
}

async function openAge(
  { wish, place, goesOnBy }: BoxesParts,
  recipients: readonly string[],
): Promise<BoxOf<'age'>> {
  const { ageBox } = await import('./age-box.ts');
  return ageBox({
    ...{ recipients, place, identity: wish.identity },
    goesOnBy: wish.goesOnBy ?? goesOnBy,
  });
}

async function openTexts(
  { wish, aws }: BoxesParts,
  prefix: string,
): Promise<BoxOf<'secrets-manager'>> {
  const { keptTextsBox } = await import('./kept-texts.ts');
  const { region, texts } = await aws();
  const how = { kmsKey: wish.kmsKey, tags: { ...wish.tags, 'keyturn:custody': 'true' } };
  return keptTextsBox({ texts, prefix, region, how });
}
