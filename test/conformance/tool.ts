// `rotate-iam-keys` as its users run it: a real process, here against a target.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListAccessKeysCommand, paginateListUsers } from '@aws-sdk/client-iam';
import { type RotationReport, rotationReportSchema } from '../../src/reports/rotation-report.ts';
import { run } from '../cli/process.ts';
import { type Credentials, iamOf } from './clients.ts';
import type { TargetAccount } from './target.ts';

export interface ToolRun {
  readonly code: number | null;
  readonly report: RotationReport;
  readonly stderr: string;
}

/** Runs the tool with these arguments and JSON output, and reads the document. */
export type Tool = (args: readonly string[], signedBy?: Credentials) => Promise<ToolRun>;

/** Hands over the tool with a state directory of its own, which outlives one run. */
export async function withTool(
  account: TargetAccount,
  use: (tool: Tool) => Promise<void>,
): Promise<void> {
  const stateDir = mkdtempSync(join(tmpdir(), 'keyturn-conformance-'));
  try {
    await use(async (args, signedBy = account.administrator.credentials) => {
      const { code, stdout, stderr } = await run(
        'rotate-iam-keys',
        // The literal sequence of the fleet document, whatever was used lately.
        ['--output-format', 'json', '--retire', 'now', '--state-dir', stateDir, ...args],
        {
          AWS_ENDPOINT_URL: account.endpoint,
          AWS_ACCESS_KEY_ID: signedBy.accessKeyId,
          AWS_SECRET_ACCESS_KEY: signedBy.secretAccessKey,
        },
      );
      return { code, report: rotationReportSchema.parse(JSON.parse(stdout)), stderr };
    });
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

export interface KeyState {
  readonly id: string;
  readonly status: string;
  readonly createDate: Date | undefined;
}

/** Every key of every user, as the target itself tells it. */
export async function keysByUser(account: TargetAccount): Promise<Record<string, KeyState[]>> {
  const iam = iamOf(account);
  const keys: Record<string, KeyState[]> = {};
  for await (const { Users = [] } of paginateListUsers({ client: iam }, {})) {
    for (const { UserName = '' } of Users) {
      const listed = await iam.send(new ListAccessKeysCommand({ UserName }));
      keys[UserName] = (listed.AccessKeyMetadata ?? [])
        .map(({ AccessKeyId = '', Status = '', CreateDate }) => ({
          id: AccessKeyId,
          status: Status,
          createDate: CreateDate,
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    }
  }
  return keys;
}

/** The status of a key, or `gone`. */
export function statusOf(keys: readonly KeyState[] | undefined, key: Credentials | undefined) {
  return keys?.find(({ id }) => id === key?.accessKeyId)?.status ?? 'gone';
}

/** The one result of a user in the report. */
export function rotationOf({ report }: ToolRun, user: string): RotationReport['rotated_keys'][0] {
  const found = report.rotated_keys.filter(({ username }) => username === user);
  assert.equal(found.length, 1, `results of ${user}`);
  return found[0] as RotationReport['rotated_keys'][0];
}
