// Which messages go to a channel, and what is in each: a pure decision, from what stands and what was said.

import type { Occasion } from '../../config/tell-takes.ts';
import { isUnderWay, judgeMatter, judgeOver, type Said } from './judge-matter.ts';
import { type About, type Deed, digest, type Matter, type MatterKind } from './matter.ts';
import { type Message, messageOf, type RunFacts, type Told } from './message.ts';
import type { Entry, Unsent } from './notice-book.ts';
import type { Owner } from './owner.ts';

export interface ChannelView {
  readonly name: string;
  readonly writesToOwners: boolean;
  readonly occasions: readonly Occasion[];
  readonly repeatDays: number | undefined;
  readonly entries: readonly Entry[];
  /** What earlier runs did and could not tell. */
  readonly unsent: readonly Unsent[];
}

export interface Standing {
  readonly deeds: readonly Deed[];
  readonly matters: readonly Matter[];
  readonly ownerOf: (about: About) => Owner;
  /** Whether this run would have met what was told of it, were it still so. */
  readonly isLookedAt: (said: Pick<Said, 'kind' | 'account' | 'user'>) => boolean;
  readonly run: RunFacts;
}

export interface PlannedMessage {
  readonly message: Message;
  /** What was done, as it is kept until it is told. */
  readonly deeds: Unsent['deeds'];
  /** The same without what others tell; undefined where nothing is left of it. */
  readonly about: (claimed: ReadonlySet<string>, tellsDeeds: boolean) => Message | undefined;
  /** What is put down of each matter once it is sent; undefined forgets it. */
  readonly matters: readonly {
    readonly matter: string;
    readonly before: Said | undefined;
    readonly after: Said | undefined;
  }[];
}

export interface ChannelPlan {
  readonly messages: readonly PlannedMessage[];
  /** Matters that are over, and of which nothing is said. */
  readonly forgotten: readonly string[];
  /** Messages about what was done that nobody is to have any more. */
  readonly dropped: readonly string[];
}

const RESOLVED: Occasion = 'needs-person';
/** What a channel was told so long ago is of nothing that anybody looks at any more. */
const FORGET_MS = 400 * 86_400_000;
/** After so long what was done is no news. */
const UNSENT_MS_MAX = 30 * 86_400_000;

export function planMessages(channel: ChannelView, standing: Standing): ChannelPlan {
  const { run, matters, deeds } = standing;
  const said = new Map(channel.entries.map((entry) => [entry.matter, entry.said]));
  const letters = new Letters(channel, run);
  const receiverOf = receivers(channel, standing);
  for (const matter of matters) {
    if (!channel.occasions.includes(matter.occasion)) continue;
    const before = said.get(matter.id);
    const { to, noOwner } = receiverOf(matter, before);
    const verdict = judgeMatter(matter, to, before, {
      now: run.at,
      repeatDays: channel.repeatDays,
    });
    if (verdict.kind === 'silent') continue;
    const letter = letters.for(to, verdict.message);
    letter.tell({ matter, why: verdict.why, noOwner }, before);
  }
  const standingIds = new Set(matters.map(({ id }) => id));
  const forgotten: string[] = [];
  for (const { matter: id, said: before } of channel.entries) {
    if (standingIds.has(id)) continue;
    const isOld = run.at.getTime() - Date.parse(before.at) > FORGET_MS;
    if (isOld) forgotten.push(id);
    if (isOld || !standing.isLookedAt(before)) continue;
    const verdict = judgeOver(before, { now: run.at, repeatDays: channel.repeatDays });
    if (verdict === 'forget') forgotten.push(id);
    else if (verdict.kind === 'tell' && channel.occasions.includes(RESOLVED)) {
      letters
        .for(before.to, verdict.message)
        .tell({ matter: asOver(id, before), why: 'over', noOwner: null }, before);
    } else if (verdict.kind === 'tell') forgotten.push(id);
  }
  const tellsDeeds = channel.occasions.includes('done');
  const isWanted = ({ at }: Unsent) =>
    tellsDeeds && run.at.getTime() - Date.parse(at) <= UNSENT_MS_MAX;
  for (const unsent of channel.unsent.filter(isWanted)) {
    // Together with the matters that were in the same message.
    if (isUnderWay(unsent.at, run.at)) continue;
    const letter = letters.for(unsent.to, unsent.message);
    for (const deed of unsent.deeds) letter.done(deed);
  }
  for (const deed of tellsDeeds ? deeds : []) {
    const { to, noOwner } = receiverOf(deed);
    letters.for(to, undefined).done({ ...deed, noOwner });
  }
  const dropped = channel.unsent.filter((each) => !isWanted(each)).map(({ message }) => message);
  return { messages: letters.all(), forgotten, dropped };
}

interface Receiver {
  /** Null for the receivers of the channel. */
  readonly to: string | null;
  readonly noOwner: string | null;
}

/** Of whom nobody could be asked this time, it stays with whoever was told before. */
function receivers({ writesToOwners }: ChannelView, { ownerOf }: Standing) {
  return (about: About, before?: Said): Receiver => {
    if (!writesToOwners || about.user === null) return { to: null, noOwner: null };
    const owner = ownerOf(about);
    if (owner.kind === 'known') return { to: owner.address, noOwner: null };
    if (!owner.isAsked && before?.to) return { to: before.to, noOwner: null };
    return { to: null, noOwner: owner.why };
  };
}

/** What was told, as something to say once more. */
function asOver(id: string, { kind, account, user, keyId, stage, text }: Said): Matter {
  const about = { account, user, keyId, stage, text, hint: null, dueAt: undefined };
  return { id, kind: kind as MatterKind, occasion: RESOLVED, ...about };
}

/** The messages of a channel: one for each receiver, and one for each that may not have arrived. */
class Letters {
  readonly #channel: ChannelView;
  readonly #run: RunFacts;
  readonly #letters = new Map<string, Letter>();

  constructor(channel: ChannelView, run: RunFacts) {
    this.#channel = channel;
    this.#run = run;
  }

  for(to: string | null, message: string | undefined): Letter {
    const { id: run, at } = this.#run;
    const id = message ?? digest([this.#channel.name, to, run, at.toISOString()]);
    const known = this.#letters.get(id) ?? new Letter({ id, to }, this.#run);
    this.#letters.set(id, known);
    return known;
  }

  all(): readonly PlannedMessage[] {
    return [...this.#letters.values()].map((letter) => letter.planned());
  }
}

class Letter {
  readonly #about: Pick<Message, 'id' | 'to'>;
  readonly #run: RunFacts;
  readonly #told: Told[] = [];
  readonly #before: (Said | undefined)[] = [];
  readonly #deeds: (Deed & { readonly noOwner: string | null })[] = [];

  constructor(about: Pick<Message, 'id' | 'to'>, run: RunFacts) {
    this.#about = about;
    this.#run = run;
  }

  tell(told: Told, before: Said | undefined): void {
    this.#told.push(told);
    this.#before.push(before);
  }

  done(deed: Deed & { readonly noOwner: string | null }): void {
    this.#deeds.push(deed);
  }

  planned(): PlannedMessage {
    const deeds = this.#deeds;
    const written = (told: readonly Told[], tellsDeeds = true) =>
      messageOf(this.#about, { deeds: tellsDeeds ? deeds : [], told }, this.#run);
    const matters = this.#told.map(({ matter, why }, index) => {
      const before = this.#before[index];
      const after = why === 'over' ? undefined : this.#after(matter, before);
      return { matter: matter.id, before, after };
    });
    const about = (claimed: ReadonlySet<string>, tellsDeeds: boolean) => {
      const own = this.#told.filter(({ matter }) => claimed.has(matter.id));
      const message = written(own, tellsDeeds);
      return message.sections.length === 0 ? undefined : message;
    };
    return { message: written(this.#told), deeds: keptOf(deeds), about, matters };
  }

  #after({ kind, account, user, keyId, stage, text }: Matter, before: Said | undefined): Said {
    const at = this.#run.at.toISOString();
    return {
      ...{ kind, account, user, keyId, stage, text, to: this.#about.to, status: 'said', at },
      firstAt: before?.firstAt ?? at,
      times: (before?.times ?? 0) + 1,
      message: this.#about.id,
    };
  }
}

/** As many as an item of a table takes; the history has all of them. */
const KEPT_MAX = 300;

function keptOf(deeds: readonly (Deed & { readonly noOwner: string | null })[]): Unsent['deeds'] {
  const kept = deeds
    .slice(0, KEPT_MAX)
    .map(({ account, user, keyId, text, noOwner }) => ({ account, user, keyId, text, noOwner }));
  const more = deeds.length - kept.length;
  if (more === 0) return kept;
  const about = { account: null, user: null, keyId: null, noOwner: null };
  return [...kept, { ...about, text: `and ${more} more, which the history of the state tells` }];
}
