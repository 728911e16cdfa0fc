// The SMTP passwords of Amazon SES that follow from a secret access key, one for each region: whoever sends
// mail with one is a reader of that key (https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html).

import { createHmac } from 'node:crypto';

/** Every region name that is known; a text may name others. */
const REGIONS = [
  'us-east-1 us-east-2 us-west-1 us-west-2 us-gov-east-1 us-gov-west-1 ca-central-1 ca-west-1',
  'mx-central-1 sa-east-1 eu-central-1 eu-central-2 eu-north-1 eu-south-1 eu-south-2 eu-west-1',
  'eu-west-2 eu-west-3 eusc-de-east-1 af-south-1 il-central-1 me-central-1 me-south-1 ap-east-1',
  'ap-east-2 ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-south-2 ap-southeast-1',
  'ap-southeast-2 ap-southeast-3 ap-southeast-4 ap-southeast-5 ap-southeast-6 ap-southeast-7',
  'cn-north-1 cn-northwest-1',
].flatMap((line) => line.split(' '));

const REGION_NAME = /\b[a-z]{2,5}(?:-[a-z]+){1,3}-\d{1,2}\b/g;

/** Of all regions that are known, and of those that the text names. */
export function sesPasswords(secret: string, text: string): string[] {
  const regions = new Set([...REGIONS, ...(text.match(REGION_NAME) ?? [])]);
  return [...[...regions].map((region) => sesPassword(secret, region)), oldSesPassword(secret)];
}

const VERSION = 0x04;

export function sesPassword(secret: string, region: string): string {
  const steps = ['11111111', region, 'ses', 'aws4_request', 'SendRawEmail'];
  const signature = steps.reduce<Buffer>(
    (key, text) => createHmac('sha256', key).update(text).digest(),
    Buffer.from(`AWS4${secret}`),
  );
  return Buffer.concat([Buffer.from([VERSION]), signature]).toString('base64');
}

const OLD_VERSION = 0x02;

/** The form from before regions, which AWS replaced and some still use. */
function oldSesPassword(secret: string): string {
  const signature = createHmac('sha256', secret).update('SendRawEmail').digest();
  return Buffer.concat([Buffer.from([OLD_VERSION]), signature]).toString('base64');
}
