// Secrets of GitHub as a destination. GitHub shows no value, keeps none of before, and takes no two at once. So
// a delivery is proved by the times that it tells (`updated_at`): they moved when we wrote, and stand where
// they were as long as nobody else does.

import { KeyturnError } from '../../base/errors.ts';
import type { IssuedKey } from '../../lifecycle/issued-key.ts';
import type { DeliveryReceipt } from '../../lifecycle/record.ts';
import { type Destination, HELD, type Held } from '../destination.ts';
import { delivering, preparing } from '../failure.ts';
import { standIn } from '../look.ts';
import { makingVariables } from '../making-variables.ts';
import { heldAfterAll } from '../read-back.ts';
import { isUnchanged, isWrittenSince, REWRITTEN, versionOf, writtenIn } from '../written.ts';
import { type GithubParts, look, type Seen } from './look.ts';
import { makeNamed, missingNames } from './make.ts';
import { ownedBy, placeOfGithub } from './place.ts';
import { withPermissions, wordsFor } from './refusals.ts';
import { refuseLong, writePair } from './write.ts';

export function githubDestination(parts: GithubParts): Destination {
  const { at, store } = parts;
  const place = placeOfGithub(at);
  /** What this process delivered, so that a repeat that finds it there writes nothing. */
  let delivered: { readonly keyId: string; readonly receipt: DeliveryReceipt } | undefined;
  const deliver = async (key: IssuedKey): Promise<DeliveryReceipt> => {
    const seen = await look(parts, key);
    if (delivered?.keyId === key.keyId) {
      const written = writtenIn(delivered.receipt.version);
      if (written && isUnchanged(written, stampsOf(seen))) return delivered.receipt;
    }
    const stamps = await writePair(parts, key, seen);
    const version = versionOf({ keyId: key.keyId, stamps });
    delivered = { keyId: key.keyId, receipt: { kind: store.kind, reference: place, version } };
    return delivered.receipt;
  };
  return {
    kind: store.kind,
    place,
    prepare: (key = standIn(parts.form)) =>
      preparing(async () => {
        await look(parts, key);
        refuseLong(parts, key);
      }),
    deliver: (key) => delivering(() => deliver(key)),
    holds: (keyId, receipt) => delivering(() => holds(parts, keyId, receipt)),
    isRead: (keyId, receipt) => delivering(() => isRead(parts, keyId, receipt)),
    stamp: () => delivering(async () => (await stampsNow(parts))?.join()),
    ...(parts.makesMissing && {
      making: makingVariables({
        owner: ownedBy(at),
        missing: () => missingNames(parts),
        make: (name) => makeNamed(parts, name),
        withRights: (thrown) => withPermissions(thrown, at, store),
      }),
    }),
  };
}

function stampsOf({ secrets }: Pick<Seen, 'secrets'>): string[] {
  return secrets.map(({ updatedAt }) => updatedAt);
}

async function holds(
  parts: GithubParts,
  keyId: IssuedKey['keyId'],
  receipt: DeliveryReceipt,
): Promise<Held | undefined> {
  const written = writtenIn(receipt.version);
  if (written !== undefined && written.keyId !== keyId) return undefined;
  return await heldAfterAll(parts.clock, async () => {
    const id = await variableNow(parts);
    if (id !== undefined && id !== keyId) return undefined;
    const now = await stampsNow(parts);
    if (now === undefined) return undefined;
    if (written === undefined) throw nobodyTells(parts, 'there is no record of a delivery');
    if (isUnchanged(written, now)) return { ...HELD, version: versionOf(written) };
    if (isWrittenSince(written, now)) throw nobodyTells(parts, SINCE);
    return undefined;
  });
}

/** Whether its readers may have the key. Throws where nobody can tell. */
async function isRead(
  parts: GithubParts,
  keyId: IssuedKey['keyId'],
  receipt: DeliveryReceipt | undefined,
): Promise<boolean> {
  const id = await variableNow(parts);
  if (id !== undefined) return id === keyId;
  const now = await stampsNow(parts);
  if (now === undefined) return false;
  const written = writtenIn(receipt?.version);
  if (written === undefined) throw nobodyTells(parts, 'there is no record of a delivery');
  if (isUnchanged(written, now)) return written.keyId === keyId;
  throw nobodyTells(parts, SINCE);
}

/** The key ID where it stands in a variable; an empty text where that is gone. */
async function variableNow({ api, at: { pair } }: GithubParts): Promise<string | undefined> {
  if (pair.form !== 'variable') return undefined;
  return (await api.variable(pair.id))?.value.trim() ?? '';
}

/** Undefined when one of the secrets does not exist any more. */
async function stampsNow({ api, at: { pair } }: GithubParts): Promise<string[] | undefined> {
  const names = pair.form === 'secrets' ? [pair.id, pair.secret] : [pair.secret];
  const facts = await Promise.all(names.map((name) => api.secret(name)));
  return facts.includes(undefined) ? undefined : facts.map((each) => each?.updatedAt ?? '');
}

const SINCE = 'somebody has written there since';

function nobodyTells({ at, store }: GithubParts, why: string): KeyturnError {
  return new KeyturnError(
    'delivery-failed',
    `which key is in ${wordsFor(at, store)} cannot be told: GitHub never shows it, and ${why}`,
    {
      hint: 'the key ID in a variable could be read: see "The key ID in a variable" in docs/destinations/github.md',
      cause: why === SINCE ? REWRITTEN : undefined,
    },
  );
}
