// The one-by-one way, to compare with: the calls of the original script in its order.
//
//   GetAccountSummary; ListUsers in pages of 100; ListAccessKeys for one user after the other;
//   for each due key: ListAccessKeys, CreateAccessKey, a sleep of 10 s, UpdateAccessKey
//
//   node dist/bench/baseline.js SLEEP_MS KEYS_MAX
//
// It rotates at most KEYS_MAX keys, and prints what listing and rotating took.

import {
  CreateAccessKeyCommand,
  GetAccountSummaryCommand,
  IAMClient,
  ListAccessKeysCommand,
  paginateListUsers,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { silenceSdkWarnings } from '../src/aws/quiet-sdk.ts';
import { systemClock, wholeDaysBetween } from '../src/base/clock.ts';

const DUE_DAYS = 90;

export interface Spent {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface BaselineResult {
  /** From the start of the process until every key is known. */
  readonly listing: Spent;
  readonly rotating: Spent;
  readonly dueCount: number;
  readonly rotatedCount: number;
}

interface DueKey {
  readonly userName: string;
  readonly keyId: string;
}

async function dueKeys(client: IAMClient): Promise<readonly DueKey[]> {
  await client.send(new GetAccountSummaryCommand());
  const names: string[] = [];
  for await (const { Users } of paginateListUsers({ client, pageSize: 100 }, {})) {
    names.push(...(Users ?? []).map(({ UserName }) => UserName ?? ''));
  }
  const found: DueKey[] = [];
  for (const userName of names) {
    const answer = await client.send(new ListAccessKeysCommand({ UserName: userName }));
    for (const { AccessKeyId, CreateDate, Status } of answer.AccessKeyMetadata ?? []) {
      const ageDays = wholeDaysBetween(CreateDate ?? systemClock.now(), systemClock.now());
      if (Status !== 'Active' || ageDays < DUE_DAYS || AccessKeyId === undefined) continue;
      found.push({ userName, keyId: AccessKeyId });
    }
  }
  return found;
}

async function rotate(client: IAMClient, { userName, keyId }: DueKey, sleepMs: number) {
  await client.send(new ListAccessKeysCommand({ UserName: userName }));
  await client.send(new CreateAccessKeyCommand({ UserName: userName }));
  await systemClock.sleep(sleepMs);
  await client.send(
    new UpdateAccessKeyCommand({ UserName: userName, AccessKeyId: keyId, Status: 'Inactive' }),
  );
}

function spent(): Spent {
  const { user, system } = process.cpuUsage();
  return { seconds: process.uptime(), cpuSeconds: (user + system) / 1e6 };
}

const [sleepMs = 10_000, keysMax = Number.POSITIVE_INFINITY] = process.argv.slice(2).map(Number);
silenceSdkWarnings();
const client = new IAMClient({});
const due = await dueKeys(client);
const listing = spent();
const chosen = due.slice(0, keysMax);
for (const key of chosen) await rotate(client, key, sleepMs);
const end = spent();
const result: BaselineResult = {
  listing,
  rotating: {
    seconds: end.seconds - listing.seconds,
    cpuSeconds: end.cpuSeconds - listing.cpuSeconds,
  },
  dueCount: due.length,
  rotatedCount: chosen.length,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit();
