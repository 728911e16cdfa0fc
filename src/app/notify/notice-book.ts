// What was said, as it is kept: one entry for each channel and matter. Before a message leaves, what it says is
// claimed, so that of two runs one says it; afterwards it is put down as said. A death between the two has it said
// once more, under the same name, and never not at all.

import { z } from 'zod';
import type { NoticeChange, Notices } from '../../state/state-store.ts';
import type { Said } from './judge-matter.ts';

const text = z.string();

const saidSchema = z.object({
  kind: text,
  account: text.nullable(),
  user: text.nullable(),
  keyId: text.nullable(),
  stage: text,
  text,
  to: text.nullable(),
  status: z.enum(['sending', 'said']),
  at: text,
  firstAt: text,
  times: z.number(),
  message: text,
  /** Who wrote the entry: no two runs write the same. */
  run: text,
});

type Kept = z.infer<typeof saidSchema>;

const deedSchema = z.object({
  account: text.nullable(),
  user: text.nullable(),
  keyId: text.nullable(),
  text,
  noOwner: text.nullable(),
});

const unsentSchema = z.object({
  deeds: z.array(deedSchema),
  to: text.nullable(),
  message: text,
  at: text,
  run: text,
});

/** What was done, on its way to a receiver: no later run would meet it again. */
export type Unsent = Omit<z.infer<typeof unsentSchema>, 'run'>;

const UNSENT = 'done-';

export interface Entry {
  readonly channel: string;
  readonly matter: string;
  readonly said: Said;
}

export class NoticeBook {
  readonly #notices: Notices;
  readonly #run: string;
  #texts = new Map<string, string>();
  readonly #entries = new Map<string, Entry>();
  readonly #unsent = new Map<string, Unsent>();

  constructor(notices: Notices, run: string) {
    this.#notices = notices;
    this.#run = run;
  }

  /** Throws `state-dir`. An entry that this version does not understand is as none. */
  async read(): Promise<void> {
    this.#texts = new Map(await this.#notices.all());
    for (const [name, kept] of this.#texts) {
      const [channel = '', matter = ''] = name.split(' ');
      const unsent = matter.startsWith(UNSENT) ? parsed(kept, unsentSchema) : undefined;
      if (unsent !== undefined) this.#unsent.set(name, unsent);
      const said = parsed(kept, saidSchema);
      if (said !== undefined) this.#entries.set(name, { channel, matter, said });
    }
  }

  of(channel: string, matter: string): Said | undefined {
    return this.#entries.get(nameOf(channel, matter))?.said;
  }

  entriesOf(channel: string): readonly Entry[] {
    return [...this.#entries.values()].filter((entry) => entry.channel === channel);
  }

  unsentOf(channel: string): readonly Unsent[] {
    return [...this.#unsent].filter(([name]) => name.startsWith(`${channel} `)).map(([, is]) => is);
  }

  /** False where another run has it in hand. Without `is` it is told, or not to be told any more. */
  async putUnsent(channel: string, message: string, is: Unsent | undefined): Promise<boolean> {
    return await this.#swap(nameOf(channel, `${UNSENT}${message}`), is);
  }

  async #swap(name: string, unsent: Unsent | undefined): Promise<boolean> {
    const is = unsent && JSON.stringify({ ...unsent, run: this.#run });
    const was = this.#texts.get(name);
    if (is === was) return true;
    const [isDone] = await this.#notices.swap([{ name, was, is }]);
    if (isDone === undefined) return false;
    if (is === undefined) this.#texts.delete(name);
    else this.#texts.set(name, is);
    return true;
  }

  /** Resolves with the matters that were as they were read, and are now as they are given. Throws `state-dir`. */
  async put(
    channel: string,
    entries: readonly { readonly matter: string; readonly said: Said | undefined }[],
  ): Promise<ReadonlySet<string>> {
    const changes = entries.map(({ matter, said }): NoticeChange => {
      const name = nameOf(channel, matter);
      const is = said && JSON.stringify({ ...said, run: this.#run } satisfies Kept);
      return { name, was: this.#texts.get(name), is };
    });
    const done = new Set(await this.#notices.swap(changes));
    for (const { name, is } of changes.filter((change) => done.has(change.name))) {
      if (is === undefined) this.#texts.delete(name);
      else this.#texts.set(name, is);
    }
    return new Set(
      entries.filter(({ matter }) => done.has(nameOf(channel, matter))).map(({ matter }) => matter),
    );
  }
}

function nameOf(channel: string, matter: string): string {
  return `${channel} ${matter}`;
}

function parsed<Value>(kept: string, schema: z.ZodType<Value>): Value | undefined {
  try {
    return schema.parse(JSON.parse(kept));
  } catch {
    return undefined;
  }
}
