// What tools for one profile do, to compare with: the calls of aws-rotate-key, as its source has them.
//
//   GetCallerIdentity; ListAccessKeys; GetAccessKeyLastUsed for each key; CreateAccessKey; the new pair takes
//   the place of the old one in the credentials file; UpdateAccessKey (Inactive)
//
//   node dist/bench/one-key-plain.js
//
// It signs with the pair that it finds in AWS_SHARED_CREDENTIALS_FILE, and asks nobody.

import { readFileSync, writeFileSync } from 'node:fs';
import {
  CreateAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { silenceSdkWarnings } from '../src/aws/quiet-sdk.ts';

silenceSdkWarnings();
const path = process.env.AWS_SHARED_CREDENTIALS_FILE ?? '';
const text = readFileSync(path, 'utf8');
const settingOf = (name: string) => new RegExp(`^${name} ?= ?(\\S+)`, 'm').exec(text)?.[1] ?? '';
const accessKeyId = settingOf('aws_access_key_id');
const secretAccessKey = settingOf('aws_secret_access_key');
const config = { credentials: { accessKeyId, secretAccessKey } };

await new STSClient(config).send(new GetCallerIdentityCommand());
const iam = new IAMClient(config);
const { AccessKeyMetadata: keys = [] } = await iam.send(new ListAccessKeysCommand());
for (const { AccessKeyId } of keys) {
  await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId }));
}
const { AccessKey: made } = await iam.send(new CreateAccessKeyCommand());
const edited = text
  .replace(accessKeyId, made?.AccessKeyId ?? '')
  .replace(secretAccessKey, made?.SecretAccessKey ?? '');
writeFileSync(path, edited, { mode: 0o600 });
await iam.send(new UpdateAccessKeyCommand({ AccessKeyId: accessKeyId, Status: 'Inactive' }));
process.exit();
