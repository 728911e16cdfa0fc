// Makes the box that a wish names, and the others that may be needed for what is there already.

import type { AccessKeyId } from '../base/access-key-id.ts';
import type { AwsKeptTexts } from '../base/aws-custody.ts';
import type { AwsDataKeys } from '../base/aws-tables.ts';
import { KeyturnError } from '../base/errors.ts';
import type { Command } from '../base/hint.ts';
import type { Box, BoxOf } from './box.ts';
import type { BoxOpeners } from './boxes.ts';
import type { CustodyWish } from './wish.ts';

export interface BoxesParts {
  readonly wish: CustodyWish;
  /** What is sealed for one place is opened in no other. */
  readonly place: string;
  /** The KMS key of the place, unless another one is named; undefined where it has none. */
  readonly usualKey: string | undefined;
  readonly ways: WaysOn;
  readonly aws: () => Promise<BoxesAws>;
}

/** Commands about the place, which are printed with a failure. */
export interface WaysOn {
  /** Goes on with what waits there, unless the wish knows a better one. */
  readonly goesOnBy: string;
  /** Gives a secret up. */
  readonly forget: (keyId: AccessKeyId) => Command;
  /** Tells how it is with the place. */
  readonly check: Command;
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
    kms: () => openKms(parts, undefined),
    age: () => openAge(parts, []),
    'secrets-manager': () => openTexts(parts, 'keyturn'),
  };
  await lookAtIdentity(parts.wish);
  return { chosen: await chosenBox(parts), openers };
}

/** One that is missing or none is bad input: no user is to wait for it, and nobody at AWS is asked. */
async function lookAtIdentity({ identity, identitySaid }: CustodyWish): Promise<void> {
  if (identity === undefined || identitySaid?.isAtHand !== true) return;
  const text = await identity();
  const { assertIdentity } = await import('./age-box.ts');
  assertIdentity(text, identitySaid.by);
}

async function chosenBox(parts: BoxesParts): Promise<Box | undefined> {
  const { custody } = parts.wish;
  switch (custody?.kind) {
    case 'kms':
      return await openKms(parts, keyThatSeals(parts));
    case 'age':
      return await openAge(parts, custody.recipients);
    case 'secrets-manager':
      return await openTexts(parts, custody.prefix);
    default:
      return undefined;
  }
}

function keyThatSeals({ wish, usualKey }: BoxesParts): string {
  const keyId = wish.kmsKey ?? usualKey;
  if (keyId !== undefined) return keyId;
  throw new KeyturnError('bad-value', 'secrets are to be sealed by KMS, and no key is named', {
    hint: 'name it with --custody-kms-key, as an ID, an ARN or alias/NAME',
  });
}

async function openKms(
  { place, aws, ways }: BoxesParts,
  keyId: string | undefined,
): Promise<BoxOf<'kms'>> {
  const { kmsBox } = await import('./kms-box.ts');
  const { dataKeys } = await aws();
  return kmsBox({ dataKeys, keyId, place, ways });
}

async function openAge(
  { wish, place, ways }: BoxesParts,
  recipients: readonly string[],
): Promise<BoxOf<'age'>> {
  const { ageBox } = await import('./age-box.ts');
  return ageBox({
    ...{ recipients, place, identity: wish.identity, identityBy: wish.identitySaid?.by },
    goesOnBy: wish.goesOnBy ?? ways.goesOnBy,
  });
}

async function openTexts(
  { wish, aws, ways }: BoxesParts,
  prefix: string,
): Promise<BoxOf<'secrets-manager'>> {
  const { keptTextsBox } = await import('./kept-texts.ts');
  const { region, texts } = await aws();
  const how = { kmsKey: wish.kmsKey, tags: { ...wish.tags, 'keyturn:custody': 'true' } };
  return keptTextsBox({ texts, prefix, region, how, forget: ways.forget });
}
