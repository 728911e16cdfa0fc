// Exclusive claims as files in one directory: whoever makes the file holds the claim.
//
// Making: the content is written to a temporary file and given the claim's name by link(), which
// fails when the name is taken. So a claim is never seen half-written.
//
// Taking over from an owner that is gone. Simply removing its file would be wrong: A and B both
// judge it, A removes it and claims anew, and then B removes the claim of A. Therefore only the
// holder of the claim `break-<nonce>` may remove the claim with that nonce, after reading it once
// more. A nonce is used again by its own process alone, long before it expires, so a late B finds another
// nonce and removes nothing. A breaker that died is broken the same way, to a bounded depth.
//
// An owner removes its own claim freely while it has not expired, because then nobody else may. Once it
// has expired, or lies in a time to come, the owner too must hold `break-<nonce>` before it touches the
// file.

import { join } from 'node:path';
import { type Clock, machineClock } from '../../base/clock.ts';
import { KeyturnError } from '../../base/errors.ts';
import {
  errnoOf,
  type FileSystem,
  type OpenFile,
  systemReason,
} from '../../base/files/file-system.ts';
import {
  readWholeFile,
  removeQuietly,
  temporaryPathBeside,
  writeFully,
} from '../../base/files/whole-file.ts';
import { newHex } from '../../base/new-id.ts';
import {
  CLAIM_EXPIRY_MS,
  type ClaimOwner,
  encodeOwner,
  expiryAfter,
  fateOf,
  isExpired,
  isRenewalDue,
  type MadeClaim,
  newOwner,
  parseOwner,
} from './claim-owner.ts';
import { ClaimsAhead } from './claims-ahead.ts';
import type { ProcessIdentity, ProcessTable } from './process-table.ts';

const BREAK_PREFIX = 'break-';
/** Each round lost means that another process made or removed the claim in that moment. */
const ROUNDS_MAX = 32;
const BREAK_DEPTH_MAX = 16; // Each level needs one more process to die within milliseconds.
/** What link() answers on file systems that have no hard links. */
const LINK_UNSUPPORTED = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

export interface ClaimFilesOptions {
  readonly directory: string;
  readonly fs: FileSystem;
  readonly clock: Clock;
  readonly processes: ProcessTable;
  readonly run: string;
  /** Where a claim is written before it takes its name; `tmp-…` in the same directory by default. */
  readonly temporaryPath?: () => string;
  /** How the names of breakers begin; `break-` by default. */
  readonly breakPrefix?: string;
}

export type Acquisition =
  | { readonly held: HeldClaim }
  | ({ readonly held: undefined } & ClaimHolder);

export interface ClaimHolder {
  /** Undefined when the file names no owner that can be read. */
  readonly owner: ClaimOwner | undefined;
}

export interface HeldClaim {
  /**
   * Renews the claim when it is due. Resolves with false when it expired and another process took
   * it over, which only a process on another machine does.
   */
  keep(): Promise<boolean>;
  /** Until when it is respected by all, as renewed last. */
  untilMs(): number;
  release(): Promise<void>;
}

/** What is known of a claim file. `nonce` names this very claim, also when it cannot be read. */
interface SeenClaim {
  readonly nonce: string;
  readonly owner: ClaimOwner | undefined;
  readonly modifiedAt: Date;
}

export class ClaimFiles {
  readonly #options: ClaimFilesOptions;
  readonly #ahead: ClaimsAhead;
  #self: Promise<ProcessIdentity> | undefined;

  constructor(options: ClaimFilesOptions) {
    // A claim is about processes of real machines: in a sandbox's time, all of them would be long gone.
    const clock = machineClock(options.clock);
    this.#options = { ...options, clock };
    const pathOf = (nonce: string) => this.pathOf(`${this.#metPrefix}${nonce}`);
    this.#ahead = new ClaimsAhead({ fs: options.fs, clock, pathOf });
  }

  pathOf(name: string): string {
    return join(this.#options.directory, name);
  }

  /** Never waits. Throws `state-dir` when the directory cannot be read or written. */
  async acquire(name: string): Promise<Acquisition> {
    return await this.#coded(name, () => this.#acquire(name, 0));
  }

  /** The file of a claim that is taken many times, for moments; without its name yet. Throws `state-dir`. */
  async make(name: string): Promise<MadeClaim> {
    return await this.#coded(name, async () => {
      const { file, ...made } = await this.#make(name);
      await file.close();
      return made;
    });
  }

  /** As acquire(), in one system call where nobody has the claim. One at a time for each file that was made. */
  async acquireMade(name: string, { temporary, owner }: MadeClaim): Promise<Acquisition> {
    const link = () => this.#options.fs.link(temporary, this.pathOf(name));
    const isLinked = await link().then(
      () => true,
      () => this.#holds(name, owner.nonce).catch(() => false),
    );
    return isLinked ? { held: this.#held(name, owner, NO_FILE) } : await this.acquire(name);
  }

  async unmake({ temporary }: MadeClaim): Promise<void> {
    await removeQuietly(this.#options.fs, temporary);
  }

  /** Whether a living process holds the claim now. Throws `state-dir`. */
  async isHeld(name: string): Promise<boolean> {
    return await this.#coded(name, async () => {
      const seen = await this.#see(name);
      return seen !== undefined && !(await this.#isStale(seen));
    });
  }

  /**
   * Who would keep acquire() from the claim now, by reads alone; undefined when nobody would. Whoever takes
   * over from an owner that is gone keeps others from it too. Throws `state-dir`.
   */
  async holderOf(name: string): Promise<ClaimHolder | undefined> {
    return await this.#coded(name, () => this.#holderOf(name, 0));
  }

  async #holderOf(name: string, depth: number): Promise<ClaimHolder | undefined> {
    const seen = await this.#see(name);
    if (seen === undefined) return undefined;
    if (!(await this.#isStale(seen))) return { owner: seen.owner };
    if (depth >= BREAK_DEPTH_MAX) return { owner: undefined };
    return await this.#holderOf(`${this.#breakPrefix}${seen.nonce}`, depth + 1);
  }

  /** The names of all claims, held or left behind. Throws `state-dir`. */
  async names(): Promise<readonly string[]> {
    const { directory, fs } = this.#options;
    const names = await this.#coded('', () => fs.list(directory));
    return names.filter((name) => name.endsWith('.claim'));
  }

  /** Takes over, and removes, what breakers left that died before they were done. */
  async sweepBreakers(): Promise<void> {
    const { directory, fs } = this.#options;
    for (const name of await fs.list(directory).catch(() => [])) {
      if (name.startsWith(this.#metPrefix)) {
        const path = this.pathOf(name);
        if (await this.#ahead.isOver(path)) await removeQuietly(fs, path);
      } else if (name.startsWith(this.#breakPrefix)) {
        await (await this.acquire(name)).held?.release();
      }
    }
  }

  async #coded<T>(name: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof KeyturnError) throw error;
      throw new KeyturnError(
        'state-dir',
        `claim ${this.pathOf(name)} cannot be read or written: ${systemReason(error)}`,
        { cause: error, hint: 'free space in the state directory, or repair its permissions' },
      );
    }
  }

  async #acquire(name: string, depth: number): Promise<Acquisition> {
    let seen: SeenClaim | undefined;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      seen = await this.#see(name);
      if (seen === undefined) {
        const held = await this.#create(name);
        if (held !== undefined) return { held };
      } else if (!(await this.#isStale(seen))) {
        if (seen.owner !== undefined) await this.#ahead.note(seen.owner);
        return { held: undefined, owner: seen.owner };
      } else {
        const broken = await this.#break(name, seen.nonce, depth);
        // Somebody else is taking it over right now, so that process is the one to name.
        if (!broken.done) return { held: undefined, owner: broken.owner };
      }
    }
    return { held: undefined, owner: seen?.owner };
  }

  /** Removes the claim with this nonce if it is still there and still stale (I9). */
  async #break(
    name: string,
    nonce: string,
    depth: number,
  ): Promise<{ done: true } | { done: false; owner: ClaimOwner | undefined }> {
    if (depth >= BREAK_DEPTH_MAX) return { done: false, owner: undefined };
    const breaker = await this.#acquire(`${this.#breakPrefix}${nonce}`, depth + 1);
    if (breaker.held === undefined) return { done: false, owner: breaker.owner };
    try {
      const seen = await this.#see(name);
      if (seen?.nonce === nonce && (await this.#isStale(seen))) {
        await this.#options.fs.remove(this.pathOf(name));
        await this.#ahead.forget(nonce);
      }
      return { done: true };
    } finally {
      await breaker.held.release();
    }
  }

  async #see(name: string): Promise<SeenClaim | undefined> {
    const { fs } = this.#options;
    const path = this.pathOf(name);
    const content = (await fs.has(path)) ? await readWholeFile(fs, path) : undefined;
    if (content === undefined) return undefined;
    const owner = parseOwner(content.toString('utf8'));
    if (owner !== undefined) return { nonce: owner.nonce, owner, modifiedAt: EPOCH };
    try {
      const { inode, modifiedAt } = await fs.stat(path);
      const nonce = `unreadable-${inode}-${modifiedAt.getTime()}`;
      return { nonce, owner: undefined, modifiedAt };
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async #isStale(seen: SeenClaim): Promise<boolean> {
    const now = this.#options.clock.now();
    if (seen.owner === undefined) {
      // Its maker may be between creating and writing, or may be a newer version.
      return now.getTime() - seen.modifiedAt.getTime() >= CLAIM_EXPIRY_MS;
    }
    const fate = await fateOf(seen.owner, await this.#identity(), this.#options.processes);
    if (fate !== 'unknown') return fate === 'gone';
    return isExpired(seen.owner, now) || (await this.#ahead.isSilent(seen.owner));
  }

  /** Undefined when another process was faster. */
  async #create(name: string): Promise<HeldClaim | undefined> {
    const { fs } = this.#options;
    const path = this.pathOf(name);
    const { temporary, owner, file } = await this.#make(name);
    try {
      await fs.link(temporary, path);
      return this.#held(name, owner, file);
    } catch (error) {
      // A link that was made can be reported as failed, over a network for example.
      if (await this.#holds(name, owner.nonce).catch(() => false)) {
        return this.#held(name, owner, file);
      }
      await file.close();
      const code = errnoOf(error) ?? '';
      // ENOENT: who holds the claim has swept the temporary file away, as one of a dead process.
      if (code === 'EEXIST' || code === 'ENOENT') return undefined;
      if (LINK_UNSUPPORTED.includes(code)) return await this.#createInPlace(name, owner);
      throw error;
    } finally {
      await removeQuietly(fs, temporary);
    }
  }

  async #make(name: string): Promise<MadeClaim & { readonly file: OpenFile }> {
    const { clock, fs, run } = this.#options;
    const path = this.pathOf(name);
    const nonce = newHex();
    const owner = newOwner(await this.#identity(), { nonce, run, now: clock.now() });
    const temporary = this.#options.temporaryPath?.() ?? temporaryPathBeside(path);
    const file = await fs.open(temporary, 'create');
    try {
      await writeFully(file, encodeOwner(owner), path);
      // Else a power cut could leave a claim that names nobody, and the user waits for its expiry.
      await file.sync();
      return { temporary, owner, file };
    } catch (error) {
      await file.close();
      await removeQuietly(fs, temporary);
      throw error;
    }
  }

  /** Without hard links: others may see the file before its content, and respect it. */
  async #createInPlace(name: string, owner: ClaimOwner): Promise<HeldClaim | undefined> {
    const { fs } = this.#options;
    const path = this.pathOf(name);
    let file: OpenFile;
    try {
      file = await fs.open(path, 'create');
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return undefined;
      throw error;
    }
    try {
      await writeFully(file, encodeOwner(owner), path);
      await file.sync();
    } catch (error) {
      await file.close();
      await removeQuietly(fs, path);
      throw error;
    }
    return this.#held(name, owner, file);
  }

  #held(name: string, made: ClaimOwner, file: Pick<OpenFile, 'write' | 'close'>): HeldClaim {
    const { clock, fs } = this.#options;
    let owner = made;
    // A clock that was set back leaves a claim of a time to come, which others take over in the end.
    const isDoubtful = () => isExpired(owner, clock.now()) || this.#ahead.isAhead(owner);
    const renew = async (): Promise<void> => {
      const renewed = { ...owner, expires_at: expiryAfter(clock.now()) };
      // In place, through the descriptor: if the claim was taken over, this changes a file that
      // has no name any more. The length is the same, so no mixture of old and new is possible.
      await file.write(encodeOwner(renewed), 0);
      owner = renewed;
    };
    return {
      untilMs: () => new Date(owner.expires_at).getTime(),
      keep: async () => {
        if (isDoubtful()) {
          return await this.#coded(name, () => this.#secure(name, owner.nonce, renew));
        }
        if (!isRenewalDue(owner, clock.now())) return true;
        // A failed renewal costs nothing yet; the next step tries again.
        await renew().catch(() => undefined);
        return true;
      },
      release: async () => {
        try {
          const removeOwn = () => fs.remove(this.pathOf(name));
          if (isDoubtful()) await this.#secure(name, owner.nonce, removeOwn);
          else await removeOwn();
        } catch {
          // The claim is stale once this process ends, so the next one takes it over.
        } finally {
          await file.close().catch(() => undefined);
        }
      },
    };
  }

  /** Acts on an own claim that expired, if nobody took it over. */
  async #secure(name: string, nonce: string, act: () => Promise<void>): Promise<boolean> {
    const breaker = await this.#acquire(`${this.#breakPrefix}${nonce}`, 1);
    if (breaker.held === undefined) return false;
    try {
      if (!(await this.#holds(name, nonce))) return false;
      await act();
      return true;
    } finally {
      await breaker.held.release();
    }
  }

  async #holds(name: string, nonce: string): Promise<boolean> {
    return (await this.#see(name))?.nonce === nonce;
  }

  get #breakPrefix(): string {
    return this.#options.breakPrefix ?? BREAK_PREFIX;
  }

  /** Of notes about claims that were met: see claims-ahead.ts. */
  get #metPrefix(): string {
    return `${this.#breakPrefix}met-`;
  }

  #identity(): Promise<ProcessIdentity> {
    this.#self ??= this.#options.processes.self();
    return this.#self;
  }
}

/** Of a claim that is held for a moment, and never renewed. */
const NO_FILE: Pick<OpenFile, 'write' | 'close'> = { write: async () => 0, close: async () => {} };

const EPOCH = new Date(0);
