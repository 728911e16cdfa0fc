// Checkpoints of audit trails: made, kept in a folder, and held against the trail again.

import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import {
  openCheckpoint,
  readSigningKey,
  readVerifyingKey,
  type SigningKey,
  signCheckpoint,
  type VerifyingKey,
  verifierOf,
} from '../../lifecycle/trail/note.ts';
import type { SeenTrail } from '../../lifecycle/trail/verify.ts';
import { type AuditAnchor, auditAnchorSchema } from '../../reports/audit-report.ts';
import type { SeenTrails } from './trails.ts';

const ENDING = '.checkpoint';
const ORIGIN = /^keyturn\/(\d{12})\/([\w-]+)$/;
/** Far more than a checkpoint has. */
const NOTE_BYTES_MAX = 100_000;

/** The note that is signed of where a trail stands. */
export function checkpointOf(anchor: AuditAnchor, by: SigningKey): string {
  const { account_id: account, trail, size, root } = anchor;
  return signCheckpoint({ origin: `keyturn/${account}/${trail}`, size, root }, by);
}

/** Throws `bad-value`; the text is in no message (I8). */
export function signingKeyIn(text: string, where: string): SigningKey {
  const key = readSigningKey(text.trim());
  if (key !== undefined) return key;
  throw new KeyturnError('bad-value', `${where} holds no signing key for checkpoints`, {
    hint: 'it is one line that begins with PRIVATE+KEY+, as keyturn audit keygen writes it',
  });
}

/** Throws `bad-value`. */
export function verifyingKeyIn(text: string, where: string): VerifyingKey {
  const key = readVerifyingKey(text.trim());
  if (key !== undefined) return key;
  throw new KeyturnError('bad-value', `${where} is no verifying key for checkpoints`, {
    hint: 'it is the line that keyturn audit keygen prints, such as NAME+0123abcd+AbCd…',
  });
}

/** The checkpoints in these files and folders, by account. Throws `checkpoint-invalid`, `output-file`. */
export async function seenInCheckpoints(
  paths: readonly string[],
  key: VerifyingKey,
): Promise<SeenTrails> {
  const seen = new Map<string, SeenTrail[]>();
  for (const path of paths) {
    for (const file of await notesIn(path)) {
      const { account, one } = seenIn(await readNote(file), file, key);
      seen.set(account, [...(seen.get(account) ?? []), one]);
    }
  }
  return seen;
}

function seenIn(note: string, path: string, key: VerifyingKey) {
  const opened = openCheckpoint(note, key);
  const found = ORIGIN.exec(opened?.checkpoint.origin ?? '');
  if (opened === undefined || found === null) {
    throw new KeyturnError('checkpoint-invalid', `${path} is no checkpoint of an audit trail`, {
      hint: 'name a file that keyturn audit checkpoint wrote',
    });
  }
  if (!opened.isSigned) {
    throw new KeyturnError('checkpoint-invalid', `${path} is not signed by the key ${key.name}`, {
      hint: 'either the key is another one, or the checkpoint is not what was signed',
    });
  }
  const [, account = '', trail] = found;
  const { size, root } = opened.checkpoint;
  return { account, one: { by: path, trail, size, root } };
}

/** What `--anchor` printed, one object a line. Throws `checkpoint-invalid`. */
export async function seenInAnchors(path: string): Promise<SeenTrails> {
  const seen = new Map<string, SeenTrail[]>();
  const lines = (await readNote(path)).split('\n').filter((line) => line.trim() !== '');
  for (const line of lines) {
    const anchor = anchorIn(line);
    if (anchor === undefined) {
      throw new KeyturnError('checkpoint-invalid', `${path} holds a line that is no anchor`, {
        hint: 'name a file with what keyturn audit checkpoint --anchor printed',
      });
    }
    const { account_id: account, trail, size, root, head } = anchor;
    seen.set(account, [...(seen.get(account) ?? []), { by: path, trail, size, root, head }]);
  }
  return seen;
}

function anchorIn(line: string): AuditAnchor | undefined {
  try {
    const parsed = auditAnchorSchema.safeParse(JSON.parse(line));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

async function notesIn(path: string): Promise<readonly string[]> {
  return await reading(path, async () => {
    if (!(await stat(path)).isDirectory()) return [path];
    const names = (await readdir(path)).filter((name) => name.endsWith(ENDING));
    return names.toSorted().map((name) => join(path, name));
  });
}

async function readNote(path: string): Promise<string> {
  return await reading(path, async () => {
    const { size } = await stat(path);
    if (size <= NOTE_BYTES_MAX) return await readFile(path, 'utf8');
    throw new KeyturnError('checkpoint-invalid', `${path} is too large for a checkpoint`);
  });
}

async function reading<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof KeyturnError) throw thrown;
    throw new KeyturnError(
      'checkpoint-invalid',
      `${path} cannot be read: ${systemReason(thrown)}`,
      {
        cause: thrown,
        hint: 'name a file or a folder of checkpoints that is there',
      },
    );
  }
}

/** Keeps the newest checkpoints of each account in a folder, as ACCOUNT-SIZE.checkpoint. */
export class CheckpointFolder {
  readonly #path: string;
  readonly #keep: number;

  constructor(path: string, keep: number) {
    this.#path = path;
    this.#keep = keep;
  }

  /** What earlier checkpoints saw, signed by this very key. Throws as seenInCheckpoints does. */
  async seen(by: SigningKey): Promise<SeenTrails> {
    await writing(this.#path, () => mkdir(this.#path, { recursive: true }).then(() => undefined));
    const key = readVerifyingKey(verifierOf(by));
    return key === undefined ? new Map() : await seenInCheckpoints([this.#path], key);
  }

  /** Resolves with the path. The oldest of the account go once there are more than are kept. */
  async add({ account_id: account, size }: AuditAnchor, note: string): Promise<string> {
    const path = join(this.#path, `${account}-${String(size).padStart(10, '0')}${ENDING}`);
    await writing(path, async () => {
      const file = await open(path, 'w', 0o644);
      try {
        await file.writeFile(note);
        await file.sync();
      } finally {
        await file.close();
      }
      const names = await readdir(this.#path);
      const own = names.filter((name) => name.startsWith(`${account}-`) && name.endsWith(ENDING));
      for (const name of own.toSorted().slice(0, -this.#keep)) await rm(join(this.#path, name));
    });
    return path;
  }
}

async function writing(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (thrown) {
    throw new KeyturnError('output-file', `${path} cannot be written: ${systemReason(thrown)}`, {
      cause: thrown,
      hint: 'name another folder, or repair its permissions',
    });
  }
}

/** A new signing key in a file that its owner alone can read. Throws `file-exists`, `output-file`. */
export async function writeSigningKey(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(`${text}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    const isThere = (thrown as NodeJS.ErrnoException).code === 'EEXIST';
    if (!isThere) {
      throw new KeyturnError('output-file', `${path} cannot be written: ${systemReason(thrown)}`, {
        hint: 'name another file with -o',
      });
    }
    throw new KeyturnError('file-exists', `${path} is there already`, {
      hint: 'name another file with -o: a signing key takes the place of nothing',
    });
  }
}
