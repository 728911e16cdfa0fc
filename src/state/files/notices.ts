// What was said to whom, of all accounts: `notices/notices.json`. It is replaced as a whole, by whoever holds the
// claim beside it.

import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import { systemReason } from '../../base/files/file-system.ts';
import { readWholeFile, replaceWholeFile } from '../../base/files/whole-file.ts';
import type { NoticeChange, Notices } from '../state-store.ts';
import { ClaimFiles } from './claim-files.ts';
import { whileHolding } from './claims.ts';
import { examineNotices, prepareNotices, type StateRoot } from './folders.ts';
import type { ProcessTable } from './process-table.ts';

const CLAIM_NAME = 'notices.claim';
export const NOTICES = 'notices.json';

const content = z.object({
  format_version: z.literal(1),
  notices: z.record(z.string(), z.string()),
});

export interface FileNoticesOptions {
  readonly root: StateRoot;
  readonly clock: Clock;
  readonly run: string;
  readonly processes: ProcessTable;
}

export class FileNotices implements Notices {
  readonly #options: FileNoticesOptions;

  constructor(options: FileNoticesOptions) {
    this.#options = options;
  }

  async all(): Promise<ReadonlyMap<string, string>> {
    const { root } = this.#options;
    const folder = await examineNotices(root);
    return await this.#read(join(folder, NOTICES));
  }

  async swap(changes: readonly NoticeChange[]): Promise<readonly string[]> {
    if (changes.length === 0) return [];
    const { root, clock, run, processes } = this.#options;
    const { fs } = root;
    const { folder, claims: directory } = await prepareNotices(root);
    const path = join(folder, NOTICES);
    const claims = new ClaimFiles({ directory, fs, clock, run, processes });
    return await whileHolding(claims, clock, CLAIM_NAME, async () => {
      const notices = new Map(await this.#read(path));
      const done = changes.filter(({ name, was }) => notices.get(name) === was);
      for (const { name, is } of done) {
        if (is === undefined) notices.delete(name);
        else notices.set(name, is);
      }
      if (done.length > 0) await this.#write(path, notices);
      return done.map(({ name }) => name);
    });
  }

  async #read(path: string): Promise<ReadonlyMap<string, string>> {
    const { fs } = this.#options.root;
    let bytes: Buffer | undefined;
    try {
      bytes = await readWholeFile(fs, path);
    } catch (error) {
      throw failed(path, `cannot be read: ${systemReason(error)}`, error);
    }
    if (bytes === undefined) return new Map();
    try {
      return new Map(Object.entries(content.parse(JSON.parse(bytes.toString('utf8'))).notices));
    } catch (error) {
      throw failed(path, 'cannot be read: it is not what this version writes', error);
    }
  }

  async #write(path: string, notices: ReadonlyMap<string, string>): Promise<void> {
    const sorted = [...notices].toSorted(([a], [b]) => (a < b ? -1 : 1));
    const document = { format_version: 1, notices: Object.fromEntries(sorted) };
    try {
      await replaceWholeFile(this.#options.root.fs, path, `${JSON.stringify(document, null, 1)}\n`);
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      throw failed(path, `cannot be written: ${systemReason(error)}`, error);
    }
  }
}

function failed(path: string, what: string, cause: unknown): KeyturnError {
  return new KeyturnError('state-dir', `what was notified, ${path}, ${what}`, {
    cause,
    hint: 'repair the file, or remove it: everything that stands is then told once more',
  });
}
