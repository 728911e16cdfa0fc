// What the demo says happened, each checked against the sandbox's state and request log. A claim
// that does not hold throws a ScriptError, and the demo ends with it.

import type { LoggedRequest } from '../../src/sandbox/index.ts';
import type { PracticeKey, PracticeUser } from '../support/practice-aws.ts';
import { ScriptError } from '../support/script-error.ts';

/** A new secret as keyturn left it for whoever uses the key. */
export interface HandedOff {
  readonly userName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What AWS says to a call signed with a key: the ARN of its user, or an error code. */
export type WhoSigns = (key: { readonly id: string; readonly secret: string }) => Promise<string>;

/** I12: nothing but reads arrived, and they did arrive. */
export function claimOnlyReads(requests: readonly LoggedRequest[]): string {
  const other = requests.find(({ access }) => access !== 'read');
  if (other !== undefined) {
    throw new ScriptError(`the run was to read only, but it called ${other.operation}`);
  }
  if (requests.length === 0) throw new ScriptError('the run made no call at all');
  return `AWS counted ${requests.length} calls: ${requests.length} reads, 0 writes`;
}

export function claimUnchanged(
  before: readonly PracticeUser[],
  after: readonly PracticeUser[],
): string {
  const changed = before.find((user, index) => keysText(user) !== keysText(after[index]));
  if (changed !== undefined || before.length !== after.length) {
    throw new ScriptError(`the keys of ${changed?.name ?? 'some user'} are not as they were`);
  }
  return `all ${before.length} users have the keys that they had before`;
}

export interface Rotated {
  readonly userName: string;
  readonly arn: string;
  readonly oldKey: PracticeKey;
  readonly newKey: PracticeKey;
}

/** Every one of `users` has its old key, Inactive, and exactly one new key, Active. */
export function rotatedKeys(
  users: readonly PracticeUser[],
  after: readonly PracticeUser[],
): readonly Rotated[] {
  return users.map(({ name, arn, keys: [oldKey] }) => {
    const now = after.find((user) => user.name === name)?.keys ?? [];
    const old = now.find(({ id }) => id === oldKey?.id);
    const added = now.filter(({ id }) => id !== oldKey?.id);
    const [newKey] = added;
    if (oldKey === undefined || old === undefined || newKey === undefined || added.length > 1) {
      throw new ScriptError(
        `${name} was to have its old key and one new one; it has ${now.length}`,
      );
    }
    if (old.status !== 'Inactive' || newKey.status !== 'Active') {
      throw new ScriptError(
        `the old key of ${name} is ${old.status} and the new one ${newKey.status}`,
      );
    }
    return { userName: name, arn, oldKey, newKey };
  });
}

/** Every key was made by one call; nothing was made and thrown away. */
export function claimMadeOnce(
  rotated: readonly Rotated[],
  requests: readonly LoggedRequest[],
): string {
  const made = requests.filter(({ operation, done }) => operation === 'CreateAccessKey' && done);
  if (made.length !== rotated.length) {
    throw new ScriptError(`${made.length} keys were made for ${rotated.length} users`);
  }
  return `${rotated.length} users have one new key each; none was made twice`;
}

/** I3: every new secret is in a hand-off file, and AWS accepts it as its user's. */
export async function claimSecretsWork(
  rotated: readonly Rotated[],
  handedOff: readonly HandedOff[],
  whoSigns: WhoSigns,
): Promise<string> {
  for (const { userName, arn, newKey } of rotated) {
    const entry = handedOff.find(({ accessKeyId }) => accessKeyId === newKey.id);
    if (entry === undefined) throw new ScriptError(`the secret of ${newKey.id} was not handed off`);
    const answer = await whoSigns({ id: entry.accessKeyId, secret: entry.secretAccessKey });
    if (answer !== arn || entry.userName !== userName) {
      throw new ScriptError(`${newKey.id} was to sign as ${userName}, but AWS answers ${answer}`);
    }
  }
  return `${rotated.length} new secrets are in files, and AWS accepts every one as its user's`;
}

export async function claimOldKeysRefused(
  rotated: readonly Rotated[],
  whoSigns: WhoSigns,
): Promise<string> {
  for (const { userName, oldKey } of rotated) {
    const answer = await whoSigns(oldKey);
    if (answer !== 'InvalidClientTokenId') {
      throw new ScriptError(`the old key of ${userName} was to be refused; AWS answers ${answer}`);
    }
  }
  return `${rotated.length} old keys are Inactive, and AWS refuses every one`;
}

export function claimExitCode(expected: number, actual: number | null, meaning: string): string {
  if (actual !== expected) {
    throw new ScriptError(`the exit code was to be ${expected}, and is ${actual}`);
  }
  return `exit code ${expected}: ${meaning}`;
}

function keysText(user: PracticeUser | undefined): string {
  return (user?.keys ?? []).map(({ id, status }) => `${id} ${status}`).join(', ');
}
