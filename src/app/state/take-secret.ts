// Takes the secret of a key out of custody, into a file of its own: state that is no directory has no file
// that a person could hand on.

import { dirname } from 'node:path';
import type { AccessKeyId } from '../../base/access-key-id.ts';
import { KeyturnError, toKeyturnError } from '../../base/errors.ts';
import { errnoOf, systemReason } from '../../base/files/file-system.ts';
import { nodeFileSystem } from '../../base/files/node-file-system.ts';
import { removeQuietly, writeFully } from '../../base/files/whole-file.ts';
import { command } from '../../base/hint.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import { hasNewKey, type Rotation } from '../../lifecycle/rotation.ts';
import type { Custody, StateStore } from '../../state/state-store.ts';

export interface TakeSecret {
  readonly keyId: AccessKeyId;
  /** Absolute path of a file that does not exist. */
  readonly path: string;
  /** Whether it leaves custody then. */
  readonly removes: boolean;
}

/** Resolves with whose key it is. Throws `secret-missing`, `bad-value`, and what the store throws. */
export async function takeSecret(
  { keyId, path, removes }: TakeSecret,
  store: StateStore,
): Promise<Pick<IssuedKey, 'account' | 'user'>> {
  for (const account of await store.accounts()) {
    const { custody } = await store.open(account, removes ? 'write' : 'read');
    const entry = await custody.get(keyId);
    if (entry === undefined) continue;
    await writeSecret(entry, path);
    // I3: once the file is durable, and not before.
    if (removes) await custody.remove(keyId, entry.user);
    return entry;
  }
  throw notThere(keyId, store.where);
}

export interface ForgetSecret {
  readonly keyId: AccessKeyId;
  /** The operator's word that the key is not wanted, although its secret can be opened. */
  readonly althoughItOpens: boolean;
}

/**
 * Removes it for good. Resolves with whether its rotation is open, so that the next run deletes the key. Throws
 * `secret-missing`, `needs-operator` where the secret can be opened, `rotation-in-progress`, and what the store throws.
 */
export async function forgetSecret(
  { keyId, althoughItOpens }: ForgetSecret,
  store: StateStore,
): Promise<{ readonly isOpen: boolean }> {
  for (const account of await store.accounts()) {
    const state = await store.open(account, 'write');
    const { custody } = state;
    if (!(await custody.holds(keyId))) continue;
    if (!althoughItOpens) await assertClosed(keyId, custody, store.where);
    const { user = '' } = (await custody.list()).find((each) => each.keyId === keyId) ?? {};
    const remove = () => custody.remove(keyId, user);
    // A run that works on the user may be about to need it.
    await (user === '' ? remove() : state.exclusively(user, remove));
    const open = await state.openUsers();
    return { isOpen: open.some(({ history }) => isAbout(history.open, keyId)) };
  }
  throw notThere(keyId, store.where);
}

/** I3: a secret that opens is somebody's only way to a working key, so it is not given up by a slip. */
async function assertClosed(keyId: AccessKeyId, custody: Custody, where: string): Promise<void> {
  const secretCommand = (...words: readonly string[]) =>
    command('keyturn', 'state', 'secret', keyId, ...words, '--state', where);
  const nonetheless = secretCommand('--forget', '--although-it-opens');
  const entry = await custody.get(keyId).catch((thrown: unknown) => {
    const error = toKeyturnError(thrown);
    if (error.isStop) throw error;
    // Others may be able to open it, or this caller a little later.
    if (!UNANSWERED.has(error.code)) return undefined;
    const { code, message, hintParts } = error;
    throw new KeyturnError(code, `whether ${keyId} is lost is not known: ${message}`, {
      cause: error,
      hint: [...hintParts, 'if you know that nobody can open its secret:', nonetheless],
    });
  });
  if (entry === undefined) return;
  throw new KeyturnError(
    'needs-operator',
    `the secret of ${keyId} can be opened, so it is not given up`,
    {
      hint: [
        'take it out for whoever uses the key:',
        secretCommand('--to', 'new-key.json'),
        'or, where nobody wants the key:',
        nonetheless,
      ],
    },
  );
}

const UNANSWERED: ReadonlySet<string> = new Set([
  'access-denied',
  'aws-error',
  'endpoint-unreachable',
]);

function isAbout(rotation: Rotation | undefined, keyId: AccessKeyId): boolean {
  return rotation !== undefined && hasNewKey(rotation) && rotation.newKeyId === keyId;
}

function notThere(keyId: AccessKeyId, where: string): KeyturnError {
  return new KeyturnError('secret-missing', `the secret of ${keyId} is not in custody`, {
    hint: ['what is there is listed by:', command('keyturn', 'status', '--state', where)],
  });
}

/** As a hand-off file: what reads those reads this one. */
async function writeSecret(entry: IssuedKey, path: string): Promise<void> {
  const content = {
    format_version: 1,
    account_id: entry.account,
    user_name: entry.user,
    access_key_id: entry.keyId,
    secret_access_key: entry.secret.reveal(),
    rotation: entry.rotation,
    created_at: entry.createdAt.toISOString(),
  };
  try {
    const file = await nodeFileSystem.open(path, 'create');
    try {
      await writeFully(file, Buffer.from(`${JSON.stringify(content, null, 2)}\n`), path);
      await file.sync();
    } catch (thrown) {
      await removeQuietly(nodeFileSystem, path);
      throw thrown;
    } finally {
      await file.close();
    }
    await nodeFileSystem.syncDirectory(dirname(path));
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    const isThere = errnoOf(thrown) === 'EEXIST';
    const why = isThere ? 'it exists already' : systemReason(thrown);
    throw new KeyturnError('bad-value', `${path} cannot be made: ${why}`, {
      hint: 'name a file that does not exist, in a folder that you can write',
    });
  }
}
