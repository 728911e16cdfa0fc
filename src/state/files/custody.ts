// Custody as hand-off files: `handoff/<access key ID>.json`, mode 0600, one per new key, and the
// encrypted `<access key ID>.age` beside them. From put() to its last delivery the plain file is the
// only certain copy of a secret (I3). No error here ever carries content:
// not even the parser's, which would quote it (I8).

import { dirname, join } from 'node:path';
import { type AccessKeyId, accessKeyId, isAccessKeyId } from '../../base/access-key-id.ts';
import { assert, KeyturnError } from '../../base/errors.ts';
import { errnoOf, type FileSystem, systemReason } from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import { Secret } from '../../base/secret.ts';
import { Boxes } from '../../custody/boxes.ts';
import { inWords } from '../../custody/in-words.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { Custody, HeldKey, SealedCustody } from '../state-store.ts';
import {
  type HandoffFile,
  leftRef,
  leftText,
  parseHandoff,
  sealedOf,
  textOf,
} from './handoff-file.ts';
import type { FileJournal } from './journal.ts';

/** The name of the mark that a key is condemned, beside its hand-off file. */
export const CONDEMNED = '.condemned';

/** The name of what points to a text elsewhere that is to be deleted. */
export const LEFT = '.left';

export interface FileCustodyOptions {
  readonly fs: FileSystem;
  readonly directory: string;
  readonly account: string;
  /** Throws when this process works on the user and has lost the claim; nobody is asked when left out. */
  readonly look?: (user: string) => Promise<void>;
  /** What hides secrets, and opens those that are hidden. */
  readonly boxes?: Boxes;
}

export class FileCustody implements Custody {
  readonly #fs: FileSystem;
  readonly #directory: string;
  readonly #account: string;
  readonly #look: (user: string) => Promise<void>;
  readonly #boxes: Boxes;
  readonly #journal: Pick<FileJournal, 'owners'>;
  /** Entries of which this process knows that a power cut would leave them. */
  readonly #onDisk = new Set<AccessKeyId>();

  /** The journal tells whose keys they are: a file's name has only the key. */
  constructor(
    { fs, directory, account, look = async () => {}, boxes }: FileCustodyOptions,
    journal: Pick<FileJournal, 'owners'>,
  ) {
    this.#fs = fs;
    this.#directory = directory;
    this.#account = account;
    this.#look = look;
    this.#boxes = boxes ?? new Boxes(undefined);
    this.#journal = journal;
  }

  describe(keyId: AccessKeyId): string {
    return this.#pathOf(keyId, '.json');
  }

  get sealed(): SealedCustody {
    const pathOf = (keyId: AccessKeyId) => this.#pathOf(keyId, '.age');
    return {
      describe: pathOf,
      put: (keyId, sealed) => this.#write(pathOf(keyId), sealed),
      get: (keyId) => this.#read(pathOf(keyId)),
      list: () => this.#owned(this.sealedKeys()),
    };
  }

  #pathOf(keyId: AccessKeyId, extension: string): string {
    return join(this.#directory, `${accessKeyId(keyId)}${extension}`);
  }

  /** The keys whose secrets are kept. Throws `state-dir` when that cannot be read (I11). */
  heldKeys(): Promise<readonly AccessKeyId[]> {
    return this.#keysWith('.json');
  }

  /** The same of secrets in an encrypted form. */
  sealedKeys(): Promise<readonly AccessKeyId[]> {
    return this.#keysWith('.age');
  }

  async #keysWith(extension: '.json' | '.age' | typeof LEFT): Promise<readonly AccessKeyId[]> {
    try {
      const names = await this.#fs.list(this.#directory);
      return names.flatMap((name) => {
        const id = name.endsWith(extension) ? name.slice(0, -extension.length) : '';
        return isAccessKeyId(id) ? [id] : [];
      });
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw unreadable(this.#directory, systemReason(error));
    }
  }

  list(): Promise<readonly HeldKey[]> {
    return this.#owned(this.heldKeys());
  }

  async #owned(listed: Promise<readonly AccessKeyId[]>): Promise<readonly HeldKey[]> {
    const keyIds = await listed.catch(() => []);
    if (keyIds.length === 0) return [];
    const owners = await this.#journal.owners();
    return keyIds.toSorted().map((keyId) => ({ keyId, user: owners.get(keyId) }));
  }

  /** A file needs nothing that it does not have; that the disk takes one was proved when it was opened. */
  async prepare(user: string, rotation: string): Promise<void> {
    const about = { account: this.#account, user, rotation };
    await sealing(async () => this.#boxes.chosen?.prepare(about));
  }

  async put(entry: IssuedKey): Promise<void> {
    assert(entry.account === this.#account, 'a hand-off entry is of another account');
    const path = this.describe(entry.keyId);
    await this.#refuseCondemned(entry.keyId);
    const sealed = await sealing(async () => this.#boxes.chosen?.seal(entry, entry.secret));
    await this.#write(path, textOf(entry, sealed));
    if (sealed !== undefined) this.#boxes.learn(entry, sealed, entry.secret);
    this.#onDisk.add(entry.keyId);
    // After the secret, as condemn() looks for the secret after its own mark: one of the two sees the
    // other, and when both do, the secret is kept and this writer goes no further.
    await this.#refuseCondemned(entry.keyId);
  }

  async condemn(keyId: AccessKeyId, user: string): Promise<boolean> {
    await this.#look(user);
    const mark = this.#pathOf(keyId, CONDEMNED);
    await this.#write(mark, `${JSON.stringify({ format_version: 1, access_key_id: keyId })}\n`);
    try {
      if ((await this.#read(this.describe(keyId))) === undefined) {
        // I10: a text that is there already was put by one who died before it was known here.
        const found = await sealing(async () =>
          this.#boxes.chosen?.elsewhere?.find(this.#account, keyId),
        );
        if (found === undefined) return true;
        await this.#write(this.describe(keyId), textOf(found.key, found.sealed));
      }
    } catch (thrown) {
      await this.#fs.remove(mark).catch(() => undefined);
      throw thrown;
    }
    await this.#fs.remove(mark).catch(() => undefined);
    return false;
  }

  async #refuseCondemned(keyId: AccessKeyId): Promise<void> {
    const mark = this.#pathOf(keyId, CONDEMNED);
    let isCondemned: boolean;
    try {
      isCondemned = await this.#fs.has(mark);
    } catch (error) {
      throw unwritable(this.describe(keyId), error);
    }
    if (!isCondemned) return;
    throw new KeyturnError('key-condemned', `${mark} says that nobody has the secret of ${keyId}`, {
      hint: 'another run took this one for dead and is removing its key; run again',
    });
  }

  async #write(path: string, content: string | Buffer): Promise<void> {
    try {
      await replaceWholeFile(this.#fs, path, content);
    } catch (error) {
      throw unwritable(path, error);
    }
  }

  async #read(path: string): Promise<Buffer | undefined> {
    try {
      return await readWholeFile(this.#fs, path);
    } catch (error) {
      throw unreadable(path, systemReason(error));
    }
  }

  async holds(keyId: AccessKeyId): Promise<boolean> {
    return (await this.#fileOf(keyId)) !== undefined;
  }

  async get(keyId: AccessKeyId): Promise<IssuedKey | undefined> {
    const file = await this.#fileOf(keyId);
    if (file === undefined) return undefined;
    const { user_name: user, rotation } = file;
    const about = { account: this.#account, user, keyId, rotation };
    const createdAt = new Date(file.created_at);
    if (file.format_version === 1) {
      return { ...about, secret: new Secret(file.secret_access_key), createdAt };
    }
    const path = this.describe(keyId);
    const sealed = sealedOf(file);
    if (sealed === undefined) throw unreadable(path, 'it is not a hand-off file of this version');
    return {
      ...about,
      secret: await opening(path, () => this.#boxes.open(about, sealed)),
      createdAt,
    };
  }

  /** Throws `state-dir` for a file that is there but cannot be read or understood (I11). */
  async #fileOf(keyId: AccessKeyId): Promise<HandoffFile | undefined> {
    const path = this.describe(keyId);
    const content = await this.#read(path);
    if (content === undefined) return undefined;
    try {
      await this.#settle(keyId);
    } catch (error) {
      throw unreadable(path, systemReason(error));
    }
    const file = parseHandoff(content);
    if (file === undefined) throw unreadable(path, 'it is not a hand-off file of this version');
    if (file.access_key_id !== keyId || file.account_id !== this.#account) {
      throw unreadable(path, 'it is about another key or account');
    }
    return file;
  }

  /**
   * I3: the process that wrote the entry may have died before its name was on the disk. Whoever reads
   * it goes on to touch the old key, so it is made durable first. The content always is: the name is
   * given after fsync.
   */
  async #settle(keyId: AccessKeyId): Promise<void> {
    if (this.#onDisk.has(keyId)) return;
    await this.#fs.syncDirectory(this.#directory);
    this.#onDisk.add(keyId);
  }

  /** Throws `handoff-failed` when the file is there and stays. */
  async remove(keyId: AccessKeyId, user: string): Promise<void> {
    await this.#look(user);
    const path = this.describe(keyId);
    const ref = await this.#refIn(path);
    // Until the text that is elsewhere is deleted, something points to it.
    if (ref !== undefined) await this.#write(this.#pathOf(keyId, LEFT), leftText(keyId, ref));
    this.#onDisk.delete(keyId);
    this.#boxes.forget({ account: this.#account, keyId });
    try {
      await this.#fs.remove(path);
      await this.#fs.syncDirectory(dirname(path));
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') throw unremovable(path, error);
    }
    if (ref !== undefined) await sealing(() => this.#boxes.drop(ref));
  }

  /** Where the text is that is not in the file itself. What is no hand-off file points nowhere. */
  async #refIn(path: string): Promise<string | undefined> {
    try {
      const content = await readWholeFile(this.#fs, path);
      const file = content && parseHandoff(content);
      return file?.format_version === 2 ? file.sealed.ref : undefined;
    } catch (error) {
      throw unremovable(path, error);
    }
  }

  /**
   * Deletes once more the texts of removed secrets, when no request that was sent before can come any more;
   * what points to them goes then. Its failures are the next run's.
   */
  async sweepLeft(now: Date): Promise<void> {
    if (this.#boxes.chosen?.elsewhere === undefined) return;
    for (const keyId of await this.#keysWith(LEFT)) {
      const path = this.#pathOf(keyId, LEFT);
      const { modifiedAt } = await this.#fs.stat(path);
      const ref = leftRef(await this.#read(path));
      if (ref === undefined || now.getTime() - modifiedAt.getTime() < LANDS_MS_MAX) continue;
      await this.#boxes.drop(ref);
      await this.#fs.remove(path);
    }
  }
}

/** AWS takes a request for a quarter of an hour. */
const LANDS_MS_MAX = 16 * 60_000;

function unwritable(path: string, error: unknown): KeyturnError {
  const reason = error instanceof KeyturnError ? error.message : systemReason(error);
  return new KeyturnError('handoff-failed', `hand-off ${path} cannot be written: ${reason}`, {
    cause: error,
    hint: 'free space in the state directory, then run again',
  });
}

function unremovable(path: string, error: unknown): KeyturnError {
  const reason = error instanceof KeyturnError ? error.message : systemReason(error);
  return new KeyturnError('handoff-failed', `hand-off ${path} cannot be removed: ${reason}`, {
    cause: error,
    hint: 'the secret is delivered; delete this file by hand',
  });
}

/** What fails beside the disk, such as the key that seals, in the words of this room. */
async function sealing<T>(work: () => Promise<T>): Promise<T> {
  return await inWords('handoff-failed', 'a secret cannot be sealed', work);
}

async function opening<T>(path: string, work: () => Promise<T>): Promise<T> {
  return await inWords('state-dir', `the secret in ${path} cannot be read`, work);
}

function unreadable(path: string, reason: string): KeyturnError {
  return new KeyturnError('state-dir', `hand-off ${path} cannot be read: ${reason}`, {
    hint: 'restore the file from a backup, or repair its permissions (0600)',
  });
}
