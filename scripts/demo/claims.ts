// What the demo says happened, each checked against the practice AWS: its state, its request log and the
// calls of its workloads. A claim that does not hold throws a ScriptError, and the demo ends with it.

import { wholeDaysBetween } from '../../src/base/clock.ts';
import type { LoggedRequest } from '../../src/sandbox/index.ts';
import type { PracticeKey, PracticeUser, PracticeWorkload } from '../support/practice-aws.ts';
import { ScriptError } from '../support/script-error.ts';
import type { KeyStory } from './chronicle.ts';

/** A pair that stands at a place. */
export interface Delivered {
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

export interface Replaced {
  readonly userName: string;
  readonly arn: string;
  /** As it is now. */
  readonly oldKey: PracticeKey;
  readonly newKey: PracticeKey;
}

/** Every one of `users` has its old key, and exactly one new key, Active. */
export function replacedKeys(
  users: readonly PracticeUser[],
  after: readonly PracticeUser[],
): readonly Replaced[] {
  return users.map(({ name, arn, keys: [oldKey] }) => {
    const now = after.find((user) => user.name === name)?.keys ?? [];
    const old = now.find(({ id }) => id === oldKey?.id);
    const added = now.filter(({ id }) => id !== oldKey?.id);
    const [newKey] = added;
    if (old === undefined || newKey === undefined || added.length > 1) {
      throw new ScriptError(
        `${name} was to have its old key and one new one; it has ${now.length}`,
      );
    }
    if (newKey.status !== 'Active') throw new ScriptError(`the new key of ${name} is not Active`);
    return { userName: name, arn, oldKey: old, newKey };
  });
}

/** Every key was made by one call; nothing was made and thrown away. */
export function claimMadeOnce(
  replaced: readonly Replaced[],
  requests: readonly LoggedRequest[],
): string {
  const made = requests.filter(({ operation, done }) => operation === 'CreateAccessKey' && done);
  if (made.length !== replaced.length) {
    throw new ScriptError(`${made.length} keys were made for ${replaced.length} users`);
  }
  return `${replaced.length} users have one new key each; none was made twice`;
}

/** I15: the old key of everybody who was at work is as it was. */
export function claimStillActive(replaced: readonly Replaced[]): string {
  const off = replaced.find(({ oldKey }) => oldKey.status !== 'Active');
  if (off !== undefined) throw new ScriptError(`the old key of ${off.userName} was in use`);
  return `${replaced.length} old keys are in use, and stay Active`;
}

export function claimInactive({ userName, oldKey }: Replaced): string {
  if (oldKey.status !== 'Inactive') {
    throw new ScriptError(`the old key of ${userName} was to be Inactive`);
  }
  return `the old key of ${userName}, which nobody uses, is Inactive`;
}

/** I3: what stands at every place is the new pair of its user, and AWS accepts it. */
export async function claimPlacesWork(
  replaced: readonly Replaced[],
  delivered: readonly Delivered[],
  whoSigns: WhoSigns,
): Promise<string> {
  for (const { userName, arn, newKey } of replaced) {
    const pair = delivered.find((each) => each.userName === userName);
    if (pair?.accessKeyId !== newKey.id) {
      throw new ScriptError(`the place of ${userName} was to hold ${newKey.id}`);
    }
    const answer = await whoSigns({ id: pair.accessKeyId, secret: pair.secretAccessKey });
    if (answer !== arn) {
      throw new ScriptError(`${newKey.id} was to sign as ${userName}, but AWS answers ${answer}`);
    }
  }
  return `${replaced.length} secrets hold the new keys, and AWS accepts every one as its user's`;
}

/** The place that could not be written is as it was, and its key is untouched. */
export function claimPlaceUntouched(
  { userName, oldKey }: Replaced,
  delivered: readonly Delivered[],
): string {
  const pair = delivered.find((each) => each.userName === userName);
  if (pair?.accessKeyId !== oldKey.id || oldKey.status !== 'Active') {
    throw new ScriptError(`${userName} was to keep its old key, at its place and Active`);
  }
  return `${userName} works on with its old key; its new one waits in a file of this machine`;
}

/** Nothing was written but about one user, and no key was made. */
export function claimOnlyRetried(requests: readonly LoggedRequest[], place: string): string {
  const writes = requests.filter(({ access }) => access === 'write');
  const other = writes.find(({ params }) => params.SecretId !== place);
  if (other !== undefined) {
    throw new ScriptError(`only ${place} was to be written, but ${other.operation} was called`);
  }
  if (writes.length === 0) throw new ScriptError(`${place} was not written`);
  return `AWS was asked for ${writes.length} changes, all of them in ${place}; no key was made anew`;
}

/** I15: whatever a workload called, it was never turned away. */
export function claimNeverRefused(workloads: readonly PracticeWorkload[]): string {
  const refused = workloads.find(({ refusedCount }) => refusedCount > 0);
  if (refused !== undefined) {
    throw new ScriptError(`${refused.name} was refused ${refused.refusedCount} times`);
  }
  const calls = workloads.reduce((sum, { callCount }) => sum + callCount, 0);
  if (calls === 0) throw new ScriptError('the workloads made no call at all');
  return `${workloads.length} programs made ${calls.toLocaleString('en-US')} calls; AWS refused none`;
}

/** What holds the leaked key is refused from now on. */
export function claimCutOff(before: PracticeWorkload, after: PracticeWorkload): string {
  const calls = after.callCount - before.callCount;
  const refused = after.refusedCount - before.refusedCount;
  if (calls === 0 || refused !== calls) {
    throw new ScriptError(`${after.name} made ${calls} calls, of which ${refused} were refused`);
  }
  return `whoever stole the key called ${calls} times since, and was refused ${refused} times`;
}

/** Everything that was made Inactive is deleted, and never before the hold was over. */
export function claimHeld(stories: readonly KeyStory[], holdDays: number): string {
  for (const { user, inactiveAt, deletedAt } of stories) {
    if (inactiveAt === undefined || deletedAt === undefined) {
      throw new ScriptError(`the old key of ${user} was to be deleted by now`);
    }
    if (wholeDaysBetween(inactiveAt, deletedAt) < holdDays) {
      throw new ScriptError(`the old key of ${user} was deleted before its hold was over`);
    }
  }
  return `${stories.length} old keys were Inactive for ${holdDays} days at least, and then deleted`;
}

/** Nobody's key was made Inactive while it had been used within the quiet days. */
export function claimQuiet(
  stories: readonly KeyStory[],
  lastUsed: ReadonlyMap<string, Date>,
  quietDays: number,
): string {
  for (const { user, keyId, inactiveAt } of stories) {
    const usedAt = lastUsed.get(keyId);
    if (inactiveAt === undefined) throw new ScriptError(`the old key of ${user} is still Active`);
    if (usedAt !== undefined && wholeDaysBetween(usedAt, inactiveAt) < quietDays) {
      throw new ScriptError(`the old key of ${user} was used within ${quietDays} days`);
    }
  }
  return `each of ${stories.length} keys had been unused for ${quietDays} days when it was made Inactive`;
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
