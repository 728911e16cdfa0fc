// How AWS KMS has its keys named.

/** IDs are UUIDs, and of keys of several regions longer ones: https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html */
const ID = '(?:[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}|mrk-[\\da-f]{32})';
const ALIAS = 'alias\\/[\\w/-]{1,250}';
const NAME = new RegExp(
  `^(?:arn:aws[\\w-]*:kms:[a-z\\d-]+:\\d{12}:(?:key\\/${ID}|${ALIAS})|${ALIAS}|${ID})$`,
  'i',
);

/** Whether it is an ID, an ARN or `alias/NAME`. Of a bare name AWS would say no more than that it is invalid. */
export function isKmsKeyName(text: string): boolean {
  return NAME.test(text);
}

export const KMS_KEY_TAKES = 'the ID, ARN or alias/NAME of a KMS key';
